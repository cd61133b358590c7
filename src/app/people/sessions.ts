import type { Opened, People } from '../../admin/access/people.ts';
import type { Refusal } from '../../admin/problem.ts';
import type { Failure } from '../../core/codes.ts';
import { Defect } from '../../core/defect.ts';
import type { ConsoleSessionId } from '../../core/ids.ts';
import type { AdminEntry } from '../../core/people/admin-entry.ts';
import type { ConsoleSession } from '../../core/people/console-session.ts';
import type { PersonToken } from '../../core/people/person-token.ts';
import type { Principal } from '../../core/people/principal.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { openSession, parseSession, verifySession, type SignIn } from '../../identity/people/open-session.ts';
import { refuseAttempt, sessionVisitor, tellUse, tokenVisitor, verifiedToken } from './authenticate.ts';
import { onRecord } from './on-record.ts';
import type { PeopleParts } from './people-parts.ts';
import { coversAssignment } from './scope.ts';
import { useUp } from './tokens.ts';
import { unavailable } from './unavailable.ts';

/** Open sessions of one person: enough for every browser of theirs, few enough for an admin to look through. */
const MOST_SESSIONS = 10;

/** What a session does is not told one by one. */
const NO_SESSION: Refusal = {
  status: 403,
  detail: 'Found a break-glass token, which opens no session: it is shown with each request',
};

/** Signing in and out. */
export function createSessions(parts: PeopleParts): Pick<People, 'signIn' | 'signOut' | 'sessions' | 'endSession'> {
  const { sessions } = parts;
  return {
    signIn: async (text, client, before) => {
      const token = await verifiedToken(text, parts);
      if (!token.ok) return refuseAttempt(token.failure, client, parts);
      const by = tokenVisitor(token.value, client, parts).principal;
      const told = await tellUse(token.value, by, 'POST /v1/sign-in', parts);
      if (!told.ok) return told;
      if (token.value.breakGlass !== undefined) return fail(NO_SESSION);
      const replaced = before === undefined ? undefined : await presentedSession(before, parts);
      return beginSession(signInWith(token.value), by, { token: token.value, before: replaced?.id }, parts);
    },
    signOut: (by) => {
      const id = /^session:(.+)$/.exec(by.credential)?.[1];
      if (id === undefined) return Promise.resolve(fail({ status: 422, detail: 'Found a token, expected a session to end' }));
      return endSession(id as ConsoleSessionId, by, parts);
    },
    sessions: async (by) => {
      const all = await sessions.list();
      return all.ok
        ? ok(all.value.filter((session) => coversAssignment(by, session, parts.scope)))
        : fail(unavailable(all.failure));
    },
    endSession: async (id, by) => {
      const found = await sessions.find(id as ConsoleSessionId);
      if (!found.ok) return fail(unavailable(found.failure));
      const session = found.value?.session;
      if (session === undefined || !coversAssignment(by, session, parts.scope))
        return fail({ status: 404, detail: 'No such session' });
      return endSession(session.id, by, parts);
    },
  };
}

/** A token shows who one is as lately as it was given out: whoever shows it holds it, and may not be the person. */
function signInWith(token: PersonToken): SignIn {
  const { person, role, groups, places, id, mintedBy, once, createdAt, expiresAt } = token;
  return {
    person,
    assignment: { role, groups, places },
    authTime: createdAt,
    token: id,
    vouchedBy: mintedBy,
    // A one-use token is used up here; what it opened has a life of its own.
    ...(!once && { until: expiresAt }),
  };
}

/** What there is to know about a new session beside who signs in. */
interface Beginning {
  readonly token?: PersonToken;
  /** The session that it takes the place of. */
  readonly before: ConsoleSessionId | undefined;
  readonly details?: AdminEntry['details'];
}

/**
 * Opens a session and puts it on the record first. The session that the browser held before ends with it, so that nothing
 * that was known before signing in is worth anything after it; and the oldest of a person who has too many end.
 */
export async function beginSession(
  signIn: SignIn,
  by: Principal,
  { token, before, details }: Beginning,
  parts: PeopleParts,
): Promise<Result<Opened, Refusal>> {
  const { sessions, clock, random, record } = parts;
  const { session, text, secretHash } = openSession(signIn, random, clock);
  const entry = {
    by,
    action: 'session.opened',
    subject: `session:${session.id}`,
    ...(details !== undefined && { details }),
  } as const;
  const insert = async (): Promise<Result<void, Failure>> => {
    const used = token?.once === true ? await useUp(token.id, parts) : ok(undefined);
    return used.ok ? sessions.insert(session, secretHash) : used;
  };
  const inserted = await onRecord(entry, insert, record);
  if (!inserted.ok) return inserted;
  if (before !== undefined) await sessions.end(before, clock.now());
  await endExcess(by, parts);
  const presented = parseSession(text);
  if (presented === undefined) throw new Defect('A session was opened under a text that stands for none');
  return ok({ visitor: sessionVisitor(session, presented.secret, by.client, parts), cookie: text });
}

/** Ends the oldest sessions of who has just signed in, beyond what a person may have; what fails is made up for the next time. */
async function endExcess(by: Principal, { sessions, clock, record }: PeopleParts): Promise<void> {
  const excess = await sessions.excess(by.person, MOST_SESSIONS, clock.now());
  for (const id of excess.ok ? excess.value : []) {
    const entry = { by, subject: `session:${id}`, details: { because: `more than ${MOST_SESSIONS} sessions` } };
    await onRecord({ ...entry, action: 'session.ended' }, () => sessions.end(id, clock.now()), record);
  }
}

/** The session that a cookie stands for, while it lasts. */
export async function presentedSession(cookie: string, { sessions, clock }: PeopleParts): Promise<ConsoleSession | undefined> {
  const presented = parseSession(cookie);
  if (presented === undefined) return undefined;
  const stored = await sessions.find(presented.id);
  if (!stored.ok) return undefined;
  const session = verifySession(presented, stored.value, clock.now());
  return session.ok ? session.value : undefined;
}

async function endSession(id: ConsoleSessionId, by: Principal, parts: PeopleParts): Promise<Result<void, Refusal>> {
  const { sessions, clock, record } = parts;
  const entry = { by, action: 'session.ended', subject: `session:${id}` } as const;
  const ended = await onRecord(entry, () => sessions.end(id, clock.now()), record);
  if (!ended.ok) return ended;
  return ended.value ? ok(undefined) : fail({ status: 404, detail: 'No such session' });
}
