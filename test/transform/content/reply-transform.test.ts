import { setImmediate as turn, setTimeout as delay } from 'node:timers/promises';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Failure } from '../../../src/core/codes.ts';
import type { TextFilter } from '../../../src/masking/text-filter.ts';
import type { ContentCoding } from '../../../src/transform/codings/content-coding.ts';
import { ReplyTransform, type ReplyTransformation } from '../../../src/transform/content/reply-transform.ts';
import { bomb, coded, CODINGS, decoded, pieces, transformation } from '../coded.ts';
import { broken, holdingFive, upperCase } from '../filters.ts';
import { CollectingSink } from './collecting-sink.ts';

const text = Buffer.from('mail anna@example.org or call, it is all the same. '.repeat(50));
const upper = text.toString('latin1').toUpperCase();

interface Given extends Partial<ReplyTransformation> {
  readonly filter?: TextFilter | 'pass' | Failure;
}

interface Laid {
  readonly reply: ReplyTransform;
  readonly sink: CollectingSink;
  readonly failures: Failure[];
}

function lay({ filter = upperCase(), ...given }: Given = {}): Laid {
  const sink = new CollectingSink();
  const failures: Failure[] = [];
  const { mislabelled, limits, memory } = transformation();
  const reply = new ReplyTransform(sink, {
    mislabelled,
    mayHoldNul: () => false,
    limits,
    memory,
    request: { method: 'GET', acceptEncoding: undefined },
    filterFor: () => filter,
    onFailure: (failure) => failures.push(failure),
    ...given,
  });
  return { reply, sink, failures };
}

/** Writes as the exchange does: it waits where it is told to. */
async function send(reply: ReplyTransform, chunks: readonly Uint8Array[], fields: readonly string[], trailers: string[] = []) {
  reply.start(200, 'OK', fields);
  for (const chunk of chunks) {
    if (!reply.write(chunk)) await new Promise<void>((resolve) => reply.whenDrained(resolve));
  }
  reply.end(trailers);
  return reply.settled;
}

/** Writes a piece again and again until it is told to wait and waits in vain; how often it wrote. */
async function writtenUntilStuck(reply: ReplyTransform, piece: Uint8Array): Promise<number> {
  for (let written = 1; written < 200; written++) {
    if (reply.write(piece)) continue;
    const drained = new Promise<boolean>((resolve) => reply.whenDrained(() => resolve(true)));
    if (!(await Promise.race([drained, delay(100, false)]))) return written;
  }
  return Infinity;
}

