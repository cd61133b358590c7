import { BoundedMap } from '../../core/bounded-map.ts';
import type { FieldLines } from '../../core/exchange/exchange.ts';
import type { DecisionEvent, OutcomeEvent } from '../../core/exchange/record.ts';
import type { ExchangeId } from '../../core/ids.ts';
import type { Clock } from '../../core/ports.ts';
import { ownSpan, type TraceContext, traceContextOf, type TraceContextMode } from '../../wire/http/trace-context.ts';
import type { AttributeValue, Span } from '../../telemetry/traces/span.ts';

/** Exchanges whose end is awaited; of those behind there is no span. */
const MOST_RUNNING = 20_000;

interface Begun {
  readonly decision: DecisionEvent;
  readonly context: TraceContext | undefined;
}

export interface TracerParts {
  readonly mode: TraceContextMode;
  readonly clock: Pick<Clock, 'now'>;
  readonly take: (span: Span) => void;
  /** An exchange of which there will be no span. */
  readonly onLost: () => void;
}

/**
 * Makes a span of each exchange from what is recorded of it, so that it shows nothing that the record does not: names and values
 * follow the semantic conventions of OpenTelemetry for HTTP, without path, query, fields and content.
 */
export class Tracer {
  readonly #begun = new BoundedMap<ExchangeId, Begun>(MOST_RUNNING);
  readonly #parts: TracerParts;

  constructor(parts: TracerParts) {
    this.#parts = parts;
  }

  /** @param fields of the request, whose trace context is the one that its span belongs to */
  decided(decision: DecisionEvent, fields: FieldLines): void {
    const lost = this.#begun.set(decision.exchange, { decision, context: traceContextOf(fields) });
    if (lost !== undefined) this.#parts.onLost();
  }

  ended(outcome: OutcomeEvent): void {
    const begun = this.#begun.get(outcome.exchange);
    if (begun === undefined) return;
    this.#begun.delete(outcome.exchange);
    this.#parts.take(this.#spanOf(begun, outcome));
  }

  #spanOf({ decision, context }: Begun, outcome: OutcomeEvent): Span {
    const { code, status, timing } = outcome;
    const error = code ?? (status !== undefined && status >= 400 ? String(status) : undefined);
    const method = knownMethod(decision.method);
    return {
      ...this.#identity(decision.exchange, context),
      name: method === OTHER ? 'HTTP' : method,
      endedAt: this.#parts.clock.now(),
      took: timing.total,
      attributes: { 'http.request.method': method, ...attributesOf(decision, outcome), 'error.type': error },
      error,
    };
  }

  // A trace that is cut starts anew here; that it belongs with the agent's is a link, which the collector alone is shown.
  #identity(
    exchange: ExchangeId,
    context: TraceContext | undefined,
  ): Pick<Span, 'traceId' | 'spanId' | 'parentSpanId' | 'link'> {
    const own = ownSpan(exchange);
    if (context === undefined) return own;
    const { traceId, spanId } = context;
    if (this.#parts.mode === 'cut') return { ...own, link: { traceId, spanId } };
    return { traceId, spanId: own.spanId, parentSpanId: spanId };
  }
}

function attributesOf(decision: DecisionEvent, outcome: OutcomeEvent): Record<string, AttributeValue | undefined> {
  const { exchange, exchangeKind, subject, home, rules, place, tunnel } = decision;
  const { bytes, dialled, status } = outcome;
  return {
    ...serverOf(decision),
    'http.response.status_code': status,
    'http.request.body.size': bytes.sent,
    'http.response.body.size': bytes.received,
    'network.peer.address': dialled,
    'cordon.exchange': exchange,
    'cordon.kind': exchangeKind,
    'cordon.agent': subject,
    'cordon.home': home,
    'cordon.decision': decision.decision,
    'cordon.rules': rules.length === 0 ? undefined : rules,
    'cordon.place': place?.processing,
    'cordon.tunnel': tunnel,
  };
}

/** `scheme://host:port` of the target, up to the path; a CONNECT has no scheme. */
const TARGET = /^(?:(https?):\/\/)?(\[[^\]/?#@]*\]|[^:/?#@[\]]+)(?::(\d{1,5}))?(?=[/?]|$)/;

function serverOf({ target = '' }: DecisionEvent): Record<string, AttributeValue | undefined> {
  const match = TARGET.exec(target);
  if (match === null) return {};
  const [, scheme, host, port] = match;
  if (scheme === undefined && port === undefined) return {};
  const number = port === undefined ? (scheme === 'https' ? 443 : 80) : Number(port);
  return { 'url.scheme': scheme, 'server.address': host!.replaceAll(/[[\]]/g, ''), 'server.port': number };
}

const OTHER = '_OTHER';
/** Of RFC 9110 §9, PATCH (RFC 5789) and QUERY: an agent can send any text as a method. */
const METHODS: ReadonlySet<string> = new Set('CONNECT DELETE GET HEAD OPTIONS PATCH POST PUT QUERY TRACE'.split(' '));

function knownMethod(method: string | undefined): string {
  return method !== undefined && METHODS.has(method) ? method : OTHER;
}
