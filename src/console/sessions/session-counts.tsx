import type { JSX } from 'preact';
import type { SessionItem } from '../../admin/contract/exchanges.ts';
import { sizeText } from '../text/size-text.ts';

/** What a session did, in numbers. */
export function SessionCounts({ session }: { readonly session: SessionItem }): JSX.Element {
  const { decisions, bytes, findings } = session;
  return (
    <div class="row-foot">
      <span class="chip permit">{decisions.permit} permitted</span>
      {decisions.hold > 0 && <span class="chip hold">{decisions.hold} held</span>}
      {decisions.deny > 0 && <span class="chip deny">{decisions.deny} denied</span>}
      {findings > 0 && <span class="tag">{findings === 1 ? '1 value' : `${findings} values`} found</span>}
      <span class="faint">
        {sizeText(bytes.sent)} sent, {sizeText(bytes.received)} received
      </span>
    </div>
  );
}
