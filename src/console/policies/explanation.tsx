import type { JSX } from 'preact';
import type { ExplainAnswer } from '../../admin/contract.ts';
import { Findings } from '../requests/findings.tsx';
import { Foreign } from '../text/foreign.tsx';
import { ExplainedRules } from './explained-rules.tsx';
import { obligationWords } from './obligation-words.ts';

/** A decision with everything that led to it, readable from top to bottom. */
export function Explanation({ answer }: { readonly answer: ExplainAnswer }): JSX.Element {
  const { decision, judgement, rules, findings, notes, addresses } = answer;
  return (
    <div class="explanation">
      <p class="standing">
        <span class={`chip ${decision.effect}`}>{decision.effect}</span>{' '}
        {decision.code !== undefined && <code>{decision.code}</code>} <Foreign text={decision.reason} as="prose" />
      </p>
      {decision.wouldDeny !== undefined && (
        <p class="notice">
          The agent is observed only; enforced, it would be denied: <Foreign text={decision.wouldDeny.reason} as="prose" />
        </p>
      )}
      <Lines title="Not covered by this answer" lines={notes} />
      {addresses.length > 0 && <Lines title="Addresses that were judged" lines={addresses} />}
      <h3>Where it is</h3>
      <dl class="facts">
        {Object.entries(judgement.places).map(([facet, place]) => (
          <div key={facet}>
            <dt>{facet}</dt>
            <dd>
              <Foreign text={place} as="prose" />
            </dd>
          </div>
        ))}
      </dl>
      <Lines title="Evidence, strongest first" lines={judgement.evidence} />
      <Lines title="Contradictions" lines={judgement.contradictions} />
      {findings !== undefined && (
        <>
          <h3>Found in the content</h3>
          <Findings findings={findings} />
        </>
      )}
      <Lines title="What it would be obliged to" lines={decision.obligations.map(obligationWords)} />
      <ExplainedRules rules={rules} />
    </div>
  );
}

function Lines({ title, lines }: { readonly title: string; readonly lines: readonly string[] }): JSX.Element | null {
  if (lines.length === 0) return null;
  return (
    <>
      <h3>{title}</h3>
      <ul class="lines">
        {lines.map((line) => (
          <li key={line}>
            <Foreign text={line} as="prose" />
          </li>
        ))}
      </ul>
    </>
  );
}
