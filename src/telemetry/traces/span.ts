import type { Instant, Milliseconds } from '../../core/units.ts';

/** Value of an attribute; integers only. */
export type AttributeValue = string | number | readonly string[];

/** One exchange, as a trace shows it. Ids in lower-case hex, as W3C Trace Context has them. */
export interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string | undefined;
  /** A span of another trace that this one belongs with. */
  readonly link?: { readonly traceId: string; readonly spanId: string } | undefined;
  readonly name: string;
  readonly endedAt: Instant;
  readonly took: Milliseconds;
  readonly attributes: Readonly<Record<string, AttributeValue | undefined>>;
  /** What went wrong; absent: nothing. */
  readonly error?: string | undefined;
}
