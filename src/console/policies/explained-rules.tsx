import type { JSX } from 'preact';
import type { ExplainAnswer } from '../../admin/contract.ts';
import { Foreign } from '../text/foreign.tsx';

type Rule = ExplainAnswer['rules'][number];

const VERDICTS: Readonly<Record<Rule['verdict'], string>> = { matched: 'matches', not: 'does not match', unknown: 'not known' };

/** Every rule in its order: whether it matches, whether it counts, and what kept it from it. */
export function ExplainedRules({ rules }: Pick<ExplainAnswer, 'rules'>): JSX.Element {
  const first = [...rules].sort((a, b) => Number(b.counts) - Number(a.counts));
  return (
    <>
      <h3>Rules, those that count first</h3>
      <ul class="rules">
        {first.map(({ id, at, effect, verdict, counts, because }) => (
          <li key={id}>
            <span class={`chip ${verdict}`}>{VERDICTS[verdict]}</span> <Foreign text={id} /> <b>{effect}</b>{' '}
            {counts && <span class="tag">counts</span>} <span class="faint">{at}</span>
            {because !== undefined && (
              <p class="faint">
                <Foreign text={because} as="prose" />
              </p>
            )}
          </li>
        ))}
      </ul>
    </>
  );
}
