import type { Bytes, Milliseconds } from '../core/units.ts';

/** Bounds on what clients can make a listener hold. */
export interface ListenerLimits {
  readonly connections: number;
  readonly headerSize: Bytes;
  /** Until the header section is complete. */
  readonly headersTimeout: Milliseconds;
  /** Idle time between requests on one connection. */
  readonly keepAlive: Milliseconds;
}
