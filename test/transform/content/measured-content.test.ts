import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Spool } from '../../../src/core/ports.ts';
import { openSpool } from '../../../src/store/spool.ts';
import { transformedContent } from '../../../src/transform/content/content-stream.ts';
import { measuredContent } from '../../../src/transform/content/measured-content.ts';
import { contentOf, drained, pieces, transformation } from '../coded.ts';

const MEMORY = 64 * 1024;
const random = { bytes: (length: number) => new Uint8Array(randomBytes(length)) };

let directory: string;
let spool: Spool;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cordon-measured-'));
  spool = await openSpool({ directory, key: new Uint8Array(32), limit: 1024 * 1024, share: 1024 * 1024, random });
});
afterAll(() => rm(directory, { recursive: true }));

describe('measuredContent()', () => {
  it.each([0, 1, 16 * 1024, 16 * 1024 + 1, MEMORY])('measuredContent() keeps %d bytes in memory', async (length) => {
    const bytes = random.bytes(length);
    const measured = await measuredContent(contentOf(pieces(bytes, 1000)), MEMORY, { spool, owner: 'bot' });
    if (!measured.ok) throw new Error(measured.failure.detail);
    expect(measured.value.length).toBe(length);
    expect(await readdir(directory)).toEqual([]);
    expect(await drained(measured.value.content)).toEqual(Buffer.from(bytes));
    await measured.value.dispose();
  });

  it.each([MEMORY + 1, 3 * MEMORY])('measuredContent() spools %d bytes until they are disposed of', async (length) => {
    const bytes = random.bytes(length);
    const measured = await measuredContent(contentOf(pieces(bytes, 1000)), MEMORY, { spool, owner: 'bot' });
    if (!measured.ok) throw new Error(measured.failure.detail);
    expect(measured.value.length).toBe(length);
    expect(await readdir(directory)).toHaveLength(1);
    expect(await drained(measured.value.content)).toEqual(Buffer.from(bytes));
    await measured.value.dispose();
    expect(await readdir(directory)).toEqual([]);
  });

  it('measuredContent() frees what nobody read', async () => {
    const measured = await measuredContent(contentOf([random.bytes(2 * MEMORY)]), MEMORY, { spool, owner: 'bot' });
    if (!measured.ok) throw new Error(measured.failure.detail);
    await measured.value.dispose();
    expect(await readdir(directory)).toEqual([]);
  });

  it('measuredContent() measures what a transformation makes', async () => {
    const made = transformedContent(contentOf([Buffer.from('abc')]), transformation({ leaves: 'gzip' }));
    const measured = await measuredContent(made, MEMORY, { spool, owner: 'bot' });
    if (!measured.ok) throw new Error(measured.failure.detail);
    expect(((await drained(measured.value.content)) as Buffer).length).toBe(measured.value.length);
  });

  it.each([10, 2 * MEMORY])('measuredContent() fails with the failure of its content, after %d bytes', async (length) => {
    const bytes = Buffer.concat([Buffer.alloc(length, 'x')]);
    const made = transformedContent(
      contentOf([bytes]),
      transformation({ limits: { size: 5, ratio: 1, ratioFrom: 0 }, came: ['gzip'] }),
    );
    expect(await measuredContent(made, MEMORY, { spool, owner: 'bot' })).toMatchObject({
      failure: { code: 'unreadable_content' },
    });
    expect(await readdir(directory)).toEqual([]);
  });

  it('measuredContent() fails when its source breaks off, in memory or in the spool', async () => {
    for (const length of [10, 2 * MEMORY]) {
      const source = new PassThrough();
      const measured = measuredContent(source, MEMORY, { spool, owner: 'bot' });
      source.write(Buffer.alloc(length), () => source.destroy(new Error('aborted')));
      expect(await measured).toMatchObject({ failure: { code: 'malformed_request' } });
      expect(await readdir(directory)).toEqual([]);
    }
  });

  it('measuredContent() fails when the spool is full, and stops its source', async () => {
    const endless = new Readable({
      read() {
        this.push(new Uint8Array(65_536));
      },
    });
    expect(await measuredContent(endless, MEMORY, { spool, owner: 'bot' })).toMatchObject({ failure: { code: 'overloaded' } });
    expect(endless.destroyed).toBe(true);
    expect(await readdir(directory)).toEqual([]);
  });
});
