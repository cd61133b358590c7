import { fail, ok, type Result } from '../result.ts';
import { type Milliseconds, parseDuration } from '../units.ts';

/** The longest that a token may be valid: whoever wants one that never ends has to come back once a year. */
export const MOST_LIFETIME: Milliseconds = 366 * 24 * 3_600_000;

/**
 * How long a token is to be valid.
 * @failure a sentence
 */
export function parseLifetime(text: string): Result<Milliseconds, string> {
  const lifetime = parseDuration(text);
  if (!lifetime.ok) return lifetime;
  if (lifetime.value === 0) return fail('Found 0, expected a duration that lasts');
  return lifetime.value <= MOST_LIFETIME ? ok(lifetime.value) : fail(`Found "${text}", expected at most 366d`);
}
