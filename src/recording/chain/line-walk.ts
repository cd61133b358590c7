import { RECORD_VERSION } from '../../core/exchange/record.ts';
import { CHAIN_START, lineDigest, type ChainHead } from './chain.ts';

const TIME_LENGTH = 24;
const NEWLINE = 0x0a;
/** The digest in the frame of a record, and more than what stands before and in it. */
const PREV = /^\{"v":\d+,"seq":\d+,"time":"[^"]*","writer":"[^"]*","prev":"(sha256:[0-9a-f]{64})"/;
const FRAME_WINDOW = 512;
const GAP = Buffer.from('"kind":"gap"');
const KIND_AT = GAP.length - 'gap"'.length;

/** Follows a chain record by record. */
export class LineWalk {
  head: ChainHead = CHAIN_START;
  writer: string | undefined;
  gaps = 0;

  /** Advances over one line; the reason when it does not follow. */
  follow(line: Buffer): string | undefined {
    const { seq, prev } = this.head;
    const before = `{"v":${RECORD_VERSION},"seq":${seq},"time":"`;
    const behind = `","writer":"${this.writer}","prev":"${prev}",`;
    const framed = before.length + TIME_LENGTH + behind.length;
    // As a writer of this program puts it; another order of its members, or something wrong, is read with more care.
    const isFramed =
      line.toString('latin1', 0, before.length) === before &&
      line.toString('latin1', before.length + TIME_LENGTH, framed) === behind;
    const reason = isFramed ? undefined : this.#read(line);
    if (reason !== undefined) return reason;
    // No other kind begins like it.
    if (isFramed && line[framed + KIND_AT] === GAP[KIND_AT] && GAP.equals(line.subarray(framed, framed + GAP.length)))
      this.gaps += 1;
    this.head = { seq: seq + 1, prev: lineDigest(line) };
    return undefined;
  }

  /** Goes on behind records that are gone: the first of these lines says which digest the last of those had. */
  resume(lines: Buffer): void {
    const prev = PREV.exec(lines.toString('latin1', 0, FRAME_WINDOW))?.[1];
    if (prev !== undefined) this.head = { seq: this.head.seq, prev };
  }

  /** Advances over the lines of a block; the reason when one does not follow, and how many did. */
  followAll(lines: Buffer): { readonly followed: number; readonly reason?: string } {
    let followed = 0;
    for (let from = 0; from < lines.length;) {
      const newline = lines.indexOf(NEWLINE, from);
      if (newline < 0) return { followed, reason: 'Found a record without a newline' };
      const reason = this.follow(lines.subarray(from, newline));
      if (reason !== undefined) return { followed, reason };
      followed += 1;
      from = newline + 1;
    }
    return { followed };
  }

  #read(line: Buffer): string | undefined {
    const record = parseRecord(line);
    if (record === undefined) return 'Found something that is not a JSON object, expected a record';
    const { seq, prev } = this.head;
    if (record['v'] !== RECORD_VERSION) return `Found version ${show(record['v'])}, expected ${RECORD_VERSION}`;
    if (record['seq'] !== seq) return `Found sequence number ${show(record['seq'])}, expected ${seq}`;
    if (record['prev'] !== prev) return `Found prev ${show(record['prev'])}, expected ${prev}`;
    const { writer } = record;
    if (typeof writer !== 'string') return `Found writer ${show(writer)}, expected its id`;
    if (this.writer !== undefined && this.writer !== writer) return `Found writer "${writer}", expected "${this.writer}"`;
    this.writer = writer;
    if (record['kind'] === 'gap') this.gaps += 1;
    return undefined;
  }
}

function show(value: unknown): string {
  return JSON.stringify(value)?.slice(0, 100) ?? 'nothing';
}

function parseRecord(bytes: Buffer): { readonly [member: string]: unknown; readonly writer?: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}
