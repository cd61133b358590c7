import { describe, expect, it } from 'vitest';
import { appendAndKill } from './append-and-kill.ts';
import { journalIn, temporaryDirectory } from './fixtures.ts';
import { recordsOf, verified } from '../support/record-files.ts';

describe('a journal whose process is killed', () => {
  it.each(['batched', 'strict'])('loses nothing that it acknowledged under "%s"', async (durability) => {
    const directory = temporaryDirectory();
    const acknowledged: number[] = [];
    for (let round = 0; round < 2; round++) {
      acknowledged.push(...(await appendAndKill(directory, durability, { first: round * 1_000_000, count: 100 })));
    }
    const journal = await journalIn(directory);
    const recorded = new Set(recordsOf(journal.directory).map((record) => record['exchange']));
    expect(acknowledged.length).toBeGreaterThan(150);
    expect(acknowledged.filter((number) => !recorded.has(`x${number}`))).toEqual([]);
    // The lock of the dead process holds nobody up: both rounds and this one wrote one chain.
    expect(await verified(journal.directory)).toMatchObject({ ok: true, value: { writer: journal.writer } });
  });
});
