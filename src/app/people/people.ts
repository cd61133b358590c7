import type { People } from '../../admin/access/people.ts';
import { createAuthentication } from './authenticate.ts';
import type { PeopleParts } from './people-parts.ts';
import { createSessions } from './sessions.ts';
import { createTokens } from './tokens.ts';

/** People as the admin API knows them. */
export function createPeople(parts: PeopleParts): People {
  return { authenticate: createAuthentication(parts), ...createSessions(parts), ...createTokens(parts) };
}
