import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Spool } from '../../src/core/ports.ts';
import { CHUNK_BYTES, UnsealError } from '../../src/store/sealing/sealed-chunks.ts';
import { openSpool } from '../../src/store/spool.ts';
import { MACHINE_RANDOM } from '../support/clock.ts';
import { temporaryDirectory } from './fixtures.ts';

const KEY = new Uint8Array(32).fill(7);
const HEADER = 4;
const SEALED_CHUNK = HEADER + CHUNK_BYTES + 16;

async function spoolIn(directory: string, limit = 10 << 20): Promise<Spool> {
  return openSpool({ directory, key: KEY, limit, share: limit / 2, random: MACHINE_RANDOM });
}

function content(...chunks: (string | Uint8Array)[]): AsyncIterable<Uint8Array> {
  return Readable.from(chunks.map((chunk) => Buffer.from(chunk)));
}

async function read(spool: Spool, id: string): Promise<Buffer> {
  return buffer(spool.open(id));
}

async function put(spool: Spool, ...chunks: (string | Uint8Array)[]): Promise<string> {
  const entry = await spool.put(content(...chunks), 'bot');
  if (!entry.ok) throw new Error(entry.failure.detail);
  return entry.value.id;
}

describe('openSpool()', () => {
  it('gives back what was put in, however it came in pieces', async () => {
    const spool = await spoolIn(temporaryDirectory());
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 40_000, size: 'max' }), { maxLength: 6 }), async (chunks) => {
        const whole = Buffer.concat(chunks);
        const entry = await spool.put(content(...chunks), 'bot');
        expect(entry).toMatchObject({ ok: true, value: { bytes: whole.length } });
        if (!entry.ok) return;
        expect((await read(spool, entry.value.id)).equals(whole)).toBe(true);
        await spool.remove(entry.value.id);
      }),
      { numRuns: 25 },
    );
  });

  it.each([0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES])('keeps %i bytes', async (length) => {
    const spool = await spoolIn(temporaryDirectory());
    const bytes = Buffer.alloc(length, 'ab');
    expect((await read(spool, await put(spool, bytes))).equals(bytes)).toBe(true);
  });

  it('takes the memory of what has come, not a chunk for each of many small entries', async () => {
    const spool = await spoolIn(temporaryDirectory());
    const { promise: end, resolve: finish } = Promise.withResolvers<void>();
    let taken = 0;
    async function* small(): AsyncGenerator<Uint8Array> {
      yield new Uint8Array(4096);
      taken += 1;
      await end;
    }
    const before = process.memoryUsage().arrayBuffers;
    const puts = Array.from({ length: 200 }, () => spool.put(small(), 'bot'));
    await expect.poll(() => taken).toBe(200);
    expect((process.memoryUsage().arrayBuffers - before) / 200).toBeLessThan(CHUNK_BYTES / 4);
    finish();
    expect((await Promise.all(puts)).every((entry) => entry.ok)).toBe(true);
  });

  it('writes nothing readable, at mode 0600, under a name of its own making', async () => {
    const directory = join(temporaryDirectory(), 'spool');
    const spool = await spoolIn(directory);
    const id = await put(spool, 'a secret of the subject');
    const file = join(directory, readdirSync(directory)[0]!);
    expect(id).toMatch(/^[0-9a-f]{32}$/);
    expect(readFileSync(file, 'latin1')).not.toContain('secret');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(directory).mode & 0o777).toBe(0o700);
  });

  it('removes at the start what an earlier process left, and nothing else', async () => {
    const directory = temporaryDirectory();
    await put(await spoolIn(directory), 'left');
    writeFileSync(join(directory, 'README'), 'not ours');
    await spoolIn(directory);
    expect(readdirSync(directory)).toEqual(['README']);
  });

  it('refuses what does not fit, evicts nothing, and has room again after a removal', async () => {
    const directory = temporaryDirectory();
    const spool = await spoolIn(directory, 250_000);
    const first = await put(spool, Buffer.alloc(100_000));
    expect(await spool.put(content(Buffer.alloc(100_000)), 'second')).toMatchObject({ ok: true });
    const third = (): ReturnType<Spool['put']> => spool.put(content(Buffer.alloc(100_000)), 'third');
    expect(await third()).toMatchObject({ ok: false, failure: { code: 'overloaded' } });
    expect(readdirSync(directory)).toHaveLength(2);
    expect(await read(spool, first)).toHaveLength(100_000);
    await spool.remove(first);
    await spool.remove(first);
    expect(await third()).toMatchObject({ ok: true });
  });

  it('gives nobody more than a share, so that one cannot keep others from being held', async () => {
    const spool = await spoolIn(temporaryDirectory(), 250_000);
    const first = await put(spool, Buffer.alloc(100_000));
    const more = await spool.put(content(Buffer.alloc(100_000)), 'bot');
    expect(more).toEqual({
      ok: false,
      failure: { code: 'overloaded', detail: '"bot" has reached its share of limits.spool' },
    });
    expect(await spool.put(content(Buffer.alloc(100_000)), 'other')).toMatchObject({ ok: true });
    await spool.remove(first);
    expect(await spool.put(content(Buffer.alloc(100_000)), 'bot')).toMatchObject({ ok: true });
  });

  it('holds its limit when many put at once, and gives the room of the refused back', async () => {
    const spool = await spoolIn(temporaryDirectory(), 400_000);
    const puts = await Promise.all(
      Array.from({ length: 8 }, (_, owner) => spool.put(content(Buffer.alloc(100_000)), `bot-${owner}`)),
    );
    const kept = puts.filter((entry) => entry.ok);
    expect(kept.length).toBeLessThanOrEqual(3);
    for (const entry of kept) await spool.remove(entry.value.id);
    for (const owner of ['bot-1', 'bot-2']) {
      expect(await spool.put(content(Buffer.alloc(199_000)), owner)).toMatchObject({ ok: true });
    }
  });

  it('throws on what the content throws, and keeps nothing', async () => {
    const directory = temporaryDirectory();
    const spool = await spoolIn(directory, 200_000);
    async function* broken() {
      yield Buffer.alloc(90_000);
      throw new Error('the client went away');
    }
    await expect(spool.put(broken(), 'bot')).rejects.toThrow('the client went away');
    expect(readdirSync(directory)).toEqual([]);
    expect(await spool.put(content(Buffer.alloc(90_000)), 'bot')).toMatchObject({ ok: true });
  });

  it('fails when its directory is gone', async () => {
    const directory = join(temporaryDirectory(), 'spool');
    const spool = await spoolIn(directory);
    rmSync(directory, { recursive: true });
    expect(await spool.put(content('x'), 'bot')).toMatchObject({ ok: false, failure: { code: 'store_unavailable' } });
  });

  it('has no entry that it did not make', async () => {
    const spool = await spoolIn(temporaryDirectory());
    for (const id of ['../../etc/passwd', 'f'.repeat(32), '']) expect(() => spool.open(id)).toThrow('no entry');
  });
});

