import type { Failure } from '../../core/codes.ts';
import { type HoldScope, type LegalHold, type LegalHoldStore, MOST_HOLDS } from '../../core/exchange/legal-hold.ts';
import { type AdminEntry, adminEvent, type RecordAdmin } from '../../core/people/admin-entry.ts';
import { recordThenDo } from '../../core/people/record-then-do.ts';
import type { Clock } from '../../core/ports.ts';
import { fail, ok, type Result } from '../../core/result.ts';

export interface LegalHoldParts {
  readonly holds: LegalHoldStore;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly record: RecordAdmin;
  readonly by: AdminEntry['by'];
}

/** A hold as somebody asks for it: instants are texts. */
export interface AskedHold {
  readonly subject?: string | undefined;
  readonly session?: string | undefined;
  readonly home?: string | undefined;
  readonly since?: string | undefined;
  readonly until?: string | undefined;
}

/** @failure a sentence that names the member: an instant that is none, a range that is empty, nothing that would be held */
export function holdScope({ since, until, ...named }: AskedHold): Result<HoldScope, string> {
  const from = instantOf('since', since);
  if (!from.ok) return from;
  const to = instantOf('until', until);
  if (!to.ok) return to;
  if (from.value !== undefined && to.value !== undefined && to.value <= from.value) {
    return fail(`until: Found ${until}, expected an instant after ${since}`);
  }
  const scope = { ...named, since: from.value, until: to.value };
  if (Object.values(scope).every((value) => value === undefined))
    return fail('Found nothing to hold, expected a subject, session, home, or range of time');
  return ok(scope);
}

function instantOf(name: string, text: string | undefined): Result<number | undefined, string> {
  if (text === undefined) return ok(undefined);
  const at = /^\d{4}-\d{2}-\d{2}(?:T.+)?$/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at) ? fail(`${name}: Found "${text}", expected an RFC 3339 date or instant`) : ok(at);
}

/** Makes a hold, on the record first. @failure a sentence where there are too many; audit_unavailable, store_unavailable */
export async function addLegalHold(
  scope: HoldScope,
  reason: string,
  { holds, clock, newId, record, by }: LegalHoldParts,
): Promise<Result<LegalHold, Failure>> {
  const actor = adminEvent({ by, action: 'legal-hold.added' }).actor;
  const hold: LegalHold = { id: newId(), createdAt: clock.now(), by: actor, reason, ...scope };
  const entry = {
    by,
    action: 'legal-hold.added',
    subject: `legal-hold:${hold.id}`,
    details: { reason, ...detailsOf(scope) },
  } as const;
  return await recordThenDo(
    entry,
    async () => {
      const added = await holds.add(hold);
      if (!added.ok) return added;
      return added.value ? ok(hold) : fail({ code: 'overloaded', detail: `Found ${MOST_HOLDS} legal holds, expected fewer` });
    },
    record,
  );
}

/** Ends a hold, on the record first. False where there is none. @failure audit_unavailable, store_unavailable */
export async function removeLegalHold(
  id: string,
  reason: string,
  { holds, record, by }: Omit<LegalHoldParts, 'clock' | 'newId'>,
): Promise<Result<boolean, Failure>> {
  const all = await holds.list();
  if (!all.ok) return all;
  const hold = all.value.find((each) => each.id === id);
  if (hold === undefined) return ok(false);
  const details = { reason, ...detailsOf(hold) };
  return await recordThenDo(
    { by, action: 'legal-hold.removed', subject: `legal-hold:${id}`, details },
    () => holds.remove(id),
    record,
  );
}

function detailsOf({ subject, session, home, since, until }: HoldScope): Record<string, string> {
  const text = (at: number): string => new Date(at).toISOString();
  return {
    ...(subject !== undefined && { agent: subject }),
    ...(session !== undefined && { session }),
    ...(home !== undefined && { home }),
    ...(since !== undefined && { since: text(since) }),
    ...(until !== undefined && { until: text(until) }),
  };
}

/** What a hold covers, for people. */
export function holdText(scope: HoldScope): string {
  return Object.entries(detailsOf(scope))
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');
}
