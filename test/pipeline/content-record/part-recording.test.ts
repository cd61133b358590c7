import { gzipSync } from 'node:zlib';
import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { PartRecording, type PartMeans } from '../../../src/pipeline/content-record/part-recording.ts';
import { PIECE_BYTES, type ContentPiece } from '../../../src/recording/content/content-recorder.ts';
import { toFieldLines } from '../../../src/wire/http/fields.ts';
import { CodingMemory } from '../../../src/transform/codings/coding-memory.ts';

const MIB = 1024 ** 2;

/** A part whose record the test holds up, and lets go on. */
function partOf(fields: readonly (readonly [string, string])[], limit = MIB) {
  const pieces: ContentPiece[] = [];
  const state = { isReady: true, listeners: [] as (() => void)[] };
  const means: PartMeans = {
    search: { masks: [], own: [] },
    memory: new CodingMemory(64 * MIB),
    limit,
    elapsed: () => 7,
    keyedDigest: (text) => `keyed ${text.length}`,
    recorded: toFieldLines,
    append: (piece) => {
      pieces.push(piece);
      return Promise.resolve();
    },
    isReady: () => state.isReady,
    whenReady: (listener) => void state.listeners.push(listener),
  };
  const part = new PartRecording('response', means);
  part.begin({ fields, isPartial: false, isArrayStream: false }, { status: 200, fields });
  const goOn = (): void => {
    state.isReady = true;
    for (const listener of state.listeners.splice(0)) listener();
  };
  const text = (): string => Buffer.concat(pieces.map((piece) => piece.text)).toString('latin1');
  return { part, pieces, text, hold: () => void (state.isReady = false), goOn };
}

const TEXT = ['content-type', 'text/plain'] as const;
const GZIP = ['content-encoding', 'gzip'] as const;

describe('PartRecording', () => {
  it('records large content in pieces that fit, and what is small in one', async () => {
    for (const length of [0, 1, PIECE_BYTES, PIECE_BYTES + 1, 5 * PIECE_BYTES]) {
      const { part, pieces, text } = partOf([TEXT]);
      const content = Buffer.alloc(length, 'some words, ');
      part.push(content);
      part.end();
      await part.settled();
      expect(text() === content.toString()).toBe(true);
      expect(pieces.every((piece) => piece.text.length <= PIECE_BYTES)).toBe(true);
      expect(pieces.map(({ index }) => index)).toEqual(pieces.map((_, index) => index));
      expect(pieces.filter(({ notes }) => notes.head !== undefined)).toEqual([pieces[0]]);
      expect(pieces.at(-1)).toMatchObject({ last: true, passed: length });
    }
  });

  it('records trailers with the end, also of content that nobody reads', async () => {
    for (const fields of [[TEXT], [['content-type', 'application/grpc'] as const]]) {
      const { part, pieces } = partOf(fields);
      part.push(Buffer.from('some words'));
      part.end(['Grpc-Status', '0']);
      await part.settled();
      expect(pieces.at(-1)).toMatchObject({ last: true, notes: { trailers: [['Grpc-Status', '0']] } });
    }
  });

  it('has what passes wait while the record is behind, and calls when it is not', async () => {
    const { part, hold, goOn } = partOf([TEXT]);
    expect(part.push(Buffer.from('a'))).toBe(true);
    hold();
    expect(part.push(Buffer.from('b'))).toBe(false);
    let called = 0;
    part.whenReady(() => (called += 1));
    expect(called).toBe(0);
    goOn();
    expect(called).toBe(1);
    part.end();
    await part.settled();
  });

  it('reads no further in coded content while the record is behind', async () => {
    const { part, hold, goOn, text } = partOf([TEXT, GZIP], 8 * MIB);
    const content = Buffer.from(
      randomBytes(3 * MIB)
        .toString('base64')
        .replaceAll(/[^a-z]/g, ' '),
    );
    hold();
    part.push(gzipSync(content));
    part.end();
    // As long as it takes another one that is not behind.
    const other = partOf([TEXT, GZIP], 8 * MIB);
    other.part.push(gzipSync(content));
    other.part.end();
    await other.part.settled();
    expect(other.text().length).toBe(content.length);
    // What the stages between hold, and nothing like four megabytes.
    expect(text().length).toBeLessThan(MIB / 4);
    goOn();
    await part.settled();
    expect(text() === content.toString()).toBe(true);
  });

  it.each([
    ['plain', [TEXT], (content: Buffer) => content],
    ['coded', [TEXT, GZIP], (content: Buffer) => gzipSync(content)],
  ] as const)('ends where %s content reaches the limit in its last piece', async (_, fields, coded) => {
    const { part, pieces, text } = partOf(fields, 100);
    const content = Buffer.alloc(150, 'word ');
    part.push(coded(content));
    part.end();
    await part.settled();
    expect(text()).toBe(content.toString().slice(0, 100));
    expect(pieces).toMatchObject([{ index: 0, last: true, cut: 'limit', passed: coded(content).length }]);
  });

  it('keeps nothing but length and digest of data that is only called text', async () => {
    const { part, pieces } = partOf([TEXT]);
    part.push(Buffer.concat([Buffer.from([0x1f, 0x8b, 8, 0]), randomBytes(500)]));
    part.push(randomBytes(500));
    part.end();
    await part.settled();
    expect(pieces).toMatchObject([
      { unread: 'unreadable', passed: 1004, text: Buffer.alloc(0), notes: { digest: 'keyed 64' } },
    ]);
  });

  it('keeps of multipart content what comes before a part that nobody reads, and nothing of that', async () => {
    const { part, pieces, text } = partOf([['content-type', 'multipart/form-data; boundary=b']]);
    const image = 'raw bytes of an image';
    part.push(Buffer.from('--b\r\nContent-Disposition: form-data; name="a"\r\n\r\nfirst\r\n--b\r\n'));
    part.push(Buffer.from(`Content-Type: image/png\r\n\r\n${image}\r\n--b--\r\n`));
    part.end();
    await part.settled();
    expect(text()).toContain('first');
    expect(text()).not.toContain(image);
    expect(pieces.at(-1)).toMatchObject({ last: true, cut: 'unreadable' });
  });
});
