/** What the record costs: a program that does nothing else, alone on the core of what is measured. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { figure, median, type Bench, type Line } from '../bench.ts';
import { pinned } from '../pinned-process.ts';
import type { ContentCosts } from './measure-content.ts';
import type { RecordCosts } from './measure-record.ts';

const TIMEOUT_MS = 600_000;

/** As `scripts/cordon.mjs` sets it for a gateway. */
const FLAG = '--external-memory-accounted-in-global-limit';

export async function measureRecord(bench: Bench): Promise<readonly Line[]> {
  return [
    ...metadata((await measured('measure-record', bench)) as RecordCosts),
    ...content((await measured('measure-content', bench)) as ContentCosts),
  ];
}

async function measured(name: string, bench: Bench): Promise<unknown> {
  const program = join(import.meta.dirname, `${name}.ts`);
  const given = [FLAG, program, join(bench.directory, 'record'), String(bench.rounds)];
  const { command, args } = pinned('proxy', process.execPath, given);
  const { stdout } = await promisify(execFile)(command, args, { timeout: TIMEOUT_MS });
  bench.note(stdout.trim());
  return JSON.parse(stdout) as unknown;
}

/** What `record: content` adds to an exchange: both messages, 1 KB each. */
function content({ bare, sealed, masked }: ContentCosts): readonly Line[] {
  const added = (costs: readonly number[]): readonly number[] => costs.map((cost, round) => cost - bare[round]!);
  const masking = masked.map((cost, round) => cost - sealed[round]!);
  const recording = median(added(sealed));
  return [
    line(
      'record, content of 1 KB: CPU added per exchange',
      '≤ 25 µs',
      `${figure(recording)} µs`,
      recording <= 25,
      added(sealed),
    ),
    {
      ...line('record, content of 1 KB: CPU of masking it, per exchange', '', `${figure(median(masking))} µs`, true, masking),
      verdict: 'for information',
    },
  ];
}

/** A decision and an outcome for each exchange. */
function metadata({ batched, alone, strict, verified, diskBytes }: RecordCosts): readonly Line[] {
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
