/** What the record costs: a program that does nothing else, alone on the core of what is measured. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { figure, median, type Bench, type Line } from '../bench.ts';
import { pinned } from '../pinned-process.ts';
import type { RecordCosts } from './measure-record.ts';

const TIMEOUT_MS = 600_000;

/** Metadata alone: a decision and an outcome for each exchange. */
export async function measureRecord(bench: Bench): Promise<readonly Line[]> {
  const program = join(import.meta.dirname, 'measure-record.ts');
  const { command, args } = pinned('proxy', process.execPath, [program, join(bench.directory, 'record'), String(bench.rounds)]);
  const { stdout } = await promisify(execFile)(command, args, { timeout: TIMEOUT_MS });
  const { batched, alone, strict, verified, diskBytes } = JSON.parse(stdout) as RecordCosts;
  bench.note(stdout.trim());
  const perSecond = median(strict);
  return [
    line(
      'record, metadata: CPU per exchange, 64 at once',
      '≤ 12 µs',
      `${figure(median(batched))} µs`,
      median(batched) <= 12,
      batched,
    ),
    {
      ...line('record, metadata: CPU per exchange, one at a time', '', `${figure(median(alone))} µs`, true, alone),
      verdict: 'for information',
    },
    line(
      'record: events appended by 64 writers with fdatasync',
      '≥ 50,000/s',
      `${figure(perSecond)}/s`,
      perSecond >= 50_000,
      strict,
    ),
    line(
      'verify: records as they were before they were sealed',
      '≥ 300 MB/s',
      `${figure(median(verified))} MB/s`,
      median(verified) >= 300,
      verified,
    ),
    {
      ...line('record: bytes on disk per exchange, 64 at once', '', `${figure(diskBytes)} B`, true, []),
      verdict: 'for information',
    },
  ];
}

function line(row: string, target: string, cordon: string, isMet: boolean, rounds: readonly number[]): Line {
  const spread = rounds.length === 0 ? '' : `(${figure(Math.min(...rounds))}–${figure(Math.max(...rounds))})`;
  return { row, target, cordon, against: '', ratio: spread, verdict: isMet ? 'met' : 'missed' };
}
