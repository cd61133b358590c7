import type { Opened } from '../../../admin/access/people.ts';
import type { Refusal } from '../../../admin/problem.ts';
import type { ConsoleSessionId } from '../../../core/ids.ts';
import type { Principal } from '../../../core/people/principal.ts';
import type { RoleAssignment } from '../../../core/people/role.ts';
import type { Result } from '../../../core/result.ts';
import type { Instant } from '../../../core/units.ts';
import type { PeopleParts } from '../people-parts.ts';
import { beginSession } from '../sessions.ts';

/** Somebody whom an identity provider vouches for. */
export interface Vouched {
  readonly person: string;
  readonly assignment: RoleAssignment;
  /** When the person last showed the provider who it is. */
  readonly authTime: Instant;
  /** The provider, as it names itself. */
  readonly vouchedBy: string;
  /** The person, as the provider names it. */
  readonly subject: string;
  readonly credential: 'oidc' | 'saml';
}

/**
 * Opens the session of whoever a provider vouches for.
 * @param before the session that the browser left with; it ends if it is of the same person
 */
export async function beginVouched(
  { person, assignment, authTime, vouchedBy, subject, credential }: Vouched,
  before: ConsoleSessionId | undefined,
  client: string,
  people: PeopleParts,
): Promise<Result<Opened, Refusal>> {
  const { role, groups } = assignment;
  const { places } = people.scope.places(assignment.places);
  const by: Principal = { person, role, groups, places, authTime, vouchedBy, credential, client };
  const replaced = await sessionOf(person, before, people);
  const details = { issuer: vouchedBy, subject };
  return beginSession({ person, assignment, authTime, vouchedBy }, by, { before: replaced, details }, people);
}

/** The session that the browser left with, if it is of the same person: its cookie does not come along on the way back. */
async function sessionOf(
  person: string,
  id: ConsoleSessionId | undefined,
  { sessions }: PeopleParts,
): Promise<ConsoleSessionId | undefined> {
  const found = id === undefined ? undefined : await sessions.find(id);
  return found?.ok === true && found.value?.session.person === person ? id : undefined;
}
