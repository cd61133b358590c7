import type { JSX } from 'preact';
import type { ExchangeAnswer } from '../../admin/contract/exchanges.ts';
import { Facts } from '../parts/facts.tsx';
import { placeFacts } from '../parts/place-facts.tsx';
import { Foreign } from '../text/foreign.tsx';

/** Where it was judged to go, and all that speaks for it. */
export function RecordedPlace({ exchange }: { readonly exchange: ExchangeAnswer }): JSX.Element {
  const { places, transfer, records } = exchange;
  const evidence = evidenceOf(records);
  return (
    <section aria-labelledby="where">
      <h2 id="where">Where</h2>
      {places === undefined ? (
        <p>It was refused before anybody asked where it would go.</p>
      ) : (
        <Facts
          facts={[
            ...placeFacts(places),
            ['Leaves home on the basis', transfer === undefined ? 'none is claimed' : <Foreign text={transfer} />],
          ]}
        />
      )}
      <h3>Evidence, strongest first</h3>
      {evidence.length === 0 && <p class="faint">Nothing states where it is.</p>}
      <ul class="evidence">
        {evidence.map((line) => (
          <li key={line}>
            <Foreign text={line} />
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Of the last record that has any: each statement with its places, who says so, and of which day. */
function evidenceOf(records: ExchangeAnswer['records']): string[] {
  const lists = records
    .map(({ evidence }) => evidence)
    .filter((list): list is unknown[] => Array.isArray(list) && list.length > 0);
  const lines = (lists.at(-1) ?? []).map((each) => {
    const { kind, places, source, date, match, address } = Object(each) as { readonly [name: string]: unknown };
    const where = Object.entries(Object(places) as object).map(([facet, place]) => `${facet} ${String(place)}`);
    const about = [match, address, source, date].filter((part) => typeof part === 'string');
    return `${String(kind)}: ${where.join(', ')} (${about.join(', ')})`;
  });
  return [...new Set(lines)];
}
