import type { FieldLines } from '../../core/exchange/exchange.ts';
import { fieldValue } from './fields.ts';

/** What happens to the trace context of agents: it ends at the gateway, or goes on with the gateway's span as its parent. */
export type TraceContextMode = 'cut' | 'carry';

/** A span as the next party knows it (Trace Context §3.2). Ids in lower-case hex. */
export interface TraceContext {
  /** 32 digits. */
  readonly traceId: string;
  /** 16 digits. */
  readonly spanId: string;
  /** 2 digits; bit 0: sampled. */
  readonly flags: string;
}

/** Of version 00; a higher one may go on after a dash (§3.2.4). */
const TRACEPARENT = /^(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

/**
 * The context that a request came with; undefined where it has none, or one that is not valid: it is then as if there was none.
 * @source W3C Trace Context §3.2, §4.3
 */
export function traceContextOf(fields: FieldLines): TraceContext | undefined {
  const value = fieldValue(fields, 'traceparent');
  const match = value === undefined ? null : TRACEPARENT.exec(value);
  if (match === null) return undefined;
  const [, version, traceId, spanId, flags, rest] = match;
  if (version === '00' && rest !== undefined) return undefined;
  return { traceId: traceId!, spanId: spanId!, flags: flags! };
}

/** The value of a `traceparent` field. */
export function traceparentText({ traceId, spanId, flags }: TraceContext): string {
  // Of the flags those that version 00 knows (§3.2.2.5.2).
  const sampled = (Number.parseInt(flags, 16) & 1).toString(16).padStart(2, '0');
  return `00-${traceId}-${spanId}-${sampled}`;
}

/** Ids of a span of one's own, from an id of 128 bits (UUIDv7) of which the last 62 are random: whoever has either finds the other. */
export function ownSpan(id: string): Pick<TraceContext, 'traceId' | 'spanId'> {
  const traceId = id.replaceAll('-', '');
  return { traceId, spanId: traceId.slice(16) };
}
