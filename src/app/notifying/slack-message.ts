import type { Approval } from '../../core/approval/approval.ts';
import type { GatewayEvent } from '../../core/ports.ts';
import type { Instant } from '../../core/units.ts';
import { stateTold, type ApprovalNews } from '../../core/webhooks/webhook-event.ts';

/** What a message begins with. */
const HEADLINES: Readonly<Record<ReturnType<typeof stateTold>, string>> = {
  pending: 'A request waits for a decision',
  approved: 'A held request was approved',
  denied: 'A held request was denied',
  expired: 'Nobody decided on a held request in time: it was not sent',
  passed: 'A held request was approved and has been let through',
};

/** Rules that are named. */
const MOST_RULES = 5;
/** A label in the form of RFC 5890 §2.3.2.1. */
const INTERNATIONAL = /(?:^|\.)xn--/;
/** Longer than a host name can be. */
const LONGEST = 255;

/**
 * What has become of an approval, for people in a chat, with a link to where they decide. What agents choose stands in it as
 * code, and only its harmless characters: it makes no link, mention or format, whichever chat reads it.
 *
 * @param address where people find the console, as far as that is known
 */
export function slackApproval(event: ApprovalNews, approval: Approval, address: string | undefined): string {
  const { id, requester, rules, request, expiresAt } = approval;
  const state = stateTold(event);
  const named = rules.slice(0, MOST_RULES).map(({ rule }) => code(rule));
  const more = rules.length > MOST_RULES ? ` and ${rules.length - MOST_RULES} more` : '';
  const places = [...new Set(Object.values(request.places))].map(code).join(', ');
  const { hostname } = new URL(request.origin);
  return message([
    `${HEADLINES[state]}.`,
    `Agent ${code(requester.subject)} to ${code(hostname)} in ${places}, held by ${named.join(', ')}${more}.`,
    ...(INTERNATIONAL.test(hostname) ? ['The host has letters beyond ASCII in its name, and may imitate another one.'] : []),
    ...(state === 'pending' ? [`Without a decision it is denied at ${timeText(expiresAt)}.`] : []),
    address === undefined
      ? `To see it: ${code(`cordon approvals show ${id}`)}`
      : link(`${address}/#/requests/${id}`, state === 'pending' ? 'Look at it and decide' : 'Look at it'),
  ]);
}

/** That a reload of the policy lets more pass. */
export function slackLoosened(
  { digest, changes }: Extract<GatewayEvent, { type: 'policy.loosened' }>,
  address: string | undefined,
): string {
  const count = changes.length === 1 ? '1 change' : `${changes.length} changes`;
  return message([
    `The policy was loosened: ${count} let more pass than before. It is now ${code(digest)}.`,
    ...(address === undefined ? [] : [link(`${address}/#/policy`, 'See the policy in force')]),
  ]);
}

/** Something that others should look at. */
export function slackAlarm({ alarm }: Extract<GatewayEvent, { type: 'alarm' }>): string {
  return message([`Alarm: ${code(alarm)}. Who did it to what is on the record.`]);
}

/** As incoming webhooks take it. Links are not fetched for a preview: they lead inside. */
function message(lines: readonly string[]): string {
  return JSON.stringify({ text: lines.join('\n'), unfurl_links: false, unfurl_media: false });
}

/**
 * A value in a code span. Chats read different markups, and no escape holds in all of them, so there is nothing to escape: of
 * all other characters only the fact that there was one is left.
 */
function code(text: string): string {
  const harmless = text.replaceAll(/[^A-Za-z0-9._:+ [\]-]/gu, '?');
  return `\`${harmless.length > LONGEST ? `${harmless.slice(0, LONGEST)}...` : harmless}\``;
}

/** @param url of the gateway itself: nothing in it comes from elsewhere */
function link(url: string, text: string): string {
  return `<${url}|${text}>`;
}

function timeText(at: Instant): string {
  return `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
