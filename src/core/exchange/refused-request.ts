import type { Failure } from '../codes.ts';
import type { Accepted, TunnelContext } from './exchange.ts';

/** What could not become an exchange, but must be answered and recorded all the same (invariant 9). */
export interface RefusedRequest {
  readonly client: Accepted['client'];
  readonly failure: Failure;
  readonly method?: string;
  readonly target?: string;
  readonly tunnel?: TunnelContext;
  /** Nobody is left to read an answer. */
  readonly isGone?: true;
}
