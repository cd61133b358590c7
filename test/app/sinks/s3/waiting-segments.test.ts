import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writeCursor } from '../../../../src/app/sinks/chain-cursor.ts';
import { finishedSegments, WaitingSegments, type UploadedChain } from '../../../../src/app/sinks/s3/waiting-segments.ts';
import { ManualClock } from '../../../support/clock.ts';
import { segmentPaths } from '../../../support/record-files.ts';
import { denial } from '../../../recording/events.ts';
import { journalIn, temporaryDirectory } from '../../../recording/fixtures.ts';

const BEGAN = Date.parse('2026-11-22T10:00:00Z');
const MINUTE = 60_000;

/** Four segments, a minute apart, the last of them open. */
async function chainOfFour(): Promise<UploadedChain> {
  const clock = new ManualClock('2026-11-22T10:00:00Z');
  const journal = await journalIn(temporaryDirectory(), { clock, segmentAge: MINUTE });
  for (let index = 0; index < 4; index++) {
    if (index > 0) clock.advance(MINUTE);
    await journal.append(denial(index));
  }
  expect(segmentPaths(journal.directory)).toHaveLength(4);
  return { directory: journal.directory, cursorFile: join(temporaryDirectory(), 'cursor.json'), open: 4 };
}

describe('WaitingSegments', () => {
  it('counts what is finished and not taken, since the oldest of it was finished', async () => {
    const chain = await chainOfFour();
    const waiting = new WaitingSegments();
    expect(await waiting.look([chain])).toMatchObject({ records: 0, segments: 3, oldest: BEGAN + MINUTE });
    const taken = { seq: 0, taken: { segment: 2, offset: 0, block: 0 } };
    await writeCursor(chain.cursorFile, taken);
    expect(await finishedSegments(chain)).toEqual([3]);
    expect(await waiting.look([chain])).toMatchObject({ segments: 1, oldest: BEGAN + 3 * MINUTE });
    await writeCursor(chain.cursorFile, { ...taken, taken: { ...taken.taken, segment: 3 } });
    expect(await waiting.look([chain])).toEqual({ records: 0, bytes: 0, segments: 0, oldest: undefined });
  });

  it('asks for the length of a segment once, and forgets those that do not wait any more', async () => {
    const chain = await chainOfFour();
    const waiting = new WaitingSegments();
    const { bytes } = await waiting.look([chain]);
    const [first, second] = segmentPaths(chain.directory) as [string, string];
    writeFileSync(second, 'another length');
    expect(await waiting.look([chain])).toMatchObject({ bytes, segments: 3 });
    // Retention removed the oldest of them.
    rmSync(first);
    const left = await waiting.look([chain]);
    expect(left).toMatchObject({ segments: 2 });
    expect(left.bytes).toBeLessThan(bytes);
  });
});
