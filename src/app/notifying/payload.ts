import type { Approval } from '../../core/approval/approval.ts';
import type { GatewayEvent } from '../../core/ports.ts';
import type { Instant } from '../../core/units.ts';
import { stateTold, type ApprovalNews, type WebhookEvent } from '../../core/webhooks/webhook-event.ts';

/** What a receiver gets, as Standard Webhooks lays it out. */
function payload(type: WebhookEvent, at: Instant, data: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({ type, timestamp: new Date(at).toISOString(), data });
}

/**
 * What has become of an approval. Nothing of the request but its host, and nothing that a person or an agent wrote: receivers
 * keep what they get wherever they like.
 *
 * @param url where people see it, as far as that is known
 */
export function approvalPayload(event: ApprovalNews, approval: Approval, at: Instant, url: string | undefined): string {
  const { id, requester, rules, request, expiresAt } = approval;
  return payload(event, at, {
    id,
    state: stateTold(event),
    agent: requester.subject,
    rules: rules.map(({ rule }) => rule),
    host: new URL(request.origin).hostname,
    place: request.places,
    deadline: new Date(expiresAt).toISOString(),
    ...(url !== undefined && { url }),
  });
}

/** That a reload of the policy lets more pass; how is on the record. */
export function loosenedPayload(
  { digest, changes }: Extract<GatewayEvent, { type: 'policy.loosened' }>,
  at: Instant,
  url: string | undefined,
): string {
  return payload('policy.loosened', at, { policy: digest, changes: changes.length, ...(url !== undefined && { url }) });
}

/** Something that others should look at; who did it to what is on the record. */
export function alarmPayload({ alarm }: Extract<GatewayEvent, { type: 'alarm' }>, at: Instant): string {
  return payload('alarm', at, { alarm });
}
