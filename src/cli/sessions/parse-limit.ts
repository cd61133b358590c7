import { fail, ok, type Result } from '../../core/result.ts';

const MOST = 100_000;

/**
 * How many somebody wants to see.
 * @failure a sentence
 */
export function parseLimit(text: string): Result<number, string> {
  const number = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (number >= 1 && number <= MOST) return ok(number);
  return fail(`--limit: Found "${text}", expected a number from 1 to ${MOST}`);
}
