import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

/**
 * Defects that a peer (hoop.dev, as read from its source in 2026) had in its approvals. Tests that would fail if Cordon had
 * one bear its id.
 */
const DEFECTS: Readonly<Record<string, string>> = {
  'HOOP-1': 'approvals are compared with the number that is needed by equality: with one more it never settles',
  'HOOP-2': 'one person in several groups counts as several approvals',
  'HOOP-3': 'a decision is read, changed and written without a lock: approve and deny both win',
  'HOOP-4': 'what begins under a grant gets its full time anew: access for up to twice as long',
  'HOOP-5': 'a time from evening to morning ends at midnight',
  'HOOP-6': 'whether an approval is for once, and until when, is asked on some of the ways to it only',
  'HOOP-7': 'that something runs already is known to one process alone',
  'HOOP-8': 'what one of the ways of reading leaves out, the next change resets',
  'HOOP-9': 'an approval whose rule is gone brings the request down that asks for it',
};

const TESTS = join(import.meta.dirname, '..');

/** Ids in the titles of tests: comments do not count, nor does this table. */
function idsInTitles(files: readonly string[]): ReadonlySet<string> {
  const titles = files.flatMap((file) => [
    ...readFileSync(file, 'utf8').matchAll(/^\s*(?:it|describe|\]\))(?:\.each)?\S*\(?['`].*$/gm),
  ]);
  return new Set(titles.flatMap(([title]) => [...title.matchAll(/\bHOOP-\d\b/g)].map(([id]) => id)));
}

describe('the defects of a peer', () => {
  it('each has a test that bears its id, and no id is unknown', () => {
    const files = readdirSync(TESTS, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
      .map((entry) => join(entry.parentPath, entry.name));
    expect([...idsInTitles(files)].toSorted()).toEqual(Object.keys(DEFECTS));
  });
});
