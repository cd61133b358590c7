import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { GROUPS } from '../../src/masking/catalogue.ts';
import { CodingMemory } from '../../src/transform/codings/coding-memory.ts';
import { transformedContent } from '../../src/transform/content/content-stream.ts';
import { planMasks } from '../../src/transform/masking/mask-plan.ts';
import { messageFilter } from '../../src/transform/masking/message-filter.ts';
import { MessageMasking } from '../../src/transform/masking/message-masking.ts';
import { maskingTexts } from '../../src/transform/masking/text-filters.ts';

const SIZE = 10 * 1024 * 1024;
/** As sockets give it out. */
const CHUNK = 64 * 1024;
const MILLISECOND = 1e6;

/** Members with a value in about every kibibyte. */
function json(): Buffer {
  const filler = 'nothing that anybody would look for, and 2026 reasons not to, '.repeat(16);
  const members = Array.from({ length: SIZE / 1024 }, (_, i) => ({ id: i, to: `user${i}@example.org`, text: filler }));
  return Buffer.from(JSON.stringify(members)).subarray(0, SIZE);
}

function masked(content: Readable): Readable {
  const entities = [...new Set(['pii', 'secrets'].flatMap((group) => GROUPS.get(group) ?? []))].sort();
  const plan = planMasks([{ entities, as: 'redact', in: ['content'], unreadable: 'deny' }], []);
  const ofContent = new MessageMasking(plan, { hash: () => new Uint8Array(32) }).of('content');
  if (ofContent === undefined) throw new Error('Nothing of the content is masked');
  const texts = maskingTexts(ofContent);
  const filter = messageFilter([['content-type', 'application/json']], { texts, opaque: 'deny', unreadable: 'deny' });
  if (filter === 'pass' || 'code' in filter) throw new Error('The content is not read');
  return transformedContent(content, {
    came: [],
    leaves: undefined,
    filter,
    mislabelled: 'refuse',
    flushes: false,
    limits: { size: Infinity, ratio: 100, ratioFrom: CHUNK },
    memory: new CodingMemory(64 * 1024 * 1024),
  });
}

/** In pieces, each in a turn of its own. */
async function* pieces(bytes: Buffer): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += CHUNK) {
    await pause(0);
    yield bytes.subarray(at, at + CHUNK);
  }
}

async function drain(content: Readable): Promise<number> {
  let length = 0;
  for await (const piece of content as AsyncIterable<Uint8Array>) length += piece.length;
  return length;
}

describe('10 MiB of JSON that is masked', () => {
  it('RES-05 delays nobody else by more than 20 ms, ninety-nine times of a hundred', async () => {
    const content = json();
    // Compiles what is compiled once.
    await drain(masked(Readable.from([content.subarray(0, CHUNK)], { objectMode: false })));
    const resolution = 1;
    const delays = monitorEventLoopDelay({ resolution });
    delays.enable();
    const length = await drain(masked(Readable.from(pieces(content), { objectMode: false })));
    delays.disable();
    expect(length).toBeGreaterThan(SIZE / 2);
    expect(delays.count).toBeGreaterThan(100);
    expect(delays.percentile(99) / MILLISECOND - resolution).toBeLessThanOrEqual(20);
  });
});
