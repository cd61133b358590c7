import type { Failure } from '../../core/codes.ts';
import { type ContentKeyStore, holdOnKey, type ListedContentKey, USED_GRANULARITY } from '../../core/exchange/content-keys.ts';
import type { LegalHold } from '../../core/exchange/legal-hold.ts';
import type { AdminEntry, RecordAdmin } from '../../core/people/admin-entry.ts';
import { recordThenDo } from '../../core/people/record-then-do.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Instant } from '../../core/units.ts';
import { keptFor, type RetentionTerms } from '../../recording/retention/retention-terms.ts';

export interface ShredParts {
  readonly keys: Pick<ContentKeyStore, 'list' | 'destroy'>;
  readonly holds: readonly LegalHold[];
  readonly record: RecordAdmin;
  readonly by: AdminEntry['by'];
}

/** Whose content becomes unreadable: of one session, or of all sessions of one agent. */
export type ShredOf = { readonly session: string } | { readonly subject: string };

/** What was shredded. */
export interface Shredded {
  readonly keys: number;
  readonly sessions: readonly string[];
}

/** Asked for at once, and deleted at once. */
const PAGE = 500;

/** A hold stands against it. */
export interface HeldContent {
  readonly hold: LegalHold;
  readonly session: string;
}

/**
 * Destroys the keys of recorded content, once that is on the record: nobody can read it any more, in whatever copy of the
 * record; hashes and proofs are over what was sealed, and stay. All of it or, under a hold, none.
 *
 * @failure the hold; held, by one that was made meanwhile; store_unavailable, audit_unavailable: nothing more was destroyed
 */
export async function shredContent(
  of: ShredOf,
  reason: string,
  parts: ShredParts,
): Promise<Result<Shredded, HeldContent | Failure>> {
  const found: ListedContentKey[] = [];
  for await (const page of pages(of, parts.keys)) {
    if (!page.ok) return page;
    found.push(...page.value);
  }
  for (const key of found) {
    const hold = holdOnKey(parts.holds, key);
    if (hold !== undefined) return fail({ hold, session: key.session });
  }
  const subject = 'session' in of ? `session:${of.session}` : `agent:${of.subject}`;
  return await destroy(found, { subject, reason }, parts);
}

/**
 * The same for content whose time is over; what is held stays.
 * @param isTrial nothing is destroyed: what would be is the answer
 */
export async function shredExpired(
  terms: RetentionTerms,
  { now, isTrial = false }: { readonly now: Instant; readonly isTrial?: boolean },
  parts: ShredParts,
): Promise<Result<Shredded & { readonly held: number }, Failure>> {
  const sessions: string[] = [];
  let [keys, held] = [0, 0];
  for await (const page of pages({ usedBefore: now - terms.shortest }, parts.keys)) {
    if (!page.ok) return page;
    const old = page.value.filter((key) => key.usedAt + USED_GRANULARITY + keptFor(terms, 'content', key.home) <= now);
    const due = old.filter((key) => holdOnKey(parts.holds, key) === undefined);
    held += old.length - due.length;
    const reason = 'the time that content is kept for is over';
    const destroyed = isTrial ? ok({ keys: due.length, sessions: sessionsOf(due) }) : await destroy(due, { reason }, parts);
    // By a hold that was made meanwhile: the next run, which knows it, leaves the rest alone and nothing else.
    if (!destroyed.ok && destroyed.failure.code === 'held') return ok({ keys, sessions, held: held + due.length });
    if (!destroyed.ok) return destroyed;
    keys += destroyed.value.keys;
    sessions.push(...destroyed.value.sessions);
  }
  return ok({ keys, sessions, held });
}

type Pages = AsyncGenerator<Result<readonly ListedContentKey[], Failure>>;

async function* pages(
  query: { readonly session?: string; readonly subject?: string; readonly usedBefore?: Instant },
  keys: ShredParts['keys'],
): Pages {
  for (let after = ''; ;) {
    const page = await keys.list({ ...query, after, limit: PAGE });
    yield page;
    const last = page.ok ? page.value.at(-1) : undefined;
    if (!page.ok || last === undefined || page.value.length < PAGE) return;
    after = last.id;
  }
}

async function destroy(
  keys: readonly ListedContentKey[],
  { subject, reason }: { readonly subject?: string; readonly reason: string },
  { keys: store, record, by }: ShredParts,
): Promise<Result<Shredded, Failure>> {
  let destroyed = 0;
  const sessions = sessionsOf(keys);
  // A list in a record is cut beyond 256: each says all that it is about.
  for (let from = 0; from < keys.length; from += IN_ONE_RECORD) {
    const some = keys.slice(from, from + IN_ONE_RECORD);
    const entry = {
      by,
      action: 'content.shredded',
      ...(subject !== undefined && { subject }),
      details: { reason, sessions: sessionsOf(some), keys: some.map(({ id }) => id) },
    } as const;
    const done = await recordThenDo(entry, () => store.destroy(some.map(({ id }) => id)), record);
    if (!done.ok) return done;
    destroyed += done.value;
  }
  return ok({ keys: destroyed, sessions });
}

const IN_ONE_RECORD = 100;

function sessionsOf(keys: readonly ListedContentKey[]): string[] {
  return [...new Set(keys.map(({ session }) => session))];
}
