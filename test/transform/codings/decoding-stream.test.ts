import { setImmediate as turn } from 'node:timers/promises';
import { crc32 } from 'node:zlib';
import * as fc from 'fast-check';
import { pipeline, type Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { CodingMemory } from '../../../src/transform/codings/coding-memory.ts';
import type { ContentCoding } from '../../../src/transform/codings/content-coding.ts';
import { decodingStreams } from '../../../src/transform/codings/decoding-stream.ts';
import { RATIO_LIMIT, type ExpansionLimits } from '../../../src/transform/codings/expansion.ts';
import { bomb, coded, CODINGS, contentOf, drained, pieces, rawDeflate, wideZstd } from '../coded.ts';

const text = Buffer.from('{"model":"x","input":"mail anna@example.org"}'.repeat(40));
const garbage = Buffer.from('garbage');

interface Given {
  readonly limits?: Partial<ExpansionLimits>;
  readonly memory?: CodingMemory;
}

function decode(chunks: readonly Uint8Array[], codings: readonly ContentCoding[], { limits, memory }: Given = {}): Readable {
  const all = { size: Infinity, ...RATIO_LIMIT, ...limits };
  const stages = decodingStreams(codings, all, memory ?? new CodingMemory(64 * 1024 * 1024));
  pipeline([contentOf(chunks), ...stages], () => {});
  return stages.at(-1)!;
}

async function failureOf(stream: Readable): Promise<unknown> {
  const end = await drained(stream);
  return end instanceof Error && 'failure' in end ? end.failure : end;
}

describe('decodingStreams()', () => {
  it.each(CODINGS)('decodingStreams() undoes %s', async (coding) => {
    expect(await drained(decode([coded(text, coding)], [coding]))).toEqual(text);
  });

  it('decodingStreams() undoes bare deflate data', async () => {
    expect(await drained(decode([rawDeflate(text)], ['deflate']))).toEqual(text);
    expect(await drained(decode(pieces(rawDeflate(text), 1), ['deflate']))).toEqual(text);
  });

  it('decodingStreams() undoes stacked codings, the last one first', async () => {
    const codings: ContentCoding[] = ['gzip', 'br', 'zstd'];
    expect(await drained(decode([coded(text, ...codings)], codings))).toEqual(text);
  });

  it('decodingStreams() gives the same however the content is cut', async () => {
    const cuts = fc.tuple(fc.constantFrom(...CODINGS), fc.integer({ min: 1, max: 300 }), fc.uint8Array({ maxLength: 2000 }));
    await fc.assert(
      fc.asyncProperty(cuts, async ([coding, length, bytes]) => {
        expect(await drained(decode(pieces(coded(bytes, coding), length), [coding]))).toEqual(Buffer.from(bytes));
      }),
      { numRuns: 60 },
    );
  });

  it.each(['gzip', 'zstd'] as const)('decodingStreams() reads on where a member of %s ends', async (coding) => {
    const members = Buffer.concat([coded(text, coding), coded(garbage, coding), coded(text, coding)]);
    const whole = Buffer.concat([text, garbage, text]);
    for (const length of [members.length, 1, 7]) {
      expect(await drained(decode(pieces(members, length), [coding])), `pieces of ${length}`).toEqual(whole);
    }
  });

  it('decodingStreams() keeps zstd frames in order before a slow reader', async () => {
    const big = Buffer.alloc(200_000, 'a');
    const stream = decode([Buffer.concat([coded(big, 'zstd'), coded(text, 'zstd')])], ['zstd']);
    const read: Uint8Array[] = [];
    for await (const chunk of stream) {
      read.push(chunk as Uint8Array);
      await turn();
    }
    expect(Buffer.concat(read).equals(Buffer.concat([big, text]))).toBe(true);
  });

  it('decodingStreams() passes over skippable zstd frames', async () => {
    const skippable = Buffer.from([0x50, 0x2a, 0x4d, 0x18, 4, 0, 0, 0, 1, 2, 3, 4]);
    const frames = Buffer.concat([skippable, coded(text, 'zstd'), skippable]);
    expect(await drained(decode([frames], ['zstd']))).toEqual(text);
  });

  it.each(CODINGS)('decodingStreams() takes no bytes for empty content of %s', async (coding) => {
    expect(await drained(decode([], [coding]))).toEqual(Buffer.alloc(0));
  });

  it.each(CODINGS)('decodingStreams() refuses %s that ends anywhere too early', async (coding) => {
    const whole = coded(text, coding);
    for (let length = 1; length < whole.length; length++) {
      const failure = await failureOf(decode([whole.subarray(0, length)], [coding]));
      expect(failure, `${length} of ${whole.length}`).toMatchObject({
        code: 'unreadable_content',
        detail: expect.stringContaining('too early') as string,
      });
    }
  });

  it.each(CODINGS)('decodingStreams() refuses bytes behind %s, in one piece with it or apart', async (coding) => {
    const whole = coded(text, coding);
    for (const extra of [garbage, Buffer.alloc(1), Buffer.alloc(8)]) {
      for (const chunks of [[Buffer.concat([whole, extra])], [whole, extra], pieces(Buffer.concat([whole, extra]), 1)]) {
        expect(await failureOf(decode(chunks, [coding])), `${chunks.length} chunks`).toMatchObject({
          code: 'unreadable_content',
        });
      }
    }
  });

  it.each(CODINGS)('decodingStreams() refuses plain text that is called %s', async (coding) => {
    expect(await failureOf(decode([text], [coding]))).toMatchObject({ code: 'unreadable_content' });
  });

  it.each([
    ['gzip', 'zstd'],
    ['zstd', 'br'],
    ['br', 'deflate'],
  ] as const)('decodingStreams() refuses %s that is called %s', async (is, called) => {
    expect(await failureOf(decode([coded(text, is)], [called]))).toMatchObject({ code: 'unreadable_content' });
  });

  it.each(['gzip', 'deflate'] as const)('decodingStreams() refuses %s whose checksum is wrong', async (coding) => {
    const whole = coded(text, coding);
    whole[whole.length - (coding === 'gzip' ? 5 : 1)]! ^= 0xff;
    expect(await failureOf(decode([whole], [coding]))).toMatchObject({ code: 'unreadable_content' });
  });

  it.each(CODINGS)('decodingStreams() stops a bomb of %s early', async (coding) => {
    const stages = decodingStreams([coding], { size: Infinity, ...RATIO_LIMIT }, new CodingMemory(64 * 1024 * 1024));
    let read = 0;
    stages[0]!.on('data', (chunk: Uint8Array) => (read += chunk.length));
    pipeline([contentOf([bomb(coding)]), ...stages], () => {});
    const failure = await new Promise<unknown>((resolve) => {
      stages[0]!.once('error', (error) => resolve('failure' in error ? error.failure : error));
    });
    expect(failure).toMatchObject({ code: 'content_too_large', detail: expect.stringContaining('200 times') as string });
    expect(read).toBeLessThanOrEqual(2.1 * 1024 * 1024);
  });

  it('decodingStreams() counts stacked codings together', async () => {
    // The first layer shrinks zeros to a thousandth, the second what came of it to a fiftieth.
    const limits = { ratio: 2000, ratioFrom: 1000 };
    const zeros = Buffer.alloc(2_000_000);
    expect(await drained(decode([coded(zeros, 'gzip')], ['gzip'], { limits }))).toHaveLength(zeros.length);
    expect(await failureOf(decode([coded(zeros, 'gzip', 'gzip')], ['gzip', 'gzip'], { limits }))).toMatchObject({
      code: 'content_too_large',
    });
  });

  it('decodingStreams() lets short content shrink as it will', async () => {
    const zeros = Buffer.alloc(1024 * 1024);
    expect(await drained(decode([coded(zeros, 'br')], ['br']))).toEqual(zeros);
  });

  it.each(CODINGS)('decodingStreams() bounds the size of %s', async (coding) => {
    expect(await drained(decode([coded(text, coding)], [coding], { limits: { size: text.length } }))).toEqual(text);
    expect(await failureOf(decode([coded(text, coding)], [coding], { limits: { size: text.length - 1 } }))).toMatchObject({
      code: 'content_too_large',
    });
  });

  it('decodingStreams() refuses a zstd window of 16 MiB', async () => {
    expect(await failureOf(decode([wideZstd()], ['zstd']))).toMatchObject({
      code: 'content_too_large',
      detail: expect.stringContaining('window') as string,
    });
  });

  it('decodingStreams() refuses large-window brotli, which is no content coding (RFC 7932)', async () => {
    expect(await failureOf(decode([Buffer.from([0x11, 0x5c, 0xfd, 0xff])], ['br']))).toMatchObject({
      code: 'unreadable_content',
    });
  });

  it('decodingStreams() shares windows, and gives them back', async () => {
    const memory = new CodingMemory(300_000);
    const content = Buffer.from(crypto.getRandomValues(new Uint8Array(65_536)));
    const many = Buffer.concat([content, content, content]);
    const held = decode([coded(many, 'zstd')], ['zstd'], { memory });
    // Far enough for a share of nearly all of it, and then no further.
    const first = await new Promise<number>((resolve) => {
      let read = 0;
      held.on('data', (chunk: Uint8Array) => {
        read += chunk.length;
        if (read < 180_000) return;
        held.pause();
        resolve(read);
      });
    });
    expect(memory.used).toBeGreaterThanOrEqual(first);
    expect(await failureOf(decode([coded(many, 'zstd')], ['zstd'], { memory }))).toMatchObject({ code: 'overloaded' });
    held.destroy();
    await turn();
    expect(memory.used).toBe(0);
    expect(await drained(decode([coded(many, 'zstd')], ['zstd'], { memory }))).toEqual(many);
    expect(memory.used).toBe(0);
  });

  it('decodingStreams() stops reading when nobody reads it', async () => {
    const zeros = coded(Buffer.alloc(800_000), 'gzip', 'gzip');
    const stages = decodingStreams(
      ['gzip', 'gzip'],
      { size: Infinity, ratio: Infinity, ratioFrom: 0 },
      new CodingMemory(2 ** 26),
    );
    pipeline([contentOf([zeros]), ...stages], () => {});
    for (let i = 0; i < 200; i++) await turn();
    const buffered = stages.reduce((sum, stage) => sum + stage.readableLength + stage.writableLength, 0);
    expect(buffered).toBeLessThan(200_000);
    expect(crc32(((await drained(stages[1]!)) as Buffer).toString('latin1'))).toBe(crc32('\0'.repeat(800_000)));
  });
});
