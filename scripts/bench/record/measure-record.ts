/**
 * Writes and verifies a record as a gateway does, and prints what it costs as one line of JSON. Started by `record-rows.ts`,
 * alone on the core of what is measured: `node scripts/bench/record/measure-record.ts DIRECTORY ROUNDS`.
 */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { verifyChain } from '../../../src/recording/chain/verify-chain.ts';
import type { OpenJournal } from '../../../src/recording/journal.ts';
import { readLines } from '../../../src/recording/reading/read-lines.ts';
import { decision, journalIn, KEYS, outcome, randomIds } from './sample-events.ts';

/** What `record-rows.ts` reads. */
export interface RecordCosts {
  /** µs of CPU time per exchange, by round: 64 at once, and one after the other. */
  readonly batched: readonly number[];
  readonly alone: readonly number[];
  /** Records a second of 64 writers, each of which waits for fdatasync. */
  readonly strict: readonly number[];
  /** MB of records, as they were before they were sealed, verified a second of CPU time. */
  readonly verified: readonly number[];
  /** Bytes on disk per exchange, of the 64. */
  readonly diskBytes: number;
}

const WRITERS = 64;
const EXCHANGES = { batched: 100_000, strict: 60_000, alone: 10_000 } as const;

async function exchangesOf(journal: OpenJournal, writers: number, count: number): Promise<void> {
  const ids = randomIds(count);
  const write = async (): Promise<void> => {
    for (let id = ids.pop(); id !== undefined; id = ids.pop()) {
      const appended = await journal.append(decision(id));
      if (!appended.ok) throw new Error(appended.failure.detail);
      void journal.append(outcome(id));
    }
  };
  await Promise.all(Array.from({ length: writers }, write));
}

function cpuMicros(before?: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

async function main(directory: string, rounds: number): Promise<RecordCosts> {
  const batched: number[] = [];
  const alone: number[] = [];
  const strict: number[] = [];
  const verified: number[] = [];
  let diskBytes = 0;
  for (let round = 0; round <= rounds; round++) {
    // The first round is for the compiler.
    const keep = (into: number[], value: number): void => void (round > 0 && into.push(value));
    const relaxed = await journalIn(join(directory, 'batched'), 'batched');
    const began = process.cpuUsage();
    await exchangesOf(relaxed, WRITERS, EXCHANGES.batched);
    keep(batched, cpuMicros(began) / EXCHANGES.batched);
    await relaxed.close();
    const { plain, disk } = await sizesOf(relaxed.directory);
    diskBytes = disk / EXCHANGES.batched;
    const verifying = process.cpuUsage();
    const report = await verifyChain(relaxed.directory, {
      wrapping: [KEYS.wrapping],
      verifiers: [KEYS.signer.verifier],
      checkpoints: [],
    });
    if (!report.ok) throw new Error(report.failure.reason);
    keep(verified, plain / cpuMicros(verifying));
    const single = await journalIn(join(directory, 'alone'), 'batched');
    const singly = process.cpuUsage();
    await exchangesOf(single, 1, EXCHANGES.alone);
    keep(alone, cpuMicros(singly) / EXCHANGES.alone);
    await single.close();
    const synced = await journalIn(join(directory, 'strict'), 'strict');
    const start = performance.now();
    await exchangesOf(synced, WRITERS, EXCHANGES.strict);
    keep(strict, (2 * EXCHANGES.strict) / ((performance.now() - start) / 1000));
    await synced.close();
  }
  return { batched, alone, strict, verified, diskBytes };
}

/** Bytes of the lines, and of the file they are sealed in. */
async function sizesOf(directory: string): Promise<{ plain: number; disk: number }> {
  let plain = 0;
  for await (const lines of readLines(directory, [KEYS.wrapping])) for (const line of lines) plain += line.length + 1;
  const segments = readdirSync(directory).filter((name) => name.endsWith('.seg'));
  return { plain, disk: segments.reduce((sum, name) => sum + statSync(join(directory, name)).size, 0) };
}

const [, , directory = '', rounds = '3'] = process.argv;
process.stdout.write(`${JSON.stringify(await main(directory, Number(rounds)))}\n`);
