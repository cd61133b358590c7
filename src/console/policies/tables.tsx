import type { JSX } from 'preact';
import type { TablesAnswer } from '../../admin/contract.ts';
import { useAnswer } from '../gateway/use-answer.ts';
import { useSeat } from '../gateway/use-gateway.ts';
import { ProblemNotice } from '../parts/problem-notice.tsx';
import { Foreign } from '../text/foreign.tsx';

type Table = TablesAnswer['items'][number];

const DAY = 86_400_000;
const TONES: Readonly<Record<Table['state'], string>> = { current: 'approved', stale: 'pending', missing: 'denied' };

/** The tables that places are read from: how old they are and what they prove. */
export function Tables(): JSX.Element {
  const { value, problem, again } = useAnswer<TablesAnswer>('/v1/tables');
  return (
    <section class="card" aria-labelledby="tables">
      <h2 id="tables">Tables of places</h2>
      {problem && <ProblemNotice problem={problem} again={again} />}
      <ul class="rules">
        {value?.items.map((table) => (
          <TableRow key={table.id} table={table} />
        ))}
      </ul>
    </section>
  );
}

function TableRow({ table }: { readonly table: Table }): JSX.Element {
  const { gateway } = useSeat();
  const { id, state, date, rows, problem, source, licence, proves } = table;
  return (
    <li>
      <span class={`chip ${TONES[state]}`}>{state}</span> <Foreign text={id} />{' '}
      {state !== 'missing' && <b>{ageText(date, gateway.now())}</b>}
      {problem === undefined ? (
        <>
          <p>
            {rows.toLocaleString('en-GB')} rows; proves <Foreign text={proves} as="prose" />
          </p>
          <p class="faint">
            <Foreign text={`${source}, ${licence}`} as="prose" />
          </p>
        </>
      ) : (
        <p>
          <Foreign text={problem} as="prose" />
        </p>
      )}
    </li>
  );
}

function ageText(date: string | undefined, now: number): string {
  if (date === undefined) return 'of this release';
  const days = Math.max(0, Math.floor((now - Date.parse(date)) / DAY));
  return `of ${date}, ${days === 1 ? '1 day' : `${days} days`} old`;
}
