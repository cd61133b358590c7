import { appendFileSync, copyFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { surveyChain } from '../../src/recording/chain/survey-chain.ts';
import type { ReadingKeys } from '../../src/recording/keys/record-keys.ts';
import { removeSegment } from '../../src/recording/retention/remove-segments.ts';
import { TEST_KEYS, segmentPaths } from '../support/record-files.ts';
import { denial } from './events.ts';
import { journalIn, temporaryDirectory } from './fixtures.ts';

const KEYS: ReadingKeys = { wrapping: [TEST_KEYS.wrapping], verifiers: [TEST_KEYS.signer.verifier] };

/** A chain of several segments that its writer has ended in order. */
async function chain(): Promise<string> {
  const journal = await journalIn(temporaryDirectory(), { segmentBytes: 1 });
  for (let number = 0; number < 4; number++) await journal.append(denial(number));
  await journal.close();
  return journal.directory;
}

const survey = (directory: string, isIdle = true, keys = KEYS): string | undefined => surveyChain(directory, keys, isIdle);

describe('surveyChain()', () => {
  it('finds nothing wrong with a chain that ended in order, nor with one that retention has shortened', async () => {
    const directory = await chain();
    expect(survey(directory)).toBeUndefined();
    const about = { removed: '2026-11-22T10:00:00.000Z', reason: 'over', signer: TEST_KEYS.signer };
    await removeSegment(directory, 1, about);
    expect(survey(directory)).toBeUndefined();
    for (const number of [2, 3, 4]) await removeSegment(directory, number, about);
    expect(segmentPaths(directory)).toEqual([]);
    expect(survey(directory)).toBeUndefined();
  });

  it.each([1, 2])('names segment %i that is missing, also of a chain that is written', async (number) => {
    const directory = await chain();
    rmSync(segmentPaths(directory)[number - 1]!);
    const expected = new RegExp(`^Found no 0000000${number}.seg, expected all from 00000001.seg to 0000000\\d.seg$`);
    expect(survey(directory, false)).toMatch(expected);
  });

  it('finds an end that is missing by its checkpoint', async () => {
    const directory = await chain();
    rmSync(segmentPaths(directory).at(-1)!);
    expect(survey(directory)).toMatch(/Found \d+ heads and blocks, expected at least the \d+ that its checkpoint vouches for/);
    for (const path of segmentPaths(directory)) rmSync(path);
    expect(survey(directory)).toContain('Found a checkpoint alone');
  });

  it('finds what a crash tore off', async () => {
    const directory = await chain();
    appendFileSync(segmentPaths(directory).at(-1)!, Buffer.alloc(10));
    expect(survey(directory)).toContain('Found 10 bytes of a write that a crash tore off');
    expect(survey(directory, false)).toBeUndefined();
  });

  it('finds a last segment that was cut, changed, exchanged, or is under another key', async () => {
    const [directory, other] = [await chain(), await chain()];
    const last = segmentPaths(directory).at(-1)!;
    expect(survey(directory, true, { ...KEYS, wrapping: [] })).toContain('expected one of the keys at hand: none');
    copyFileSync(segmentPaths(other).at(-1)!, last);
    expect(survey(directory)).toMatch(/Found a segment of the writer "\w+", expected one of "\w+", whose directory it is$/);
    truncateSync(last, 300);
    expect(survey(directory)).toBeDefined();
    truncateSync(last, 3);
    expect(survey(directory)).toContain('Found 3 bytes of a write');
    truncateSync(last, 0);
    expect(survey(directory)).toContain('that its checkpoint vouches for');
  });

  it('trusts no checkpoint that nobody known has signed', async () => {
    const directory = await chain();
    writeFileSync(join(directory, 'checkpoint'), 'something else');
    expect(survey(directory)).toBeDefined();
  });
});
