import type { Authority, IpAddress } from '../address.ts';
import type { AgentId, ExchangeId } from '../ids.ts';

/** What TLS toward one origin rests on beside the public roots. It shows nothing of it unless asked. */
export interface OriginTlsMaterial {
  /** Of the statement it was loaded for. Connections are reused only where it is the same. */
  readonly key: string;
  /** Everything in PEM; for `tls` alone. */
  reveal(): {
    readonly anchors: readonly string[];
    readonly client?: { readonly certificate: string; readonly key: string };
  };
}

declare const permitBrand: unique symbol;
declare const interceptBrand: unique symbol;

/**
 * Leave to dial: the only key to `upstream`. It carries everything that was judged, so that what is dialled cannot be
 * something else. Minted in `pipeline/judging/authorize.ts` and nowhere else; an object literal does not compile.
 */
export interface Permit {
  readonly [permitBrand]: true;
  readonly exchange: ExchangeId;
  readonly subject: AgentId;
  /** Generation of policy and tables that decided; a connection is never reused under another. */
  readonly generation: number;
  readonly scheme: 'http' | 'https';
  readonly authority: Authority;
  /** Judged addresses, in the order to try; never empty. Nothing else is dialled. */
  readonly addresses: readonly IpAddress[];
  /** Declared internal destinations may use the extra trust anchors of the settings. */
  readonly internal: boolean;
  /** Present where the destinations that were judged state `tls`. */
  readonly tls?: OriginTlsMaterial | undefined;
}

/** Leave to terminate TLS for a CONNECT; it cannot dial. */
export interface InterceptPermit {
  readonly [interceptBrand]: true;
  readonly exchange: ExchangeId;
  readonly authority: Authority;
}
