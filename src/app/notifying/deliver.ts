import type { SessionId } from '../../core/ids.ts';
import type { Clock } from '../../core/ports.ts';
import type { ClaimedMessage } from '../../core/webhooks/webhook-outbox.ts';
import { sendOwn, type OwnEgress } from '../egress/own-request.ts';
import type { Receiver } from './receiver.ts';
import { BOUNDS } from './retry-schedule.ts';
import { signedFields } from './signature.ts';

const SESSION = 'webhook' as SessionId;

/** How an attempt ended: 'delivered', or why it was not, in a few words for the log. */
export type Delivery = { readonly isDelivered: true } | { readonly isDelivered: false; readonly because: string };

/** One attempt, on the record as an exchange of the gateway itself. A receiver has taken what it answers with a status of 2xx. */
export async function deliver(
  { id, payload }: ClaimedMessage,
  { own, anchors, format }: Receiver,
  key: Uint8Array | undefined,
  { egress, clock, until }: { readonly egress: OwnEgress; readonly clock: Clock; readonly until: AbortSignal },
): Promise<Delivery> {
  const signed = key === undefined ? {} : signedFields(key, id, payload, clock.now());
  const fields = { 'content-type': 'application/json', ...signed };
  const limits = { maxBytes: BOUNDS.answer, isCut: true, timeout: BOUNDS.timeout, until } as const;
  const message = { method: 'POST', fields, content: payload, anchors, ...limits } as const;
  // Whoever knows the path of a chat's webhook may write to that chat.
  const shownPath = format === 'slack' ? '/REDACTED_SLACK_WEBHOOK' : undefined;
  const answer = await sendOwn({ session: SESSION, ...own, message, shownPath }, egress);
  if (!answer.ok) return { isDelivered: false, because: `${answer.failure.code}: ${answer.failure.detail}` };
  const { status } = answer.value;
  return status >= 200 && status < 300 ? { isDelivered: true } : { isDelivered: false, because: `status ${status}` };
}