describe('a spool whose files are changed', () => {
  const chunk = (i: number) => [i * SEALED_CHUNK, (i + 1) * SEALED_CHUNK] as const;
  it.each<[string, (sealed: Buffer) => Buffer]>([
    ['one bit', (sealed) => sealed.with(HEADER + 5, sealed[HEADER + 5]! ^ 1) as Buffer],
    ['a cut at a chunk', (sealed) => sealed.subarray(0, 2 * SEALED_CHUNK)],
    ['a cut inside a chunk', (sealed) => sealed.subarray(0, SEALED_CHUNK + 99)],
    ['a cut to nothing', () => Buffer.alloc(0)],
    ['an earlier end', (sealed) => Buffer.concat([Buffer.from([0x80]), sealed.subarray(1, SEALED_CHUNK)])],
    [
      'exchanged chunks',
      (sealed) =>
        Buffer.concat([sealed.subarray(...chunk(1)), sealed.subarray(...chunk(0)), sealed.subarray(2 * SEALED_CHUNK)]),
    ],
    ['a repeated chunk', (sealed) => Buffer.concat([sealed.subarray(...chunk(0)), sealed])],
    ['bytes after the end', (sealed) => Buffer.concat([sealed, sealed.subarray(...chunk(0))])],
    ['a few bytes after the end', (sealed) => Buffer.concat([sealed, Buffer.from('x')])],
    ['a huge length', (sealed) => Buffer.concat([Buffer.from([0x7f, 0xff]), sealed.subarray(2)])],
  ])('refuses %s', async (_, change) => {
    const directory = temporaryDirectory();
    const spool = await spoolIn(directory);
    const id = await put(spool, Buffer.alloc(2 * CHUNK_BYTES + 1000, 'abc'));
    const file = join(directory, readdirSync(directory)[0]!);
    writeFileSync(file, change(readFileSync(file)));
    await expect(read(spool, id)).rejects.toThrow(UnsealError);
  });

  it('refuses the content of another entry', async () => {
    const directory = temporaryDirectory();
    const spool = await spoolIn(directory);
    const id = await put(spool, 'mine');
    const [mine] = readdirSync(directory);
    await put(spool, 'yours');
    const yours = readdirSync(directory).find((name) => name !== mine);
    writeFileSync(join(directory, mine!), readFileSync(join(directory, yours!)));
    await expect(read(spool, id)).rejects.toThrow(UnsealError);
  });
});
