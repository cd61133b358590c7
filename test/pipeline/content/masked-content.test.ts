import { constants, type PerformanceEntry, PerformanceObserver } from 'node:perf_hooks';
import { Readable } from 'node:stream';
import { describe, expect, it, vi } from 'vitest';
import type { ContentMeans } from '../../../src/pipeline/content/content-means.ts';
import { SpooledContent } from '../../../src/pipeline/content/masked-content.ts';
import { RequestContent } from '../../../src/pipeline/content/request-content.ts';
import { CodingMemory } from '../../../src/transform/codings/coding-memory.ts';
import { drained, transformation } from '../../transform/coded.ts';

const MIB = 1024 * 1024;

function spooled(bytes: Uint8Array): SpooledContent {
  const means = { contentMemory: 8 * MIB, held: new CodingMemory(8 * MIB) } as ContentMeans;
  const source = Readable.from([bytes], { objectMode: false });
  return new SpooledContent(new RequestContent(source, () => {}, means), transformation(), means);
}

/** Does `act`, and waits until so many collections were asked for: an observer is told in a later turn. */
async function expectCollections(count: number, act: () => Promise<void>): Promise<void> {
  const entries: PerformanceEntry[] = [];
  const observer = new PerformanceObserver((list) => void entries.push(...list.getEntries()));
  observer.observe({ entryTypes: ['gc'] });
  await act();
  await vi.waitFor(() => expect(countAskedFor(entries)).toBe(count), { timeout: 5000 });
  observer.disconnect();
}

/** V8 makes a collection of the whole heap of one that is asked for while it is marking that. */
function countAskedFor(entries: readonly PerformanceEntry[]): number {
  return entries.filter((entry) => {
    const { detail } = entry as PerformanceEntry & { readonly detail: { readonly flags: number } };
    return (detail.flags & constants.NODE_PERFORMANCE_GC_FLAGS_FORCED) !== 0;
  }).length;
}

describe('SpooledContent', () => {
  it('measures what is sent', async () => {
    const measured = await spooled(Buffer.from('abc')).measure('bot');
    if (!measured.ok) throw new Error(measured.failure.detail);
    expect(measured.value.change).toMatchObject({ length: 3 });
    expect((await drained(measured.value.content)).toString()).toBe('ABC');
    await measured.value.dispose();
  });

  it('has what it made and held in memory collected', async () => {
    await expectCollections(4, async () => {
      for (let i = 0; i < 8; i++)
        expect(await spooled(new Uint8Array(6 * MIB).fill(0x61)).measure('bot')).toMatchObject({ ok: true });
    });
  });
});
