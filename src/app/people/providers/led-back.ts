import type { Refusal } from '../../../admin/problem.ts';
import { fail, type Result } from '../../../core/result.ts';
import { refuseAttempt } from '../authenticate.ts';
import type { PeopleParts } from '../people-parts.ts';
import { presentedSession } from '../sessions.ts';
import { beginAttempt, type SignInAttempt } from './sign-in-attempt.ts';

/**
 * An attempt to sign in at an identity provider, of a browser that may have a session already.
 * @param session its cookie
 */
export async function leaveFor(again: boolean, session: string | undefined, people: PeopleParts): Promise<SignInAttempt> {
  const before = session === undefined ? undefined : (await presentedSession(session, people))?.id;
  return beginAttempt({ again, before }, people.random, people.clock);
}

/** The answer to a browser that comes back with what opens nothing: recorded, counted, slowed. @param how for the record */
export function refuseReturn(how: string, client: string, people: PeopleParts): Result<never, Refusal> {
  return refuseAttempt({ code: 'unidentified', detail: `Led back from the identity provider ${how}` }, client, people);
}

/** The answer to somebody whom the provider vouches for, and who is nobody here. @param detail for the record and the person */
export function refusePerson(detail: string, client: string, { refused }: PeopleParts): Result<never, Refusal> {
  refused.note(client, detail);
  return fail({ status: 403, detail });
}
