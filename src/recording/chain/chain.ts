import { hash } from 'node:crypto';
import { RECORD_VERSION } from '../../core/exchange/record.ts';

/** Where a chain stands: what the next record will carry. */
export interface ChainHead {
  /** Sequence number of the next record. */
  readonly seq: number;
  /** `prev` of the next record. */
  readonly prev: string;
}

/** `sha256:<64 hex digits>` over the bytes of one line, without its newline. */
export function lineDigest(line: string | Uint8Array): string {
  return `sha256:${hash('sha256', line)}`;
}

/** The head of a chain in which nothing is written yet: sequence 0, the digest of nothing. */
export const CHAIN_START: ChainHead = { seq: 0, prev: lineDigest('') };

/** One line of the record, without its newline, and the head that follows it. */
export interface SealedLine {
  readonly line: string;
  readonly head: ChainHead;
}

/**
 * The line that binds one event to everything before it.
 * @param head where the chain stands
 * @param frame writer id and RFC 3339 time; both are printable ASCII without quotes
 * @param body the event as made by `eventBody()`
 */
export function sealLine(head: ChainHead, frame: { readonly writer: string; readonly time: string }, body: string): SealedLine {
  // Put together by hand: the body is JSON already, and this runs for every exchange.
  const line =
    `{"v":${RECORD_VERSION},"seq":${head.seq},"time":"${frame.time}","writer":"${frame.writer}",` +
    `"prev":"${head.prev}",${body.slice(1)}`;
  return { line, head: { seq: head.seq + 1, prev: lineDigest(line) } };
}
