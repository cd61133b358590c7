import { authorityText, hostText } from '../../core/address.ts';
import type { Decision } from '../../core/exchange/decision.ts';
import type { RawFields } from '../../core/exchange/reply-sink.ts';
import { fieldValue, toFieldLines } from '../../wire/http/fields.ts';
import { isGrpc } from '../../wire/http/grpc.ts';
import { requestFieldsForUpstream } from '../../wire/http/hop-by-hop.ts';
import { countedDown } from '../../wire/http/max-forwards.ts';
import { mediaTypeOf } from '../../wire/http/media-type.ts';
import { ownSpan, traceContextOf, traceparentText } from '../../wire/http/trace-context.ts';
import { viaValue } from '../../wire/http/via.ts';
import type { Permitted } from '../judging/permitted.ts';
import type { Services } from '../services.ts';

/** Fields that carry credentials of the agent itself, in lower case (contract §4.1.12). Masked they would open nothing. */
export const CREDENTIAL_FIELDS: ReadonlySet<string> = new Set([
  'authorization',
  'cookie',
  'x-api-key',
  'api-key',
  'x-goog-api-key',
  'x-auth-token',
  'x-amz-security-token',
  'private-token',
  'x-access-token',
  'x-api-token',
  'x-vault-token',
  'x-figma-token',
  'x-shopify-access-token',
  'x-rapidapi-key',
  'x-functions-key',
  'x-honeycomb-team',
  'circle-token',
  'job-token',
  'dd-api-key',
  'dd-application-key',
  'ocp-apim-subscription-key',
]);

/** What this gateway adds and takes. */
export type LeavingBy = Pick<Services, 'pseudonym' | 'traceContext'>;

/**
 * The field lines as they leave: Host first and from the judged authority, hop-by-hop and topology fields gone, the
 * obligations of the decision applied, trace context cut or carried on.
 */
export function outgoingFields(exchange: Permitted, { pseudonym, traceContext }: LeavingBy): string[] {
  const { authority, decision, httpVersion, scheme } = exchange;
  const standard = authority.port === (scheme === 'https' ? 443 : 80);
  const edits = withTraceContext(fieldEdits(decision), exchange, traceContext);
  const fields = requestFieldsForUpstream(exchange.fields, edits.remove);
  if (exchange.method === 'OPTIONS') countDown(fields);
  fields.unshift('Host', standard ? hostText(authority.host) : authorityText(authority));
  for (const [name, value] of edits.set) fields.push(name, value);
  fields.push('Via', viaValue(httpVersion, pseudonym, exchange.fields));
  return fields;
}

/** Fields that say how a message is read, routed or authenticated: behind the content they say it too late (RFC 9110 §6.5.1). */
const NO_TRAILERS: ReadonlySet<string> = new Set([
  ...CREDENTIAL_FIELDS,
  'host',
  'content-length',
  'content-type',
  'content-encoding',
  'content-range',
  'content-location',
  'cache-control',
  'max-forwards',
  'range',
  'te',
  'trailer',
  'set-cookie',
]);

/** The trailer fields of a request as they leave. Nobody has judged them, so what a rule sets or removes has no place in them. */
export function outgoingTrailers({ decision }: Permitted, trailers: RawFields): string[] {
  if (trailers.length === 0) return [];
  const edits = fieldEdits(decision);
  return requestFieldsForUpstream(toFieldLines(trailers), new Set([...NO_TRAILERS, ...TRACE_FIELDS, ...edits.remove]));
}

/** Whether a request is a gRPC call, which has no end without trailers: it may go over HTTP/2 alone. */
export function isGrpcCall({ hasContent, fields }: Permitted): boolean {
  return hasContent && isGrpc(mediaTypeOf(fieldValue(fields, 'content-type')));
}

function countDown(fields: string[]): void {
  for (let i = 0; i + 1 < fields.length; i += 2) {
    fields[i + 1] = countedDown('OPTIONS', fields[i]!.toLowerCase(), fields[i + 1]!);
  }
}

interface FieldEdits {
  readonly remove: ReadonlySet<string>;
  readonly set: readonly (readonly [string, string])[];
}

/** Host is written anew, from the authority that was judged. */
const NO_EDITS: FieldEdits = { remove: new Set(['host']), set: [] };

function fieldEdits({ obligations }: Decision): FieldEdits {
  if (!obligations.some(({ kind }) => kind === 'headers' || kind === 'drop-agent-credentials')) return NO_EDITS;
  const remove = new Set(NO_EDITS.remove);
  const set: [string, string][] = [];
  for (const obligation of obligations) {
    if (obligation.kind === 'drop-agent-credentials') for (const name of CREDENTIAL_FIELDS) remove.add(name);
    if (obligation.kind !== 'headers') continue;
    for (const name of obligation.remove) remove.add(name.toLowerCase());
    for (const [name, value] of Object.entries(obligation.set)) {
      remove.add(name.toLowerCase());
      set.push([name, value]);
    }
  }
  return { remove, set };
}

const TRACE_FIELDS: readonly string[] = ['traceparent', 'tracestate'];

// What a rule sets or removes stays as the rule says. Without a valid parent there is no state either (Trace Context §3.3.1.1).
function withTraceContext(edits: FieldEdits, { id, fields }: Permitted, mode: Services['traceContext']): FieldEdits {
  if (mode === undefined) return edits;
  const context = mode === 'carry' ? traceContextOf(fields) : undefined;
  if (context === undefined) return { ...edits, remove: new Set([...edits.remove, ...TRACE_FIELDS]) };
  if (edits.remove.has('traceparent')) return edits;
  const own = traceparentText({ ...context, spanId: ownSpan(id).spanId });
  return { remove: new Set([...edits.remove, 'traceparent']), set: [...edits.set, ['traceparent', own]] };
}
