import { hash } from 'node:crypto';
import type { Failure } from '../../core/codes.ts';
import type { ConsoleSessionId, TokenId } from '../../core/ids.ts';
import type { ConsoleSession } from '../../core/people/console-session.ts';
import type { RoleAssignment } from '../../core/people/role.ts';
import type { Clock, Random } from '../../core/ports.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Instant, Milliseconds } from '../../core/units.ts';
import { isSecretOf, mintCredential, parseCredential } from '../credential-text.ts';

const PREFIX = 'cds';
/** Whatever happens: a working day. */
const LIFETIME: Milliseconds = 12 * 3_600_000;
/** How long a session may go without a request; an open console asks more often. */
export const CONSOLE_IDLE: Milliseconds = 30 * 60_000;

/** How somebody signed in. */
export interface SignIn {
  readonly person: string;
  readonly assignment: RoleAssignment;
  readonly authTime: Instant;
  /** The token that was shown. */
  readonly token?: TokenId;
  /** Who minted that token, or the issuer. */
  readonly vouchedBy: string;
  /** When what vouches for the person ends; the session ends no later. */
  readonly until?: Instant;
}

/** A new session, and the one text that stands for it. */
export interface OpenedSession {
  /** For the cookie alone. */
  readonly text: string;
  readonly session: ConsoleSession;
  readonly secretHash: Uint8Array;
}

/** Opens a session under a new id, whatever the browser held before (no fixation). */
export function openSession(signIn: SignIn, random: Random, clock: Clock): OpenedSession {
  const { person, assignment, authTime, token, vouchedBy, until } = signIn;
  const { id, text, secretHash } = mintCredential(PREFIX, random);
  const createdAt = clock.now();
  const session: ConsoleSession = {
    id: id as ConsoleSessionId,
    person,
    ...assignment,
    ...(token !== undefined && { token }),
    vouchedBy,
    authTime,
    createdAt,
    expiresAt: Math.min(createdAt + LIFETIME, until ?? Number.POSITIVE_INFINITY),
    lastSeenAt: createdAt,
  };
  return { text, session, secretHash };
}

/** A session as its cookie shows it. */
export interface PresentedSession {
  readonly id: ConsoleSessionId;
  readonly secret: string;
}

/** The parts of a cookie's value; undefined when it is none of ours. */
export function parseSession(text: string): PresentedSession | undefined {
  const parsed = parseCredential(PREFIX, text);
  return parsed === undefined ? undefined : { id: parsed.id as ConsoleSessionId, secret: parsed.secret };
}

/**
 * The session, when the cookie is the one that was given out and the session has not ended.
 * @failure unidentified
 */
export function verifySession(
  presented: PresentedSession,
  stored: { readonly session: ConsoleSession; readonly secretHash: Uint8Array } | undefined,
  now: Instant,
): Result<ConsoleSession, Failure> {
  const isSecret = isSecretOf(presented.secret, stored?.secretHash);
  if (stored === undefined || !isSecret) return refuse(`No session ${presented.id} with this secret`);
  const { session } = stored;
  if (session.endedAt !== undefined) return refuse(`Session ${session.id} was ended`);
  if (!(now < session.expiresAt)) return refuse(`Session ${session.id} has expired`);
  if (isIdle(session, now)) return refuse(`Session ${session.id} was idle for too long`);
  return ok(session);
}

/** Whether the time of a session is over that nobody has ended. */
export function isOver(session: ConsoleSession, now: Instant): boolean {
  return session.endedAt === undefined && (!(now < session.expiresAt) || isIdle(session, now));
}

/** Where the clock was set back by as much, nobody knows how long ago it was used. */
function isIdle({ lastSeenAt }: ConsoleSession, now: Instant): boolean {
  return !(Math.abs(now - lastSeenAt) < CONSOLE_IDLE);
}

/**
 * What a page of ours sends in a field beside the cookie, and another site cannot know: derived from the cookie's secret, so
 * that it is bound to the session and nothing has to be stored.
 */
export function csrfToken(secret: string): string {
  return hash('sha256', `cordon csrf ${secret}`, 'base64url');
}

function refuse(detail: string): Result<never, Failure> {
  return fail({ code: 'unidentified', detail });
}
