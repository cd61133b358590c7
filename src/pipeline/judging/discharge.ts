import type { Decision, ExchangeKind, Obligation, ObligationKind } from '../../core/exchange/decision.ts';

/** What the enforcement point does about each kind of obligation. An obligation without a row cannot be permitted. */
type Discharge =
  | { readonly by: 'record' | 'request-fields' | 'content' | 'people' | 'secrets' | 'limits' }
  /** Understood by the policy language; the machinery comes with a later version (contract §3 `obligation_unsupported`). */
  | { readonly by: 'nobody'; readonly what: string };

/** The registry of obligations: the compiler refuses a kind that has no row here. */
const REGISTRY: {
  readonly [K in ObligationKind]: (obligation: Extract<Obligation, { kind: K }>, exchange: ExchangeKind) => Discharge;
} = {
  // Requests and their answers, messages of a WebSocket; nobody reads a whole tunnel.
  record: ({ content }, exchange) =>
    content && exchange === 'connect' ? { by: 'nobody', what: 'record: content' } : { by: 'record' },
  headers: () => ({ by: 'request-fields' }),
  'drop-agent-credentials': () => ({ by: 'request-fields' }),
  // Content of requests and of their answers, messages of a WebSocket; nobody reads a whole tunnel.
  mask: (_, exchange) => (exchange === 'connect' ? { by: 'nobody', what: 'mask' } : { by: 'content' }),
  // Nobody looks into a whole tunnel, so there is no request that it could go into.
  credential: (_, exchange) => (exchange === 'connect' ? { by: 'nobody', what: 'credential' } : { by: 'secrets' }),
  limit: () => ({ by: 'limits' }),
  // A tunnel that nobody looks into shows nothing that a person could agree to.
  approval: (_, exchange) => (exchange === 'connect' ? { by: 'nobody', what: 'hold' } : { by: 'people' }),
};

/**
 * What this version cannot discharge, in the words of the policy; undefined when everything can be. A permit counts only
 * when every obligation is discharged (XACML 3.0 §7.18).
 *
 * @param exchange what is decided about: in a tunnel that nobody looks into less can be discharged than for a request
 */
export function undischarged(decision: Decision, exchange: ExchangeKind): string | undefined {
  if (decision.obligations.length === 0) return undefined;
  const missing = decision.obligations.flatMap((obligation) => {
    const discharge = dischargeOf(obligation, exchange);
    return discharge.by === 'nobody' ? [`${discharge.what} (${obligation.rules.join(', ')})`] : [];
  });
  return missing.length === 0 ? undefined : missing.join(', ');
}

/** Whether what is sent and answered is to be recorded, not only that it was. */
export function recordsContent({ obligations }: Pick<Decision, 'obligations'>): boolean {
  return obligations.some((obligation) => obligation.kind === 'record' && obligation.content);
}

function dischargeOf<K extends ObligationKind>(
  obligation: Extract<Obligation, { kind: K }>,
  exchange: ExchangeKind,
): Discharge {
  const row = REGISTRY[obligation.kind] as (obligation: Extract<Obligation, { kind: K }>, exchange: ExchangeKind) => Discharge;
  return row(obligation, exchange);
}
