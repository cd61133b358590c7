import { PassThrough, Readable } from 'node:stream';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Spool } from '../../../src/core/ports.ts';
import { ok } from '../../../src/core/result.ts';
import { RequestContent } from '../../../src/pipeline/content/request-content.ts';
import { CodingMemory } from '../../../src/transform/codings/coding-memory.ts';

/** A spool in memory that tells what is in it. */
class MemorySpool implements Spool {
  readonly entries = new Map<string, Buffer>();
  async put(content: AsyncIterable<Uint8Array>): ReturnType<Spool['put']> {
    const chunks: Uint8Array[] = [];
    for await (const chunk of content) chunks.push(chunk.slice());
    const id = String(this.entries.size);
    this.entries.set(id, Buffer.concat(chunks));
    return ok({ id, bytes: this.entries.get(id)!.length });
  }
  async *open(id: string): AsyncGenerator<Uint8Array> {
    await Promise.resolve();
    yield this.entries.get(id)!;
  }
  remove(id: string): Promise<void> {
    this.entries.delete(id);
    return Promise.resolve();
  }
}

function requestOf(pieces: readonly string[], memory = 1 << 20) {
  const spool = new MemorySpool();
  const held = new CodingMemory(memory);
  let asked = 0;
  const source = Readable.from(
    pieces.map((piece) => Buffer.from(piece)),
    { objectMode: false },
  );
  const content = new RequestContent(source, () => (asked += 1), { contentMemory: 8, held, spool });
  return { content, spool, held, asked: () => asked };
}

async function textOf(stream: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

describe('RequestContent', () => {
  it.each([
    ['in memory', ['ab', 'cd'], 1 << 20, 0],
    ['in the spool where it is long', ['abcd', 'efgh', 'ijkl'], 1 << 20, 1],
    ['in the spool where there is no memory', ['ab', 'cd'], 1, 1],
  ])('holds it %s, and sends the very bytes that were read', async (_, pieces, memory, spooled) => {
    const { content, spool, held, asked } = requestOf(pieces, memory);
    expect(await content.hold(100, 'bot')).toEqual(ok('whole'));
    expect(spool.entries.size).toBe(spooled);
    expect(await textOf(content.heldCopy())).toBe(pieces.join(''));
    expect(await textOf(content.heldCopy())).toBe(pieces.join(''));
    expect(await textOf(content.open())).toBe(pieces.join(''));
    await content.dispose();
    expect([spool.entries.size, held.used, asked()]).toEqual([0, 0, 1]);
  });

  it('stops where it was to be read no further, and sends the rest all the same', async () => {
    const { content } = requestOf(['abc', 'def', 'ghi', 'jkl']);
    expect(await content.hold(4, 'bot')).toEqual(ok('more'));
    expect(await textOf(content.heldCopy())).toBe('abcdef');
    expect(await textOf(content.open())).toBe('abcdefghijkl');
  });

  it('is the source itself where nobody read it', () => {
    const { content, asked } = requestOf(['ab']);
    expect(content.open()).toBe(content.source);
    expect(asked()).toBe(1);
  });

  it('fails when it breaks off, and leaves a source alone that it is done with', async () => {
    const broken = new PassThrough();
    const { spool, held } = requestOf([]);
    const content = new RequestContent(broken, () => {}, { contentMemory: 8, held, spool });
    broken.write('ab');
    setImmediate(() => broken.destroy(new Error('aborted')));
    const result = await content.hold(100, 'bot');
    expect(result).toMatchObject({ ok: false, failure: { code: 'malformed_request' } });

    const open = new PassThrough();
    const more = new RequestContent(open, () => {}, { contentMemory: 8, held, spool });
    open.write('abc');
    open.write('def');
    expect(await more.hold(1, 'bot')).toEqual(ok('more'));
    await more.dispose();
    expect(open.destroyed).toBe(false);
  });

  it.each(['hold', 'spoolAll'] as const)('%s() ends content that goes on without end, a byte at a time', async (read) => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const { spool, held } = requestOf([]);
    const slow = new PassThrough();
    const content = new RequestContent(slow, () => {}, { contentMemory: 8, held, spool });
    const reading = content[read](1000, 'bot');
    for (let seconds = 0; seconds < 600 && !slow.destroyed; seconds += 30) {
      slow.write('a');
      await new Promise((resolve) => setImmediate(resolve));
      vi.advanceTimersByTime(30_000);
    }
    expect(slow.destroyed).toBe(true);
    expect(await reading).toMatchObject({ ok: false, failure: { code: 'malformed_request' } });
    expect(vi.getTimerCount()).toBe(0);
    expect(spool.entries.size).toBe(0);
  });
});
