import { describe, expect, it } from 'vitest';
import { appendAndKill } from '../recording/append-and-kill.ts';
import { journalIn, temporaryDirectory } from '../recording/fixtures.ts';
import { recordsOf, verified } from '../support/record-files.ts';

const KILLS = 20;
const FIRST_OF_NEXT = 1_000_000;

describe('a journal whose process is killed again and again', () => {
  it.each(['batched', 'strict'])(
    'loses nothing that it acknowledged under "%s"',
    async (durability) => {
      const directory = temporaryDirectory();
      const acknowledged: number[] = [];
      for (let kill = 0; kill < KILLS; kill++) {
        acknowledged.push(
          ...(await appendAndKill(directory, durability, { first: kill * FIRST_OF_NEXT, count: 500 + 97 * kill })),
        );
      }
      const journal = await journalIn(directory);
      const recorded = new Set(recordsOf(journal.directory).map((record) => record['exchange']));
      expect(acknowledged.length).toBeGreaterThan(KILLS * 500);
      expect(acknowledged.filter((number) => !recorded.has(`x${number}`))).toEqual([]);
      expect(await verified(journal.directory)).toMatchObject({ ok: true, value: { writer: journal.writer } });
    },
    300_000,
  );
});
