/**
 * Spans as OTLP/HTTP takes them, in JSON: the mapping of protobuf, but for ids, which are hex (OTLP §OTLP/HTTP, JSON Protobuf
 * Encoding). A few dozen lines, where the library of OpenTelemetry is two hundred modules and a tracer in every one.
 */
import type { Instant } from '../../core/units.ts';
import type { AttributeValue, Span } from './span.ts';

/** `SpanKind.SPAN_KIND_CLIENT`: the exchange with the destination is what is told. */
const CLIENT = 3;
/** `StatusCode.STATUS_CODE_ERROR`. */
const ERROR = 2;

/**
 * The content of one ExportTraceServiceRequest.
 * @source opentelemetry-proto, collector/trace/v1/trace_service.proto and trace/v1/trace.proto
 */
export function exportRequest(spans: readonly Span[]): string {
  const resource = { attributes: [attribute('service.name', 'cordon')] };
  return JSON.stringify({
    resourceSpans: [{ resource, scopeSpans: [{ scope: { name: 'cordon' }, spans: spans.map(spanOf) }] }],
  });
}

/**
 * How many of the spans the collector says that it did not take (`partial_success`); 0 where it says nothing of it.
 * @param content of an answer with a status of 2xx
 */
export function rejectedSpans(content: string): number {
  const match = /"(?:rejectedSpans|rejected_spans)"\s*:\s*"?(\d{1,9})"?/.exec(content);
  return match === null ? 0 : Number(match[1]);
}

function spanOf(span: Span): object {
  const { traceId, spanId, parentSpanId, link, name, endedAt, took, attributes, error } = span;
  return {
    traceId,
    spanId,
    parentSpanId,
    name,
    kind: CLIENT,
    startTimeUnixNano: nanoseconds(endedAt - took),
    endTimeUnixNano: nanoseconds(endedAt),
    attributes: Object.entries(attributes).flatMap(([key, value]) => (value === undefined ? [] : [attribute(key, value)])),
    links: link === undefined ? undefined : [link],
    status: error === undefined ? {} : { code: ERROR, message: error },
  };
}

function attribute(key: string, value: AttributeValue): object {
  return { key, value: anyValue(value) };
}

function anyValue(value: AttributeValue): object {
  if (typeof value === 'string') return { stringValue: value };
  // 64 bits are text in the JSON of protobuf.
  if (typeof value === 'number') return { intValue: String(value) };
  return { arrayValue: { values: value.map((each) => ({ stringValue: each })) } };
}

// Beyond microseconds a number of JavaScript is not exact.
function nanoseconds(at: Instant): string {
  return `${Math.round(at * 1000)}000`;
}
