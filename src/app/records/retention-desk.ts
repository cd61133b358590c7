import type { ExchangeDesk } from '../../admin/access/exchange-desk.ts';
import type { RetentionDesk } from '../../admin/access/retention-desk.ts';
import type { SessionRetention, ShredBody } from '../../admin/contract/retention.ts';
import type { Refusal } from '../../admin/problem.ts';
import { type ContentKeyStore, holdOnKey } from '../../core/exchange/content-keys.ts';
import type { ExchangeIndex } from '../../core/exchange/exchange-index.ts';
import { holdOn, type LegalHold, type LegalHoldStore } from '../../core/exchange/legal-hold.ts';
import type { RecordAdmin } from '../../core/people/admin-entry.ts';
import type { Principal } from '../../core/people/principal.ts';
import type { Clock } from '../../core/ports.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { coversAgent, type ScopeView } from '../people/scope.ts';
import { unavailable } from '../people/unavailable.ts';
import { addLegalHold, holdScope, removeLegalHold } from './legal-holds.ts';
import { shredContent } from './shred-content.ts';

export interface RetentionDeskParts {
  readonly holds: LegalHoldStore;
  readonly keys: Pick<ContentKeyStore, 'list' | 'destroy'>;
  readonly sessions: Pick<ExchangeDesk, 'session'>;
  /** Absent where `recordings.index` is off. */
  readonly index: Pick<ExchangeIndex, 'shreddings'> | undefined;
  readonly scope: Pick<ScopeView, 'agent'>;
  readonly record: RecordAdmin;
  readonly clock: Clock;
  readonly newId: () => string;
}

const NO_HOLD: Refusal = { status: 404, detail: 'No such legal hold' };

/** Legal holds and shredding, as people ask for them: who is scoped to places has to name an agent or a session that is theirs. */
export function createRetentionDesk(parts: RetentionDeskParts): RetentionDesk {
  const { holds: store, record, clock, newId } = parts;
  const seen = async (by: Principal): Promise<Result<readonly LegalHold[], Refusal>> => {
    const all = await store.list();
    if (!all.ok) return fail(unavailable(all.failure));
    return ok(all.value.filter((hold) => isVisible(hold, by, parts)));
  };
  return {
    holds: seen,
    hold: async ({ reason, ...asked }, by) => {
      const scope = holdScope(asked);
      if (!scope.ok) return fail({ status: 422, detail: scope.failure });
      const named = await withinScope(asked, by, parts);
      if (!named.ok) return named;
      const held = await addLegalHold({ ...scope.value, ...named.value }, reason, { holds: store, record, clock, newId, by });
      if (held.ok) return held;
      const { code, detail } = held.failure;
      return fail(code === 'overloaded' ? { status: 409, detail } : unavailable(held.failure));
    },
    release: async (id, reason, by) => {
      const ours = await seen(by);
      if (!ours.ok) return ours;
      // What is out of scope does not exist for this person.
      if (!ours.value.some((hold) => hold.id === id)) return fail(NO_HOLD);
      const removed = await removeLegalHold(id, reason, { holds: store, record, by });
      if (!removed.ok) return fail(unavailable(removed.failure));
      return removed.value ? ok(undefined) : fail(NO_HOLD);
    },
    ofSession: (session, by) => ofSession(session, by, parts),
    shred: (asked, by) => shred(asked, by, parts),
  };
}

/** A session has a key for each home that its agent had: two, where that was changed meanwhile. */
const MOST_KEYS = 100;

async function ofSession(
  id: string,
  by: Principal,
  { sessions, index, ...parts }: RetentionDeskParts,
): Promise<Result<SessionRetention, Refusal>> {
  const session = await sessions.session(id, by);
  if (!session.ok) return session;
  const [holds, keys, shredded] = await Promise.all([
    parts.holds.list(),
    parts.keys.list({ session: id, limit: MOST_KEYS }),
    index === undefined ? ok([]) : index.shreddings(id),
  ]);
  if (!holds.ok) return fail(unavailable(holds.failure));
  if (!keys.ok) return fail(unavailable(keys.failure));
  if (!shredded.ok) return fail(unavailable(shredded.failure));
  const { subject, home, firstAt, lastAt } = session.value;
  const thing = { subject, session: id, home, from: firstAt, to: lastAt };
  const covering = holds.value.filter(
    (hold) => holdOn([hold], thing) !== undefined || keys.value.some((key) => holdOnKey([hold], key) !== undefined),
  );
  const ours = covering.filter((hold) => isVisible(hold, by, parts));
  const otherHolds = covering.length - ours.length;
  return ok({ holds: ours, otherHolds, keys: keys.value.length, shredded: shredded.value });
}

async function shred(
  { reason, subject, session }: ShredBody,
  by: Principal,
  parts: RetentionDeskParts,
): Promise<Result<{ readonly sessions: readonly string[] }, Refusal>> {
  if ((subject === undefined) === (session === undefined))
    return fail({ status: 422, detail: 'Expected either session or subject, and not both' });
  const named = await withinScope({ subject, session }, by, parts);
  if (!named.ok) return named;
  const holds = await parts.holds.list();
  if (!holds.ok) return fail(unavailable(holds.failure));
  const of = session === undefined ? { subject: subject! } : { session };
  const { keys, record } = parts;
  const done = await shredContent(of, reason, { keys, record, holds: holds.value, by });
  if (done.ok) {
    if (done.value.keys > 0) return ok({ sessions: done.value.sessions });
    return fail({ status: 404, detail: 'There is no recorded content of it that could be read' });
  }
  const { failure } = done;
  if ('hold' in failure)
    return fail({ status: 409, detail: `Nothing was shredded: a part of it is under legal hold ${failure.hold.id}` });
  if (failure.code === 'held')
    return fail({ status: 409, detail: 'Somebody put a part of it under legal hold meanwhile, which stays: ask again' });
  return fail(unavailable(failure));
}

/**
 * What is named, as far as that is in scope. A session of who is scoped comes with its agent: by that others of the same scope
 * see the hold.
 */
async function withinScope(
  { subject, session }: { readonly subject?: string | undefined; readonly session?: string | undefined },
  by: Principal,
  parts: RetentionDeskParts,
): Promise<Result<{ readonly subject?: string }, Refusal>> {
  if (by.places.any) return ok({});
  if (subject === undefined && session === undefined)
    return fail({ status: 403, detail: 'Your role covers a part of the subjects: name an agent or a session of them' });
  if (subject !== undefined && !isOurs(subject, by, parts)) return fail({ status: 404, detail: 'No such agent' });
  if (session === undefined) return ok({});
  const found = await parts.sessions.session(session, by);
  if (!found.ok) return found;
  const owner = subject ?? found.value.subject;
  return ok(owner === undefined ? {} : { subject: owner });
}

/** Who is scoped sees the holds on agents of the scope. */
function isVisible({ subject }: LegalHold, by: Principal, parts: Pick<RetentionDeskParts, 'scope'>): boolean {
  return by.places.any || (subject !== undefined && isOurs(subject, by, parts));
}

/** An agent that the policy does not declare any more is nobody's but of who sees all. */
function isOurs(subject: string, by: Principal, { scope }: Pick<RetentionDeskParts, 'scope'>): boolean {
  const agent = scope.agent(subject);
  return agent !== undefined && coversAgent(by, agent);
}
