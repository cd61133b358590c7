import { rmSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { begunBefore, endedBefore, segmentAges } from '../../../src/recording/retention/segment-ages.ts';
import { ManualClock } from '../../support/clock.ts';
import { segmentPaths } from '../../support/record-files.ts';
import { denial } from '../events.ts';
import { journalIn, temporaryDirectory } from '../fixtures.ts';

const DAY = 86_400_000;
const FIRST = Date.parse('2026-11-01T08:00:00Z');

/** A segment a day. */
async function days(count: number): Promise<string> {
  const clock = new ManualClock('2026-11-01T08:00:00Z');
  const journal = await journalIn(temporaryDirectory(), { clock });
  for (let day = 0; day < count; day++, clock.advance(DAY)) await journal.append(denial(day));
  await journal.close();
  expect(segmentPaths(journal.directory)).toHaveLength(count);
  return journal.directory;
}

it('segmentAges() tells when each was begun, and lets others go on between one head and the next', async () => {
  const directory = await days(30);
  let turns = 0;
  let isDone = false;
  const count = (): void => {
    turns += 1;
    if (!isDone) setImmediate(count);
  };
  setImmediate(count);
  const ages = await segmentAges(directory);
  isDone = true;
  expect([...ages]).toEqual(Array.from({ length: 30 }, (_, day) => [day + 1, FIRST + day * DAY]));
  expect(turns).toBeGreaterThan(30);
});

it('segmentAges() reads each head once, the first of new ones, and none of what is gone', async () => {
  const directory = await days(4);
  const [first, second, third] = segmentPaths(directory) as [string, string, string];
  writeFileSync(first, 'not to be read again');
  const known = new Map([[1, FIRST]]);
  rmSync(second);
  writeFileSync(third, 'no segment');
  expect([...(await segmentAges(directory, known))]).toEqual([
    [1, FIRST],
    [3, undefined],
    [4, FIRST + 3 * DAY],
  ]);
});

it('a segment was begun before its own time, and is over with the next one; the last never is', () => {
  const ages = new Map([
    [1, FIRST],
    [2, FIRST + DAY],
    [4, FIRST + 2 * DAY],
  ]);
  expect([begunBefore(ages, FIRST), endedBefore(ages, FIRST)]).toEqual([[], []]);
  expect([begunBefore(ages, FIRST + 1), endedBefore(ages, FIRST + 1)]).toEqual([[1], []]);
  expect([begunBefore(ages, FIRST + DAY + 1), endedBefore(ages, FIRST + DAY + 1)]).toEqual([[1, 2], [1]]);
  expect([begunBefore(ages, FIRST + 9 * DAY), endedBefore(ages, FIRST + 9 * DAY)]).toEqual([
    [1, 2, 4],
    [1, 2],
  ]);
  // What says nothing of its age may be anything: nothing before it is over for its sake.
  const unknown = new Map([
    [1, FIRST],
    [2, undefined],
    [3, FIRST + DAY],
  ]);
  expect([begunBefore(unknown, FIRST + 9 * DAY), endedBefore(unknown, FIRST + 9 * DAY)]).toEqual([[1, 3], []]);
  expect(endedBefore(new Map(), FIRST)).toEqual([]);
});
