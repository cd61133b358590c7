import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ChainCopy } from '../../../src/app/sinks/chain-copy.ts';
import type { SessionId } from '../../../src/core/ids.ts';
import { denial } from '../../recording/events.ts';
import { journalIn, temporaryDirectory } from '../../recording/fixtures.ts';
import { ManualClock } from '../../support/clock.ts';
import { TEST_KEYS } from '../../support/record-files.ts';

describe('ChainCopy.lag()', () => {
  it('is as old as the oldest record that is a reason to copy, not as deliveries that waited for one', async () => {
    const clock = new ManualClock('2026-11-22T10:00:00Z');
    const journal = await journalIn(temporaryDirectory(), { clock, durability: 'strict' });
    const cursorFile = join(temporaryDirectory(), 'cursor.json');
    const copy = new ChainCopy({
      directory: journal.directory,
      cursorFile,
      wrapping: [TEST_KEYS.wrapping],
      until: () => journal.durable,
    });
    const delivery = { session: 'sink' as SessionId, client: 'self' };
    await journal.append(denial(1, delivery));
    expect(await copy.next()).toBeUndefined();
    expect(copy.lag()).toEqual({ records: 0, bytes: 0, segments: 0, oldest: undefined });

    clock.advance(3_600_000);
    await journal.append({ kind: 'gap', reason: 'something that was recorded' });
    expect((await copy.next())?.payload.split('\n')).toHaveLength(3);
    expect(copy.lag()).toMatchObject({ records: 2, segments: 1, oldest: clock.now() });
    expect(copy.lag().bytes).toBeGreaterThan(0);
  });
});
