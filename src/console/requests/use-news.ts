import { useEffect, useRef } from 'preact/hooks';
import type { ApprovalSummary } from '../../admin/contract/approvals.ts';
import { useSeat } from '../gateway/use-gateway.ts';
import { visibleText } from '../text/visible-text.ts';

/** Characters of an address. */
const MOST_SPOKEN = 200;

/** Says aloud what has come in since the last look; what was there at the first is no news. */
export function useNews(pending: readonly ApprovalSummary[] | undefined): void {
  const { announce } = useSeat();
  const known = useRef<ReadonlySet<string> | undefined>(undefined);
  useEffect(() => {
    if (pending === undefined) return;
    const before = known.current;
    known.current = new Set(pending.map(({ id }) => id));
    if (before === undefined) return;
    const news = pending.filter(({ id }) => !before.has(id));
    const [first] = news;
    if (first === undefined) return;
    const more = news.length === 1 ? '' : `, and ${news.length - 1} more`;
    announce(`New request of ${visibleText(first.agent)}: ${first.method} ${spokenTarget(first.target)}${more}`);
  }, [pending, announce]);
}

/** Nobody listens to a kilobyte of an address to its end, and what is said after it would wait for that. */
function spokenTarget(target: string): string {
  const shown = visibleText(target);
  return shown.length <= MOST_SPOKEN
    ? shown
    : `${shown.slice(0, MOST_SPOKEN)}, and ${shown.length - MOST_SPOKEN} more characters`;
}
