import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { GrantItem } from '../../admin/contract/approvals.ts';
import { usePages } from '../gateway/use-pages.ts';
import { Choice } from '../parts/choice.tsx';
import { More } from '../parts/more.tsx';
import { ProblemNotice } from '../parts/problem-notice.tsx';
import { useHeading } from '../parts/use-heading.ts';
import { GrantRow } from './grant-row.tsx';

const STATES = ['active', 'ended', 'revoked'] as const;
const NONE: Readonly<Record<GrantItem['state'], string>> = {
  active: 'No grant is active: every request that a rule holds is asked about.',
  ended: 'No grant has come to its end.',
  revoked: 'No grant was revoked.',
};

/** What may pass for a time without anybody being asked. */
export function Grants(): JSX.Element {
  const [state, setState] = useState<GrantItem['state']>('active');
  const { items, problem, hasMore, more, again } = usePages<GrantItem>(`/v1/grants?limit=50&state=${state}`);
  const heading = useHeading('Grants');
  return (
    <div class="page">
      <h1 ref={heading} tabIndex={-1}>
        Grants
      </h1>
      <Choice label="Which grants" options={STATES} chosen={state} onChoose={setState} />
      {problem && <ProblemNotice problem={problem} again={again} />}
      {items?.length === 0 && <p class="faint">{NONE[state]}</p>}
      <ul class="cards">
        {items?.map((grant) => (
          <GrantRow key={grant.id} grant={grant} onRevoked={again} />
        ))}
      </ul>
      <More hasMore={hasMore} more={more} what="grants" />
    </div>
  );
}
