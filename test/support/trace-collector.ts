import * as Type from 'typebox/type';
import { Check, Errors } from 'typebox/value';
import { startOrigin, type OriginOptions } from './origin.ts';
import { response } from './origin-scripts.ts';

export interface CollectedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly { readonly key: string; readonly value: Readonly<Record<string, unknown>> }[];
  readonly links?: readonly { readonly traceId: string; readonly spanId: string }[];
  readonly status: { readonly code?: number; readonly message?: string };
}

/** A collector of OTLP/HTTP in JSON that takes nothing but what opentelemetry-proto describes. */
export interface TraceCollector extends AsyncDisposable {
  readonly url: string;
  /** Statuses that are answered before anything is taken. */
  readonly refusals: number[];
  spans(): readonly CollectedSpan[];
  /** All that arrived, as text. */
  text(): string;
}

const closed = <P extends Type.TProperties>(members: P) => Type.Object(members, { additionalProperties: false });
const hex = (digits: number) => Type.String({ pattern: `^(?!0+$)[0-9a-f]{${digits}}$` });
const fixed64 = Type.String({ pattern: '^[1-9][0-9]{18}$' });
const text = Type.Object({ stringValue: Type.String() }, { additionalProperties: false });
const value = Type.Union([
  text,
  closed({ intValue: Type.String({ pattern: '^-?[0-9]+$' }) }),
  closed({ arrayValue: closed({ values: Type.Array(text) }) }),
]);
const attributes = Type.Array(closed({ key: Type.String({ minLength: 1 }), value }));
const span = closed({
  traceId: hex(32),
  spanId: hex(16),
  parentSpanId: Type.Optional(hex(16)),
  name: Type.String({ minLength: 1 }),
  kind: Type.Literal(3),
  startTimeUnixNano: fixed64,
  endTimeUnixNano: fixed64,
  attributes,
  links: Type.Optional(Type.Array(closed({ traceId: hex(32), spanId: hex(16) }))),
  status: closed({ code: Type.Optional(Type.Literal(2)), message: Type.Optional(Type.String()) }),
});
const SHAPE = closed({
  resourceSpans: Type.Array(
    closed({
      resource: closed({ attributes }),
      scopeSpans: Type.Array(closed({ scope: closed({ name: Type.String() }), spans: Type.Array(span) })),
    }),
  ),
});

/** Throws where a payload is no ExportTraceServiceRequest. */
export function spansOf(payload: string): readonly CollectedSpan[] {
  const parsed = JSON.parse(payload) as unknown;
  if (!Check(SHAPE, parsed)) throw new Error(`Found no OTLP: ${JSON.stringify(Errors(SHAPE, parsed)).slice(0, 500)}`);
  const { resourceSpans } = parsed as { resourceSpans: { scopeSpans: { spans: CollectedSpan[] }[] }[] };
  return resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans));
}

export async function startTraceCollector(options: Pick<OriginOptions, 'address' | 'tls'> = {}): Promise<TraceCollector> {
  const refusals: number[] = [];
  const taken: string[] = [];
  const origin = await startOrigin({
    ...options,
    handler: (request) => {
      const refusal = refusals.shift();
      if (refusal !== undefined) return response(`${refusal} Refused`, '')(request);
      if (request.method !== 'POST' || request.target !== '/v1/traces') return response('404 Not Found', '')(request);
      const payload = request.content.toString('utf8');
      spansOf(payload);
      taken.push(payload);
      return response('200 OK', '{}')(request);
    },
  });
  const scheme = options.tls === undefined ? 'http' : 'https';
  return {
    url: `${scheme}://${origin.authority}`,
    refusals,
    spans: () => taken.flatMap(spansOf),
    text: () => taken.join('\n'),
    [Symbol.asyncDispose]: () => origin[Symbol.asyncDispose](),
  };
}
