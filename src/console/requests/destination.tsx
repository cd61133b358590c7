import type { JSX } from 'preact';
import type { ApprovalSummary } from '../../admin/contract/approvals.ts';
import { Foreign } from '../text/foreign.tsx';

type Places = ApprovalSummary['places'];

/** `eu → US`: where the data is at home and where it would go; all places that differ are named. */
export function Destination({ home, places, transfer }: Pick<ApprovalSummary, 'home' | 'places' | 'transfer'>): JSX.Element {
  return (
    <span class={transfer === undefined ? 'way' : 'way leaves'}>
      <span class="unseen">from home </span>
      <Foreign text={home} />
      <span aria-hidden="true"> → </span>
      <span class="unseen"> to </span>
      <Foreign text={placesText(places)} />
      {transfer !== undefined && <span class="unseen">, outside of home</span>}
    </span>
  );
}

function placesText({ entry, processing, storage }: Places): string {
  return [...new Set([entry, processing, storage])].join(', ');
}
