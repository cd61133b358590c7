import type { ApprovalId } from '../ids.ts';

/** What a webhook can subscribe to (`webhooks[].events`). */
export const WEBHOOK_EVENTS = [
  'approval.pending',
  'approval.approved',
  'approval.denied',
  'approval.expired',
  'approval.passed',
  'policy.loosened',
  'alarm',
] as const;

/** How a webhook is told (`webhooks[].format`). */
export const WEBHOOK_FORMATS = ['standard', 'slack'] as const;

export type WebhookFormat = (typeof WEBHOOK_FORMATS)[number];

export type WebhookEvent = (typeof WEBHOOK_EVENTS)[number];

/** What is told about an approval. */
export type ApprovalNews = Extract<WebhookEvent, `approval.${string}`>;

const APPROVAL = 'approval.';

export function isApprovalNews(event: string): event is ApprovalNews {
  return event.startsWith(APPROVAL) && (WEBHOOK_EVENTS as readonly string[]).includes(event);
}

/** The state that an approval came to, as the event names it. */
export function stateTold(event: ApprovalNews): 'pending' | 'approved' | 'denied' | 'expired' | 'passed' {
  return event.slice(APPROVAL.length) as ReturnType<typeof stateTold>;
}

/**
 * What stands around the id of an approval in that of its message. Made from what has happened alone: however many processes
 * tell of it, and however often, receivers see one message. No full stop, which separates the parts of what is signed.
 */
export function messageIdAround(event: ApprovalNews): readonly [before: string, after: string] {
  return ['msg_', `_${stateTold(event)}`];
}

export function approvalMessageId(event: ApprovalNews, id: ApprovalId): string {
  return messageIdAround(event).join(id);
}
