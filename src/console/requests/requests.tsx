import type { JSX } from 'preact';
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { ApprovalSummary } from '../../admin/contract/approvals.ts';
import { useTyping } from '../frame/typist.ts';
import { useKeys } from '../frame/use-keys.ts';
import { currentRoute, goTo } from '../frame/use-route.ts';
import { usePages } from '../gateway/use-pages.ts';
import type { Intent } from './deciding/intent.ts';
import { OpenRequest } from './open/open-request.tsx';
import { RequestList } from './request-list.tsx';
import { focusedRequest, focusRequest, stepFrom } from './row-focus.ts';
import { useNews } from './use-news.ts';

/** What is set out to be done, and with which request: it goes with no other. */
interface Intended {
  readonly id: string;
  readonly intent: Intent;
}

/** The inbox: what waits, what was, and the one that is open. */
export function Requests({ open }: { readonly open: string | undefined }): JSX.Element {
  const pending = usePages<ApprovalSummary>('/v1/approvals?state=pending&limit=200');
  const all = usePages<ApprovalSummary>('/v1/approvals?limit=50');
  const [intended, intend] = useIntended(open);
  const waiting = useMemo(() => soonestFirst(pending.items ?? []), [pending.items]);
  const settled = useMemo(() => (all.items ?? []).filter(({ state }) => state !== 'pending'), [all.items]);
  useNews(pending.items);
  useEffect(() => {
    if (open === undefined)
      document.title = waiting.length === 0 ? 'Requests · Cordon' : `(${waiting.length}) Requests · Cordon`;
  }, [open, waiting.length]);
  useRequestKeys(intend);
  return (
    <div class={open === undefined ? 'requests' : 'requests has-open'}>
      <div class="inbox">
        <h1 class="unseen">Held requests</h1>
        <RequestList title="Waiting" pages={pending} items={waiting} open={open} none="Nothing waits for a decision." />
        <RequestList title="Settled" pages={all} items={settled} open={open} none="Nothing was decided yet." />
      </div>
      {open !== undefined && (
        <OpenRequest
          key={open}
          id={open}
          intent={intended?.id === open ? intended.intent : undefined}
          onIntent={(intent) => intend(intent && { id: open, intent })}
          onClose={() => close(open, intend)}
        />
      )}
    </div>
  );
}

type Intend = (intended: Intended | undefined) => void;

/**
 * What is set out to be done; until it is done or given up, keys are meant for its form. Whoever opens another request has given
 * it up: back at the first, a key would be text for a form that was asked for long ago, and that may say the opposite.
 */
function useIntended(open: string | undefined): readonly [Intended | undefined, Intend] {
  const [intended, setIntended] = useState<Intended>();
  const latest = useRef<Intended | undefined>(undefined);
  const intend = useCallback<Intend>((next) => {
    latest.current = next;
    setIntended(next);
  }, []);
  useLayoutEffect(() => {
    // By the address, which a quick hand has already taken on.
    if (latest.current !== undefined && latest.current.id !== currentRoute().id) intend(undefined);
  }, [open, intend]);
  useTyping(useCallback(() => latest.current !== undefined && latest.current.id === currentRoute().id, []));
  return [intended, intend];
}

function useRequestKeys(intend: Intend): void {
  const keys = useMemo(() => {
    // Asked of the address at every key: a quick hand is ahead of what is drawn.
    const move = (step: 1 | -1): void => {
      const open = currentRoute().id;
      const next = stepFrom(open ?? focusedRequest(), step);
      if (next === undefined) return;
      if (open === undefined) return focusRequest(next);
      goTo({ view: 'requests', id: next });
    };
    const decide = (intent: Intent): void => {
      const open = currentRoute().id;
      const id = open ?? focusedRequest();
      if (id === undefined) return;
      intend({ id, intent });
      if (open === undefined) goTo({ view: 'requests', id });
    };
    return {
      j: () => move(1),
      k: () => move(-1),
      a: () => decide('approve'),
      d: () => decide('deny'),
      g: () => decide('grant'),
      Escape: () => {
        const open = currentRoute().id;
        if (open !== undefined) close(open, intend);
      },
    };
  }, [intend]);
  useKeys(keys);
}

/** Back to the list, and to the row that was open, unless a quick hand has gone elsewhere meanwhile. */
function close(open: string, intend: Intend): void {
  intend(undefined);
  const before = document.activeElement;
  goTo({ view: 'requests' });
  setTimeout(() => {
    const now = document.activeElement;
    if (now === before || now === document.body) focusRequest(open);
  });
}

/** What is due first comes first, so that what is new does not push away what somebody is about to open. */
function soonestFirst(items: readonly ApprovalSummary[]): ApprovalSummary[] {
  return [...items].sort((a, b) => a.expiresAt.localeCompare(b.expiresAt) || a.id.localeCompare(b.id));
}
