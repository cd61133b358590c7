import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { CodingMemory } from '../../../src/transform/codings/coding-memory.ts';
import { encodingStream } from '../../../src/transform/codings/encoders.ts';
import { CODINGS, decoded, drained } from '../coded.ts';

const MEMORY = 1024 * 1024;

describe('encodingStream()', () => {
  it.each(CODINGS)('encodingStream() makes %s that a client can read', async (coding) => {
    for (const flushes of [true, false]) {
      const encoder = encodingStream(coding, flushes, new CodingMemory(MEMORY));
      for (let i = 0; i < 100; i++) encoder.write(`data: ${i}\n\n`);
      encoder.end();
      expect(decoded((await drained(encoder)) as Buffer, coding)).toContain('data: 0\n\ndata: 1\n\n');
    }
  });

  it.each(CODINGS)('encodingStream() of %s lets each piece out at once where it flushes', async (coding) => {
    const encoder = encodingStream(coding, true, new CodingMemory(MEMORY));
    for (let i = 0; i < 5; i++) {
      encoder.write('data: x\n\n');
      const [piece] = (await once(encoder, 'data')) as [Uint8Array];
      expect(piece.length).toBeGreaterThan(0);
    }
    encoder.destroy();
  });

  it('encodingStream() takes its memory from what all share, and gives it back', async () => {
    const memory = new CodingMemory(MEMORY);
    const first = encodingStream('br', false, memory);
    const [error] = (await once(encodingStream('br', false, memory), 'error')) as [{ failure: unknown }];
    expect(error.failure).toMatchObject({ code: 'overloaded' });
    first.destroy();
    await delay(1);
    expect(memory.used).toBe(0);
  });
});
