import { cpSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkRecords, type CheckedStore } from '../../../src/app/verifying/check-records.ts';
import { openJournal, type OpenJournal } from '../../../src/recording/journal.ts';
import { createRecordKeys, readingKeys } from '../../../src/recording/keys/record-keys.ts';
import type { KnownWriter } from '../../../src/recording/tree/writer-list.ts';
import { denial } from '../../recording/events.ts';
import { MACHINE_RANDOM, ManualClock } from '../../support/clock.ts';

const STORES = ['checkpoints', 'checkpoints-eu'] as const;
type Store = (typeof STORES)[number];
const WRITERS = ['w1', 'w2', 'w3', 'w4'] as const;
type Writer = (typeof WRITERS)[number];
const homeOf = (writer: Writer): Store => STORES[writer < 'w3' ? 0 : 1];
const keysOf = (store: Store) => {
  const seed = 10 * (1 + STORES.indexOf(store));
  return createRecordKeys(new Uint8Array(32).fill(seed), new Uint8Array(32).fill(seed + 1));
};

async function journalOf(writer: Writer, store: Store): Promise<OpenJournal> {
  const clock = new ManualClock('2026-11-22T10:00:00Z');
  const where = { directory: join(root, 'sound', store), writer, keys: keysOf(store) };
  const opened = await openJournal({
    ...where,
    clock,
    random: MACHINE_RANDOM,
    durability: 'batched',
    onError: () => {},
  });
  if (!opened.ok) throw new Error(opened.failure.detail);
  return opened.value;
}

let root: string;
let known: readonly KnownWriter[];

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'cordon-writers-'));
  for (const writer of WRITERS) {
    const store = homeOf(writer);
    const journal = await journalOf(writer, store);
    // As many in each: lengths tell none from another.
    for (let number = 0; number < 3; number++) await journal.append(denial(number));
    await journal.close();
  }
  known = (await checked('sound', [])).map(({ writer, size }) => ({ store: homeOf(writer as Writer), writer, size }));
  expect(known.map(({ writer }) => writer)).toEqual(WRITERS);
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

async function checked(copy: string, list: readonly KnownWriter[], keys?: CheckedStore['keys']) {
  const stores = STORES.map((id) => ({ id, directory: join(root, copy, id), keys: keys ?? readingKeys(keysOf(id)) }));
  const found: { writer: string; size: number; reason?: string }[] = [];
  for await (const { writer, result } of checkRecords(stores, { known: list })) {
    if (result.ok) found.push({ writer, size: result.value.tree.size });
    else found.push({ writer, size: 0, reason: result.failure.reason });
  }
  return found;
}

/** What is done to whole directories, and to the checkpoints that would tell of it. */
type Attack = { readonly withoutCheckpoints: boolean } & (
  | { readonly what: 'delete'; readonly writer: Writer }
  | { readonly what: 'exchange'; readonly writer: Writer; readonly other: Writer }
  | { readonly what: 'move'; readonly writer: Writer }
  | { readonly what: 'exchange stores' }
);

const writer = fc.constantFrom(...WRITERS);
const attack: fc.Arbitrary<Attack> = fc
  .tuple(
    fc.boolean(),
    fc.oneof(
      fc.record({ what: fc.constant('delete' as const), writer }),
      fc
        .record({ what: fc.constant('exchange' as const), writer, other: writer })
        .filter(({ writer: a, other }) => a !== other),
      fc.record({ what: fc.constant('move' as const), writer }),
      fc.constant({ what: 'exchange stores' as const }),
    ),
  )
  .map(([withoutCheckpoints, done]) => ({ withoutCheckpoints, ...done }));

/** @returns the writers that are not where they were */
function carryOut(done: Attack, copy: string): readonly Writer[] {
  const path = (each: Writer, store = homeOf(each)): string => join(root, copy, store, each);
  const aside = join(root, copy, 'aside');
  const exchange = (a: string, b: string): void => {
    renameSync(a, aside);
    renameSync(b, a);
    renameSync(aside, b);
  };
  if (done.withoutCheckpoints) for (const each of WRITERS) rmSync(join(path(each), 'checkpoint'));
  switch (done.what) {
    case 'delete':
      rmSync(path(done.writer), { recursive: true });
      return [done.writer];
    case 'exchange':
      exchange(path(done.writer), path(done.other));
      return [done.writer, done.other];
    case 'move':
      renameSync(
        path(done.writer),
        path(
          done.writer,
          STORES.find((store) => store !== homeOf(done.writer)),
        ),
      );
      return [done.writer];
    case 'exchange stores':
      exchange(join(root, copy, STORES[0]), join(root, copy, STORES[1]));
      return WRITERS;
  }
}

describe('checkRecords()', () => {
  it('finds all whole where nothing was done, and a store that shrank under one who keeps the list', async () => {
    expect((await checked('sound', known)).filter(({ reason }) => reason !== undefined)).toEqual([]);
    const longer = known.map((each) => ({ ...each, size: each.size + 1 }));
    for (const { reason } of await checked('sound', longer))
      expect(reason).toContain('of the list of writers: the end is missing');
  });

  it('AUD names every writer whose directory is gone, exchanged with another, or in another store', async () => {
    let copies = 0;
    await fc.assert(
      fc.asyncProperty(attack, async (done) => {
        const copy = `copy-${copies++}`;
        cpSync(join(root, 'sound'), join(root, copy), { recursive: true });
        const touched = carryOut(done, copy);
        const broken = (await checked(copy, known)).filter(({ reason }) => reason !== undefined).map((each) => each.writer);
        expect(broken.toSorted()).toEqual([...touched].sort());
      }),
      { numRuns: 40 },
    );
  });

  it('AUD tells the stores apart by their keys where there is no list', async () => {
    cpSync(join(root, 'sound'), join(root, 'unlisted'), { recursive: true });
    carryOut({ what: 'exchange stores', withoutCheckpoints: true }, 'unlisted');
    for (const { reason } of await checked('unlisted', [])) expect(reason).toMatch(/expected one of the keys at hand/);
  });
});
