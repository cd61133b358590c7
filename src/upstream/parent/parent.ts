import type { ConnectionOptions } from 'node:tls';
import type { Failure } from '../../core/codes.ts';
import type { Result } from '../../core/result.ts';

/**
 * The proxy that everything leaves through (`upstream-proxy`). Handed in: judging it and knowing its credential is not for
 * `upstream`.
 */
export interface Parent {
  /** As messages name it: `proxy:3128`. */
  readonly label: string;
  readonly port: number;
  /**
   * Judges its addresses, anew for each connection (invariants 2 and 10).
   * @returns IP literals, never none
   * @failure any code of the decision; dns_failed | dns_timeout
   */
  readonly judge: () => Promise<Result<readonly string[], Failure>>;
  /** The value of Proxy-Authorization; absent: none is sent. */
  readonly authorization?: (() => Promise<Result<string, Failure>>) | undefined;
  /** How it is verified; absent: it is spoken to in the clear. */
  readonly tls?:
    | {
        readonly options: ConnectionOptions;
        readonly toFailure: (error: Error) => Failure;
      }
    | undefined;
}
