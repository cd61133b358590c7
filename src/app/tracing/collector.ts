import type { SessionId } from '../../core/ids.ts';
import type { Settings } from '../../config/settings-schema.ts';
import type { Result } from '../../core/result.ts';
import type { Bytes, Milliseconds } from '../../core/units.ts';
import { rejectedSpans } from '../../telemetry/traces/otlp.ts';
import { judgeEndpoint } from '../egress/judge-endpoint.ts';
import { type OwnEgress, sendOwn } from '../egress/own-request.ts';
import { type OwnReceiver, ownReceiver, type ReceiverParts } from '../egress/own-receiver.ts';
import type { Taken } from './span-export.ts';

/** The session in which the collector is told: each request is an exchange of the gateway itself, and on the record. */
const SESSION = 'traces' as SessionId;
const TIMEOUT: Milliseconds = 10_000;
/** Content of an answer that is read: it says what of a batch was not taken. */
const MOST_ANSWER: Bytes = 16 * 1024;
/** What may be sent again (OTLP §OTLP/HTTP Response). */
const RETRYABLE: ReadonlySet<number> = new Set([429, 502, 503, 504]);
/** Where an endpoint without a path takes traces (OTLP §OTLP/HTTP Request). */
const DEFAULT_PATH = '/v1/traces';

/**
 * Judges the collector as far as that goes before anything is sent: its URL, its place, that this is at home, and its addresses.
 * @failure a sentence that names the setting
 */
export async function collectorOf(
  { endpoint, place }: NonNullable<Settings['traces']>,
  parts: ReceiverParts,
  egress: OwnEgress,
): Promise<Result<OwnReceiver, string>> {
  const telling = { because: 'traces are sent elsewhere', atHome: 'no trace leads out of it' };
  const asked = { setting: 'traces', member: 'endpoint', rule: 'traces', url: withPath(endpoint), place } as const;
  const receiver = ownReceiver({ ...asked, methods: ['POST'], ...telling }, parts);
  if (!receiver.ok) return receiver;
  const judged = await judgeEndpoint({ ...receiver.value, label: 'traces', session: SESSION }, 'POST', egress);
  return judged.ok ? receiver : judged;
}

function withPath(endpoint: string): string {
  return /^[a-z]+:\/\/[^/?#]+\/?$/i.test(endpoint) ? endpoint.replace(/\/?$/, DEFAULT_PATH) : endpoint;
}

/** One attempt, on the record as an exchange of the gateway itself. */
export async function sendSpans(
  payload: string,
  { own, anchors }: OwnReceiver,
  egress: OwnEgress,
  until: AbortSignal,
): Promise<Taken> {
  const limits = { maxBytes: MOST_ANSWER, isCut: true, timeout: TIMEOUT, until } as const;
  const fields = { 'content-type': 'application/json' };
  const message = { method: 'POST', fields, content: payload, anchors, ...limits } as const;
  const answer = await sendOwn({ session: SESSION, ...own, message }, egress);
  if (!answer.ok) return { later: `${answer.failure.code}: ${answer.failure.detail}` };
  const { status, content } = answer.value;
  if (status >= 200 && status < 300) return { rejected: rejectedSpans(Buffer.from(content).toString('utf8')) };
  return RETRYABLE.has(status) ? { later: `status ${status}` } : { refused: `status ${status}` };
}