describe('ReplyTransform', () => {
  it('filters content without codings, at once', () => {
    const { reply, sink } = lay();
    reply.start(200, 'OK', ['Content-Length', '2550', 'ETag', '"a"']);
    reply.write(text);
    expect(sink.content.toString()).toBe(upper);
    reply.end(['Server-Timing', 'x', 'Content-Digest', 'y']);
    expect(sink.calls).toEqual(['start', 'end']);
    expect(sink.head).toEqual({ status: 200, reason: 'OK', fields: ['ETag', 'W/"a"', 'Vary', 'Accept-Encoding'] });
    expect(sink.trailers).toEqual(['Server-Timing', 'x']);
  });

  it.each(CODINGS)('undoes %s for a client that takes nothing of it', async (coding) => {
    const { reply, sink } = lay();
    expect(await send(reply, [coded(text, coding)], ['Content-Encoding', coding])).toBeUndefined();
    expect(sink.content.toString()).toBe(upper);
    expect(sink.head?.fields).toEqual(['Vary', 'Accept-Encoding']);
  });

  it.each(['zstd', 'br'] as const)('redoes what came coded in %s where the client takes it', async (coding) => {
    const { reply, sink } = lay({ request: { method: 'GET', acceptEncoding: `gzip, ${coding}` } });
    await send(reply, [coded(text, 'gzip', 'br')], ['Content-Encoding', 'gzip, br']);
    expect(decoded(sink.content, coding)).toBe(upper);
    expect(sink.head?.fields).toEqual(['Content-Encoding', coding, 'Vary', 'Accept-Encoding']);
  });

  it('gives the same however content is cut', async () => {
    const way = fc.constantFrom<ContentCoding[]>([], ['gzip'], ['br'], ['zstd'], ['gzip', 'zstd']);
    await fc.assert(
      fc.asyncProperty(
        way,
        fc.uint8Array({ maxLength: 2000, min: 1 }),
        fc.integer({ min: 1, max: 90 }),
        async (came, plain, length) => {
          const { reply, sink } = lay({ filter: holdingFive() });
          const fields = came.length === 0 ? [] : ['Content-Encoding', came.join(', ')];
          expect(await send(reply, pieces(coded(plain, ...came), length), fields)).toBeUndefined();
          expect(sink.content).toEqual(Buffer.from(plain));
          expect(sink.calls).toEqual(['start', 'end']);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('passes untouched what needs no filter', async () => {
    const { reply, sink } = lay({ filter: 'pass' });
    const fields = ['Content-Encoding', 'compress', 'Content-Length', '2550'];
    await send(reply, [text], fields, ['Content-Digest', 'x']);
    expect(sink.head?.fields).toEqual(fields);
    expect(sink.content).toEqual(text);
    expect(sink.trailers).toEqual(['Content-Digest', 'x']);
  });

  it('passes on what is said before the head', () => {
    const { reply, sink } = lay();
    reply.continue();
    reply.inform(103, []);
    expect(sink.calls).toEqual(['continue', 'inform 103']);
    expect(reply.started).toBe(false);
  });

  it.each<[string, number, string[], Given]>([
    ['a refusal of the caller', 200, [], { filter: { code: 'unreadable_content', detail: 'opaque' } }],
    ['an unknown coding', 200, ['Content-Encoding', 'compress'], {}],
    ['a part', 206, ['Content-Range', 'bytes 0-1/2'], {}],
  ])('leaves the client to another answer after %s', async (_, status, fields, given) => {
    const { reply, sink, failures } = lay(given);
    reply.start(status, '', fields);
    expect(failures).toMatchObject([{ code: 'unreadable_content' }]);
    expect(reply.started).toBe(true);
    expect(reply.write(text)).toBe(true);
    reply.abort();
    reply.end();
    expect(sink.calls).toEqual([]);
    expect(sink.started).toBe(false);
    expect(await reply.settled).toEqual(failures[0]);
  });

  it.each<[string, Uint8Array, string[], string]>([
    ['a coding that lies', text, ['Content-Encoding', 'gzip'], 'unreadable_content'],
    [
      'a stream cut in its first block',
      coded(text, 'gzip').subarray(0, 12),
      ['Content-Encoding', 'gzip'],
      'unreadable_content',
    ],
    ['gzip without a label', coded(text, 'gzip'), [], 'unreadable_content'],
    ['gzip in gzip without a label', coded(text, 'gzip', 'gzip'), ['Content-Encoding', 'gzip'], 'unreadable_content'],
  ])('leaves the client to another answer after %s', async (_, bytes, fields, code) => {
    const { reply, sink, failures } = lay();
    expect(await send(reply, [bytes], fields)).toMatchObject({ code });
    await turn();
    expect(failures).toMatchObject([{ code }]);
    expect(sink.calls).toEqual([]);
  });

  it('leaves the client to another answer also where plain content was to leave coded', async () => {
    const { reply, sink } = lay({ request: { method: 'GET', acceptEncoding: 'zstd' } });
    expect(await send(reply, [coded(text, 'gzip')], ['Content-Length', '2000'])).toMatchObject({ code: 'unreadable_content' });
    expect(sink.calls).toEqual([]);
  });

  it('leaves the client to another answer after a defect of the filter', async () => {
    const { reply, sink } = lay({ filter: broken() });
    expect(await send(reply, [text], [])).toMatchObject({ code: 'internal_error' });
    expect(sink.calls).toEqual([]);
  });

  it('aborts what has begun when content turns out to be broken', async () => {
    const broke = coded(crypto.getRandomValues(new Uint8Array(60_000)), 'gzip').subarray(0, 50_000);
    const { reply, sink, failures } = lay({ mislabelled: 'pass' });
    expect(await send(reply, pieces(broke, 10_000), ['Content-Encoding', 'gzip'])).toMatchObject({
      code: 'unreadable_content',
    });
    expect(sink.content.length).toBeGreaterThan(0);
    expect(sink.calls).toEqual(['start', 'abort']);
    expect(failures).toHaveLength(1);
  });

  it('stops a bomb', async () => {
    const { reply, sink } = lay({ mislabelled: 'pass' });
    expect(await send(reply, [bomb('zstd')], ['Content-Encoding', 'zstd'])).toMatchObject({ code: 'content_too_large' });
    expect(sink.content.length).toBeLessThan(1.1 * 1024 * 1024);
    expect(sink.calls).toEqual(['start', 'abort']);
  });

  it.each<[string, string[], Uint8Array]>([
    ['plain content without content', [], new Uint8Array()],
    ['coded events without content', ['Content-Type', 'text/event-stream', 'Content-Encoding', 'gzip'], new Uint8Array()],
  ])('sends the head of %s in the same turn', async (_, fields) => {
    const { reply, sink } = lay();
    reply.start(200, 'OK', fields);
    expect(sink.started).toBe(false);
    await turn();
    expect(sink.calls).toEqual(['start']);
    reply.abort();
    expect(sink.calls).toEqual(['start', 'abort']);
  });

  it('holds the head of coded content until the first of it could be read', async () => {
    const { reply, sink } = lay();
    reply.start(200, 'OK', ['Content-Encoding', 'gzip']);
    await delay(20);
    expect(sink.started).toBe(false);
    reply.write(coded(text, 'gzip'));
    await delay(20);
    expect(sink.started).toBe(true);
    reply.end();
    expect(await reply.settled).toBeUndefined();
  });

  it.each([
    [204, 'GET'],
    [304, 'GET'],
    [200, 'HEAD'],
  ])('hands a %d to a %s on without content', async (status, method) => {
    const { reply, sink } = lay({ request: { method, acceptEncoding: 'zstd' } });
    reply.start(status, '', ['ETag', '"a"', 'Content-Encoding', 'gzip']);
    reply.end();
    expect(await reply.settled).toBeUndefined();
    expect(sink.head?.fields).toContain('W/"a"');
    expect(sink.content.length).toBe(0);
  });

  it.each<[string, string[], (bytes: Uint8Array) => Uint8Array]>([
    ['plain', [], (bytes) => bytes],
    ['coded', ['Content-Encoding', 'gzip'], (bytes) => coded(bytes, 'gzip')],
  ])('tells the origin of %s content to wait for a slow client, and goes on when it reads', async (_, fields, made) => {
    const { reply, sink } = lay({ mislabelled: 'pass' });
    sink.isSlow = true;
    reply.start(200, 'OK', fields);
    const chunk = made(crypto.getRandomValues(new Uint8Array(16_384)));
    const written = await writtenUntilStuck(reply, chunk);
    expect(written * chunk.length).toBeLessThan(512 * 1024);
    const drained = new Promise<void>((resolve) => reply.whenDrained(resolve));
    sink.drain();
    await drained;
    reply.end();
    expect(await reply.settled).toBeUndefined();
    expect(sink.content.length).toBe(written * 16_384);
  });

  it('gives up what is on the way when the client leaves', async () => {
    const given = transformation();
    const { reply, sink, failures } = lay({ memory: given.memory, request: { method: 'GET', acceptEncoding: 'br' } });
    reply.start(200, 'OK', ['Content-Encoding', 'gzip']);
    reply.write(coded(text, 'gzip').subarray(0, 40));
    await delay(10);
    expect(given.memory.used).toBeGreaterThan(0);
    sink.leave();
    expect(await reply.settled).toBeUndefined();
    await turn();
    expect(given.memory.used).toBe(0);
    expect(failures).toEqual([]);
    expect(reply.closed).toBe(true);
  });

  it('cut() ends an answer that only waits for its client', async () => {
    const { reply, sink, failures } = lay();
    sink.isSlow = true;
    reply.start(200, 'OK', ['Content-Encoding', 'gzip']);
    reply.write(coded(text, 'gzip'));
    reply.end();
    await delay(20);
    reply.cut({ code: 'denied_by_rule', detail: 'the policy changed' });
    expect(await reply.settled).toMatchObject({ code: 'denied_by_rule' });
    expect(sink.calls).toEqual(['start', 'abort']);
    sink.drain();
    await delay(5);
    expect(sink.calls).toEqual(['start', 'abort']);
    expect(failures).toHaveLength(1);
  });
});
