import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NOTHING_TAKEN, readCursor, writeCursor } from '../../../src/app/sinks/chain-cursor.ts';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cordon-cursor-'));
});
afterAll(() => rm(directory, { recursive: true }));

describe('writeCursor()', () => {
  it('keeps what readCursor() gives, and no draft', async () => {
    const file = join(directory, 'sink/writer.json');
    expect(readCursor(file)).toEqual(NOTHING_TAKEN);
    const spot = { segment: 3, offset: 4096, block: 7 };
    for (const cursor of [
      { seq: 12, taken: spot },
      { seq: 0, sending: spot },
    ]) {
      await writeCursor(file, cursor);
      expect(readCursor(file)).toEqual(cursor);
    }
    expect(await readdir(join(directory, 'sink'))).toEqual(['writer.json']);
  });

  it.each(['', '{', '[]', 'null', '{"seq":-1}', '{"seq":1,"taken":{"segment":1}}', '{"seq":1,"taken":null}'])(
    'is the beginning where the file holds %j: sent twice is better than never',
    async (text) => {
      const file = join(directory, 'broken.json');
      await writeFile(file, text);
      expect(readCursor(file)).toEqual(NOTHING_TAKEN);
    },
  );
});
