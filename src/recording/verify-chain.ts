import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { fail, ok, type Result } from '../core/result.ts';
import { RECORD_VERSION } from '../core/exchange/record.ts';
import { CHAIN_START, lineDigest, type ChainHead } from './chain.ts';
import { segmentName, segmentNumbers } from './segment-tail.ts';

/** What an unbroken chain holds. */
export interface ChainSummary {
  readonly writer: string | undefined;
  readonly records: number;
  readonly segments: number;
  /** What crashes and full disks cost, as the chain itself tells. */
  readonly gaps: number;
  /** Where the chain stands; to be compared with a head kept elsewhere, since a chain cannot show that its end is missing. */
  readonly head: ChainHead;
}

/** The first record that does not follow from the ones before it. */
export interface ChainBreak {
  readonly segment: string;
  /** 1-based. */
  readonly line: number;
  /** The sequence number that belongs there. */
  readonly seq: number;
  /** What was found and what was expected. */
  readonly reason: string;
}

/** Longer than any line of a journal: a file without newlines is refused, not read into memory. */
const MAX_LINE_BYTES = 1 << 20;
const NEWLINE = 0x0a;

/**
 * Whether the records of one writer are complete and unchanged from the first one on: sequence, digests, version and writer.
 * Rejects when the directory or a file cannot be read.
 * @param directory of one writer
 */
export async function verifyChain(directory: string): Promise<Result<ChainSummary, ChainBreak>> {
  const walk: Walk = { head: CHAIN_START, writer: undefined, gaps: 0 };
  const numbers = segmentNumbers(directory);
  for (const [index, number] of numbers.entries()) {
    const segment = segmentName(number);
    let line = 0;
    for await (const bytes of lines(join(directory, segment))) {
      line += 1;
      const reason = follow(walk, bytes);
      if (reason !== undefined) return fail({ segment, line, seq: walk.head.seq, reason });
    }
    const expected = numbers[0]! + index;
    if (number !== expected) {
      return fail({
        segment,
        line: 1,
        seq: walk.head.seq,
        reason: `Found segment ${segment}, expected ${segmentName(expected)}`,
      });
    }
  }
  return ok({ writer: walk.writer, records: walk.head.seq, segments: numbers.length, gaps: walk.gaps, head: walk.head });
}

interface Walk {
  head: ChainHead;
  writer: string | undefined;
  gaps: number;
}

/** Advances over one line; the reason when it does not follow. */
function follow(walk: Walk, line: Line): string | undefined {
  if (!line.whole) return `Found ${line.bytes.length} bytes without a newline, expected a whole record`;
  const record = parseRecord(line.bytes);
  if (record === undefined) return 'Found something that is not a JSON object, expected a record';
  const { head } = walk;
  if (record['v'] !== RECORD_VERSION) return `Found version ${show(record['v'])}, expected ${RECORD_VERSION}`;
  if (record['seq'] !== head.seq) return `Found sequence number ${show(record['seq'])}, expected ${head.seq}`;
  if (record['prev'] !== head.prev) return `Found prev ${show(record['prev'])}, expected ${head.prev}`;
  const { writer } = record;
  if (typeof writer !== 'string') return `Found writer ${show(writer)}, expected its id`;
  if (walk.writer !== undefined && walk.writer !== writer) return `Found writer "${writer}", expected "${walk.writer}"`;
  walk.writer = writer;
  if (record['kind'] === 'gap') walk.gaps += 1;
  walk.head = { seq: head.seq + 1, prev: lineDigest(line.bytes) };
  return undefined;
}

function show(value: unknown): string {
  return JSON.stringify(value)?.slice(0, 100) ?? 'nothing';
}

function parseRecord(bytes: Uint8Array): { readonly [member: string]: unknown; readonly writer?: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

interface Line {
  readonly bytes: Uint8Array;
  /** Ended by a newline. */
  readonly whole: boolean;
}

async function* lines(path: string): AsyncGenerator<Line> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    let from = 0;
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    for (let newline = bytes.indexOf(NEWLINE); newline !== -1; newline = bytes.indexOf(NEWLINE, from)) {
      yield { bytes: bytes.subarray(from, newline), whole: true };
      from = newline + 1;
    }
    rest = bytes.subarray(from);
    if (rest.length > MAX_LINE_BYTES) break;
  }
  if (rest.length > 0) yield { bytes: rest, whole: false };
}
