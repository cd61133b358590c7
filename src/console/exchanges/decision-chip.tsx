import type { JSX } from 'preact';
import type { ExchangeSummary } from '../../admin/contract/exchanges.ts';

const WORDS: Readonly<Record<ExchangeSummary['decision'], string>> = { permit: 'permitted', hold: 'held', deny: 'denied' };

/** What was decided, and why where it was not a permit or did not come about. */
export function DecisionChip({ decision, code }: Pick<ExchangeSummary, 'decision' | 'code'>): JSX.Element {
  return (
    <span class={`chip ${decision}`}>
      {WORDS[decision]}
      {code !== undefined && code !== 'held' && `: ${code}`}
    </span>
  );
}
