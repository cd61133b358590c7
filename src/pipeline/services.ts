import type { Socket } from 'node:net';
import type { Failure } from '../core/codes.ts';
import type { Accepted, FieldLines, Subject } from '../core/exchange/exchange.ts';
import type { Home } from '../core/exchange/decision.ts';
import type { InterceptPermit } from '../core/exchange/permit.ts';
import type { Clock, EventBus, Resolver } from '../core/ports.ts';
import type { DecisionEvent, OutcomeEvent } from '../core/exchange/record.ts';
import type { Result } from '../core/result.ts';
import type { Milliseconds } from '../core/units.ts';
import type { AccessTokens } from '../credentials/access-tokens.ts';
import type { CredentialValues } from '../credentials/credential-values.ts';
import type { Identify } from '../identity/identify.ts';
import type { Reidentify } from '../identity/reidentify.ts';
import type { StoppedAgents } from '../identity/stopped-agents.ts';
import type { Parent } from '../upstream/parent/parent.ts';
import type { UpstreamPools } from '../upstream/pools.ts';
import type { RelayLimits } from '../upstream/relay.ts';
import type { TraceContextMode } from '../wire/http/trace-context.ts';
import type { ContentRecordMeans } from './content-record/content-record-means.ts';
import type { ContentMeans } from './content/content-means.ts';
import type { ExchangeFindings } from './findings.ts';
import type { HoldMeans } from './holding/hold-means.ts';
import type { InForce } from './judging/in-force.ts';
import type { PlaceholderAlarms } from './credentials/placeholder-alarms.ts';
import type { Limits } from './limiting/limits.ts';
import type { LiveExchanges } from './live-exchanges.ts';
import type { LookupBudget } from './lookup-budget.ts';

/** Ends TLS of clients at the gateway, so that the requests inside can be judged. */
export interface Interceptor {
  /**
   * Terminates TLS for exactly the authority of the permit and serves the requests inside, as those of the subject that
   * opened it. Resolves when the handshake is done.
   *
   * @param opened the CONNECT that opened the tunnel
   * @param head bytes that the client sent right behind it
   */
  intercept(
    permit: InterceptPermit,
    opened: Accepted & { readonly subject?: Subject },
    socket: Socket,
    head: Uint8Array,
  ): Promise<Result<void, Failure>>;
}

/** The record, as the pipeline uses it. */
export interface Recorder {
  /**
   * Resolves before the effect may happen.
   * @param home of the subject, as it was judged; absent where nobody was recognised
   * @param fields of the request, as far as it was read: a trace may go on in them
   * @failure audit_unavailable
   */
  decision(event: DecisionEvent, home: Home | undefined, fields?: FieldLines): Promise<Result<void, Failure>>;
  /** Never waits: the effect has happened. */
  outcome(event: Omit<OutcomeEvent, 'home'>, home: Home | undefined): void;
  /** Counts what was found in the messages of an exchange. */
  found(findings: ExchangeFindings): void;
}

/** Everything the stages act through. Built once, in `app`. */
export interface Services {
  readonly clock: Clock;
  readonly inForce: () => InForce;
  readonly identify: Identify;
  /** For what goes on long after it was identified. */
  readonly reidentify: Reidentify;
  readonly stopped: Pick<StoppedAgents, 'check'>;
  readonly resolver: Resolver;
  readonly budget: LookupBudget;
  readonly recorder: Recorder;
  readonly pools: UpstreamPools;
  readonly live: LiveExchanges;
  readonly limits: Limits;
  readonly interceptor: Interceptor;
  readonly events: EventBus;
  readonly content: ContentMeans;
  readonly contentRecord: ContentRecordMeans;
  /** Values of the credentials that the policy declares. */
  readonly credentials: CredentialValues;
  /** What is fetched with those of OAuth clients. */
  readonly accessTokens: AccessTokens;
  readonly placeholders: PlaceholderAlarms;
  readonly holds: HoldMeans;
  /** Name of this gateway in Via: an opaque pseudonym (RFC 9110 §7.6.3). */
  readonly pseudonym: string;
  /** What happens to trace context of agents; absent: nothing, no span is made here and it is a field like any other. */
  readonly traceContext?: TraceContextMode | undefined;
  readonly tunnel: TunnelSettings;
}

export interface TunnelSettings extends RelayLimits {
  /** How long a client of an opaque tunnel may take to send its ClientHello. */
  readonly helloTimeout: Milliseconds;
  /** How long the dial of an opaque tunnel may take. */
  readonly connectTimeout: Milliseconds;
  /** What everything leaves through; absent: origins are dialled straight. */
  readonly parent?: Parent | undefined;
  /** Where denials of a CONNECT are told: in its answer, or inside a tunnel that ends at the gateway (contract §3). */
  readonly denials: 'connect' | 'inside';
}
