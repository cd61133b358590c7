import type { Readable } from 'node:stream';
import type { FieldLines, Identified } from '../../core/exchange/exchange.ts';
import type { ApprovalId } from '../../core/ids.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { parseDuration, type Bytes } from '../../core/units.ts';
import { isFieldValue, isToken } from '../../wire/http/fields.ts';
import { strictJson } from '../../wire/json/strict-json.ts';
import { authorizeRequest } from '../judging/authorize.ts';
import { locate } from '../judging/locate.ts';
import type { Held } from '../judging/permitted.ts';
import { refuse, type Refusal } from '../judging/refusal.ts';
import type { Services } from '../services.ts';
import { withoutContent } from './held-content.ts';
import { approvalTerms, questionOf } from './question.ts';

/** An order is short; more is not read. */
const MOST_CONTENT: Bytes = 16 * 1024;

/** What an agent asks for in advance: that requests like this may pass a rule for a time (contract §3). */
export interface GrantOrder {
  readonly rule: string;
  /** As it was written: `2h`. */
  readonly for: string;
  readonly reason: string;
  readonly method: string;
  /** `ws:` and `wss:` for a WebSocket. */
  readonly url: string;
  /** Of the request: a grant covers one operation, which some protocols name there. */
  readonly fields: FieldLines;
}

/** @failure a sentence on what is wrong with it */
export async function readGrantOrder(content: Readable | null): Promise<Result<GrantOrder, string>> {
  const text = content === null ? '' : await bounded(content);
  if (text === undefined) return fail(`Found more than ${MOST_CONTENT} bytes, expected a short JSON object`);
  const parsed = strictJson(text);
  if (!parsed.ok) return fail(`Found ${parsed.failure}, expected a JSON object`);
  const members = parsed.value as Readonly<Record<string, unknown>> | null;
  if (typeof members !== 'object' || members === null) return fail('Found no JSON object');
  const { rule, for: time, reason, method = 'GET', url } = members;
  for (const [name, value] of Object.entries({ rule, for: time, reason, method, url })) {
    if (typeof value !== 'string' || value.trim() === '') return fail(`${name}: expected a text that says something`);
  }
  const lasts = parseDuration(String(time));
  if (!lasts.ok || lasts.value === 0) return fail(`for: ${lasts.ok ? 'expected a time longer than 0' : lasts.failure}`);
  const fields = fieldsIn(members['fields']);
  return fields === undefined
    ? fail('fields: expected an object of names and values of header fields')
    : ok({ rule, for: time, reason, method, url, fields } as GrantOrder);
}

function fieldsIn(value: unknown = {}): FieldLines | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const lines = Object.entries(value as Readonly<Record<string, unknown>>);
  const isField = (line: readonly [string, unknown]): line is [string, string] =>
    isToken(line[0]) && typeof line[1] === 'string' && isFieldValue(line[1]);
  return lines.every(isField) ? lines : undefined;
}

async function bounded(content: Readable): Promise<string | undefined> {
  const pieces: Uint8Array[] = [];
  let length: Bytes = 0;
  for await (const piece of content.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>) {
    length += piece.length;
    if (length > MOST_CONTENT) return undefined;
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}

/**
 * Asks people whether requests like one that was not sent may pass a rule for a time. It is judged as that request would be,
 * without content: a grant then covers none that holds other values than its target does.
 *
 * @param unsent the request, as of the agent that asks
 * @failure any code of the decision; malformed_request where the rule does not hold it, or allows no grant
 */
export async function askInAdvance(
  unsent: Identified,
  order: GrantOrder,
  services: Services,
): Promise<Result<ApprovalId, Refusal>> {
  const located = await locate(unsent, services);
  if (!located.ok) return located;
  const authorized = authorizeRequest(located.value, services);
  if (!authorized.ok) return authorized;
  const exchange = authorized.value;
  if (!('held' in exchange)) return notHeld(unsent, 'This request needs nobody to approve it');
  const terms = approvalTerms(exchange.decision).filter(({ rules }) => rules[0] === order.rule);
  if (terms.length === 0) return notHeld(exchange, `Rule ${order.rule} does not hold this request`);
  if (terms.some(({ grant }) => grant === undefined)) return notHeld(exchange, `Rule ${order.rule} allows no grant`);
  return await ask(withReason(exchange, order), terms, services);
}

async function ask(
  held: Held,
  terms: ReturnType<typeof approvalTerms>,
  { holds, clock, inForce }: Services,
): Promise<Result<ApprovalId, Refusal>> {
  const now = clock.now();
  const question = questionOf(held, withoutContent(held, inForce()), { terms, now, inForce: inForce(), means: holds });
  const asked = await holds.approvals.ask(question, now);
  if (!asked.ok) return refuse(asked.failure, held);
  return ok(asked.value.approval.id);
}

function notHeld(progress: Refusal['progress'], reason: string): Result<never, Refusal> {
  return fail({ code: 'malformed_request', reason, progress });
}

/** What people read as the reason of the requester: that it asks in advance, and for how long. */
function withReason(held: Held, { for: time, reason }: GrantOrder): Held {
  const others = held.fields.filter(([name]) => name.toLowerCase() !== 'cordon-reason');
  return { ...held, fields: [...others, ['Cordon-Reason', `Asks in advance for ${time}: ${reason}`]] };
}
