import { fail, ok, type Result } from '../result.ts';

/**
 * ASCII alone, so that no two persons look alike; no colon, which stands in actors that are no person of the API
 * (`local:root`).
 */
const PERSON = /^[a-z0-9][a-z0-9._%+@-]{0,253}$/;

/**
 * A person's name in the one spelling by which it is compared with owners, minters and approvers: lower case.
 * @failure a sentence
 */
export function parsePerson(text: string): Result<string, string> {
  const person = canonicalPerson(text);
  if (PERSON.test(person)) return ok(person);
  return fail(`Found ${JSON.stringify(text.slice(0, 80))}, expected a person such as anna@acme.example (a-z 0-9 . _ % + @ -)`);
}

/** The spelling that is compared, whatever the name is: as owners are written in policies. */
export function canonicalPerson(text: string): string {
  return text.trim().toLowerCase();
}
