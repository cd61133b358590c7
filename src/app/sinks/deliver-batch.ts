import type { Clock } from '../../core/ports.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Bytes, Milliseconds } from '../../core/units.ts';
import { type OwnEgress, sendOwn } from '../egress/own-request.ts';
import { signedFields } from '../notifying/signature.ts';
import type { Batch } from './chain-copy.ts';
import type { HttpSink } from './http-sink.ts';
import { SINK_SESSION } from './own-deliveries.ts';

/** Of one attempt, from connecting to the end of the answer. */
const TIMEOUT: Milliseconds = 30_000;
/** Content of an answer that is read, and dropped. */
const MOST_ANSWER: Bytes = 16 * 1024;

/**
 * One attempt, on the record as an exchange of the gateway itself. A sink has taken what it answers with a status of 2xx.
 * @failure why it has not, in a few words for the log
 */
export async function deliverBatch(
  { id, payload }: Batch,
  { own, anchors }: HttpSink,
  key: Uint8Array,
  { egress, clock, until }: { readonly egress: OwnEgress; readonly clock: Clock; readonly until: AbortSignal },
): Promise<Result<void, string>> {
  const fields = { 'content-type': 'application/x-ndjson', ...signedFields(key, id, payload, clock.now()) };
  const limits = { maxBytes: MOST_ANSWER, isCut: true, timeout: TIMEOUT, until } as const;
  const message = { method: 'POST', fields, content: payload, anchors, ...limits } as const;
  const answer = await sendOwn({ session: SINK_SESSION, ...own, message }, egress);
  if (!answer.ok) return fail(`${answer.failure.code}: ${answer.failure.detail}`);
  const { status } = answer.value;
  return status >= 200 && status < 300 ? ok(undefined) : fail(`status ${status}`);
}
