import { statSync, truncateSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { SYNC_INTERVAL } from '../../src/recording/chain/chain-writer.ts';
import { openSegmentFile, type OpenSegmentFile } from '../../src/recording/segment/segment-file.ts';
import { recordsOf, verified } from '../support/record-files.ts';
import { denial } from './events.ts';
import { journalIn, temporaryDirectory } from './fixtures.ts';

/** A file system that loses, when the power is cut, whatever was not synced before. */
class VolatileDisk {
  readonly #synced = new Map<string, number>();

  readonly open: OpenSegmentFile = (path, how) => {
    const file = openSegmentFile(path, how);
    return {
      ...file,
      sync: async () => {
        const { size } = statSync(path);
        await file.sync();
        this.#synced.set(path, size);
      },
    };
  };

  cutPower(): void {
    for (const [path, size] of this.#synced) truncateSync(path, size);
  }
}

const exchangesOf = (directory: string): unknown[] => recordsOf(directory).map((record) => record['exchange']);

describe('a journal whose machine loses power', () => {
  it('has everything that it acknowledged under "strict"', async () => {
    const disk = new VolatileDisk();
    const directory = temporaryDirectory();
    const journal = await journalIn(directory, { durability: 'strict', openFile: disk.open });
    for (let i = 0; i < 20; i++) await journal.append(denial(i));
    disk.cutPower();
    expect(exchangesOf(journal.directory)).toEqual(Array.from({ length: 20 }, (_, i) => `x${i}`));
    expect(await verified(journal.directory)).toMatchObject({ ok: true, value: { records: 20 } });
  });

  it('has under "batched" what is older than the interval, and a chain that is whole', async () => {
    const disk = new VolatileDisk();
    const journal = await journalIn(temporaryDirectory(), { openFile: disk.open });
    for (let i = 0; i < 10; i++) await journal.append(denial(i));
    await new Promise((resolve) => setTimeout(resolve, SYNC_INTERVAL * 3));
    for (let i = 10; i < 20; i++) await journal.append(denial(i));
    disk.cutPower();
    expect(exchangesOf(journal.directory)).toEqual(Array.from({ length: 10 }, (_, i) => `x${i}`));
    expect(await verified(journal.directory)).toMatchObject({ ok: true, value: { records: 10 } });
  });
});
