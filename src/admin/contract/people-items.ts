import type { Static } from 'typebox/type';
import type { ConsoleSession } from '../../core/people/console-session.ts';
import type { PersonToken } from '../../core/people/person-token.ts';
import type { AgentToken } from '../../core/ports.ts';
import type { Instant } from '../../core/units.ts';
import { instantText } from '../../core/time-text.ts';
import type { Visitor } from '../access/people.ts';
import type { ConsoleSessionsAnswer, MeAnswer, TokenItem } from './people.ts';

/** A token as lists show it. */
export function tokenItem(token: AgentToken | PersonToken, now: Instant): TokenItem {
  const { id, createdAt, expiresAt, mintedBy } = token;
  const shared = {
    id,
    state: tokenState(token, now),
    createdAt: instantText(createdAt),
    expiresAt: instantText(expiresAt),
    ...(mintedBy !== undefined && { mintedBy }),
  };
  if ('agent' in token) return { ...shared, agent: token.agent };
  const { person, role, groups, places, breakGlass } = token;
  const scoped = { person, role, groups: [...groups], places: [...places] };
  return { ...shared, ...scoped, ...(breakGlass !== undefined && { breakGlass }) };
}

function tokenState(token: AgentToken | PersonToken, now: Instant): TokenItem['state'] {
  if (token.revokedAt !== undefined) return 'revoked';
  if ('usedAt' in token && token.usedAt !== undefined) return 'used';
  return token.endedAt === undefined && now < token.expiresAt ? 'valid' : 'expired';
}

/** Who asks, as the console shows it. */
export function meAnswer({ principal, assignment, session }: Visitor): MeAnswer {
  const { person, authTime, credential } = principal;
  const { role, groups, places } = assignment;
  return {
    person,
    role,
    groups: [...groups],
    places: [...places],
    authTime: instantText(authTime),
    credential,
    ...(session !== undefined && { session: { expiresAt: instantText(session.expiresAt), csrf: session.csrf } }),
  };
}

/** A session as lists show it. */
export function consoleSessionItem(
  session: ConsoleSession,
  now: Instant,
): Static<typeof ConsoleSessionsAnswer>['items'][number] {
  const { id, person, role, groups, places, authTime, lastSeenAt, expiresAt } = session;
  return {
    id,
    state: sessionState(session, now),
    person,
    role,
    groups: [...groups],
    places: [...places],
    authTime: instantText(authTime),
    lastSeenAt: instantText(lastSeenAt),
    expiresAt: instantText(expiresAt),
  };
}

function sessionState({ expiresAt, endedAt }: ConsoleSession, now: Instant): 'open' | 'expired' | 'ended' {
  if (!((endedAt ?? now) < expiresAt)) return 'expired';
  return endedAt === undefined ? 'open' : 'ended';
}
