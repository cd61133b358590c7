import type { JSX } from 'preact';
import type { ExchangeAnswer } from '../../admin/contract/exchanges.ts';
import { Foreign } from '../text/foreign.tsx';

/** The records of an exchange as they were written, for whoever wants to compare. */
export function Records({ records }: Pick<ExchangeAnswer, 'records'>): JSX.Element {
  return (
    <section aria-labelledby="records">
      <h2 id="records">Records</h2>
      {records.length === 0 && (
        <p class="faint">Its records lie with another replica, or are past their retention: the index alone is shown.</p>
      )}
      {records.map((record) => (
        <details key={String(record['seq'])}>
          <summary>
            <Foreign text={`${String(record['kind'])} ${String(record['seq'])}`} />
          </summary>
          <pre class="preview">
            <Foreign text={JSON.stringify(record, undefined, 2)} layout />
          </pre>
        </details>
      ))}
    </section>
  );
}
