import type { People, Visitor } from '../../admin/access/people.ts';
import type { Refusal } from '../../admin/problem.ts';
import type { Failure } from '../../core/codes.ts';
import type { ConsoleSession } from '../../core/people/console-session.ts';
import type { PersonToken } from '../../core/people/person-token.ts';
import type { Principal } from '../../core/people/principal.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Milliseconds } from '../../core/units.ts';
import { csrfToken, isOver, parseSession, verifySession } from '../../identity/people/open-session.ts';
import { parsePersonToken } from '../../identity/people/person-token.ts';
import { verifyToken } from '../../identity/verify-token.ts';
import { parseIpAddress } from '../../wire/address/ip-address.ts';
import type { PeopleParts } from './people-parts.ts';
import { unavailable } from './unavailable.ts';

/** How exactly the store knows when a session was last used: not every request is a write. */
const SEEN_INTERVAL: Milliseconds = 60_000;
/** Seconds until an address that was slowed may fail once more. */
const RETRY_AFTER = 6;

/**
 * Who shows a credential. The store is asked every time: what was revoked there is refused at once, by whichever replica.
 * Only what fails is counted against an address: an agent on an approver's machine must not lock the approver out.
 */
export function createAuthentication(parts: PeopleParts): People['authenticate'] {
  return async ({ kind, text }, client, asked) => {
    if (kind === 'cookie') {
      const known = await bySession(text, client, parts);
      return known.ok ? known : refuseAttempt(known.failure, client, parts);
    }
    const token = await verifiedToken(text, parts);
    if (!token.ok) return refuseAttempt(token.failure, client, parts);
    const visitor = tokenVisitor(token.value, client, parts);
    const told = await tellUse(token.value, visitor.principal, asked, parts);
    return told.ok ? ok(visitor) : told;
  };
}

/** @failure unidentified | store_unavailable */
export async function verifiedToken(text: string, { personTokens, clock }: PeopleParts): Promise<Result<PersonToken, Failure>> {
  const presented = parsePersonToken(text);
  if (!presented.ok) return presented;
  const stored = await personTokens.find(presented.value.id);
  return stored.ok ? verifyToken(presented.value, stored.value, clock.now()) : stored;
}

/**
 * Puts the use of a token for an emergency on the record, and raises the alarm, before anything is done for whoever shows it.
 * Other tokens are used without.
 * @param asked `GET /v1/tokens`
 * @failure 503: it cannot be recorded, so it is not used
 */
export async function tellUse(
  { id, breakGlass }: PersonToken,
  by: Principal,
  asked: string,
  { record }: PeopleParts,
): Promise<Result<void, Refusal>> {
  if (breakGlass === undefined) return ok(undefined);
  const recorded = await record({
    by,
    action: 'break-glass.used',
    subject: `token:${id}`,
    details: { asked, why: breakGlass },
    alarm: 'break-glass-used',
  });
  return recorded.ok ? ok(undefined) : fail(unavailable(recorded.failure));
}

/** The answer to a credential that does not verify: recorded, counted, and slowed after some. */
export function refuseAttempt(failure: Failure, client: string, { attempts, refused }: PeopleParts): Result<never, Refusal> {
  if (failure.code !== 'unidentified') return fail(unavailable(failure));
  refused.note(client, failure.detail);
  const address = parseIpAddress(client);
  if (address.ok && !attempts.begin(address.value)) {
    return fail({ status: 429, detail: 'Too many credentials from this address did not verify', retryAfter: RETRY_AFTER });
  }
  // Which of the reasons it is stands on the record: whoever guesses learns nothing from it.
  return fail({ status: 401, detail: 'The credential is not valid, or not any more' });
}

/** Who holds a token. Somebody gave it to the person when it was made, so its age counts for `approval.step-up`. */
export function tokenVisitor(token: PersonToken, client: string, { scope }: PeopleParts): Visitor {
  const { person, role, groups, places, createdAt, mintedBy, id, once } = token;
  const scoped = { role, groups, places: scope.places(places).places };
  return {
    principal: { person, ...scoped, authTime: createdAt, vouchedBy: mintedBy, credential: `token:${id}`, client },
    assignment: { role, groups, places },
    once,
  };
}

async function bySession(text: string, client: string, parts: PeopleParts): Promise<Result<Visitor, Failure>> {
  const { sessions, clock } = parts;
  const presented = parseSession(text);
  if (presented === undefined) return fail({ code: 'unidentified', detail: 'Found a cookie that is no session' });
  const stored = await sessions.find(presented.id);
  if (!stored.ok) return stored;
  const now = clock.now();
  const session = verifySession(presented, stored.value, now);
  if (!session.ok) {
    // For good: a clock that is set back gives no time back to a session that is over.
    if (stored.value !== undefined && isOver(stored.value.session, now)) await sessions.end(presented.id, now);
    return session;
  }
  // Also where it was seen in a future that a clock was ahead of.
  if (Math.abs(now - session.value.lastSeenAt) >= SEEN_INTERVAL) await sessions.touch(presented.id, now);
  return ok(sessionVisitor(session.value, presented.secret, client, parts));
}

/** Whoever is signed in. */
export function sessionVisitor(session: ConsoleSession, secret: string, client: string, { scope }: PeopleParts): Visitor {
  const { person, role, groups, places, authTime, vouchedBy, id, expiresAt } = session;
  const scoped = { role, groups, places: scope.places(places).places };
  return {
    principal: { person, ...scoped, authTime, vouchedBy, credential: `session:${id}`, client },
    assignment: { role, groups, places },
    once: false,
    session: { expiresAt, csrf: csrfToken(secret) },
  };
}
