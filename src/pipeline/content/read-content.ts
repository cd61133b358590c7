import type { ContentFacts } from '../../core/exchange/decision.ts';
import type { Located } from '../../core/exchange/exchange.ts';
import { ok, type Result } from '../../core/result.ts';
import { contentNeeds, type ContentNeeds } from '../../policy/content/content-needs.ts';
import { contentByHead, scanContent, type ScannedContent } from '../../transform/masking/content-scan.ts';
import { strictJson } from '../../wire/json/strict-json.ts';
import { currentSubject } from '../judging/current-subject.ts';
import { decisionRequest } from '../judging/decision-request.ts';
import type { InForce } from '../judging/in-force.ts';
import { locateQuery } from '../judging/locate-query.ts';
import { withContentFacts, withDestination, withSubject } from '../judging/progress.ts';
import { refuse, type Refusal } from '../judging/refusal.ts';
import type { Services } from '../services.ts';
import type { RequestContent } from './request-content.ts';

type Read = Result<Located, Refusal>;

/**
 * Finds out what the decision has to know of the content: mostly nothing. By its fields it may be known to be opaque or
 * unreadable; otherwise it is read as far as rules ask for it, and looked through.
 */
export function readContent(located: Located, services: Services, content: RequestContent | undefined): Read | Promise<Read> {
  const inForce = services.inForce();
  if (content === undefined || !mayDependOnContent(located, inForce)) return ok(located);
  const byHead = contentByHead(located.fields);
  if (byHead !== undefined) return ok(withContentFacts(located, byHead));
  const needs = contentNeeds(inForce.policy, decisionRequest(located, located.destination, services.clock.now()));
  return needs === undefined ? ok(located) : lookInto(located, { content, needs, before: inForce }, services);
}

function mayDependOnContent({ destination }: Located, { looksAtContent }: InForce): boolean {
  return looksAtContent || (destination.name?.dependsOn?.content.length ?? 0) > 0;
}

interface Look {
  readonly content: RequestContent;
  readonly needs: ContentNeeds;
  readonly before: InForce;
}

async function lookInto(located: Located, { content, needs, before }: Look, services: Services): Promise<Read> {
  const held = await content.hold(needs.max, located.subject.attributes.agent);
  if (!held.ok) return refuse(held.failure, located);
  const scanned: Result<ScannedContent, Refusal> =
    held.value === 'more' ? ok({ facts: TOO_LARGE }) : await scan(located, { content, needs, before }, services);
  if (!scanned.ok) return scanned;
  // The client decides how long that took. What is judged now must be what is in force now.
  const inForce = services.inForce();
  const subject = currentSubject(located.subject, inForce);
  if (subject === undefined) {
    const detail = `Agent ${located.subject.attributes.agent} is no longer in the policy`;
    return refuse({ code: 'unidentified', detail }, located);
  }
  withSubject(located, subject);
  const { facts, text } = scanned.value;
  const read = withContentFacts(located, facts, text === undefined ? undefined : membersOf(text, needs.members));
  return ok(withDestination(read, locateAgain(read, inForce), located.recalled || inForce !== before));
}

const TOO_LARGE: ContentFacts = { kind: 'too-large' };

async function scan(
  located: Located,
  { content, needs, before }: Look,
  { content: means }: Services,
): Promise<Result<ScannedContent, Refusal>> {
  const { entities, members, max } = needs;
  const own = before.policy.policy.entities;
  const search = { entities, own, max, memory: means.codings, keepsText: members.length > 0 };
  const scanned = await scanContent(content.heldCopy(), located.fields, search);
  return scanned.ok ? scanned : refuse(scanned.failure, located);
}

function locateAgain(exchange: Located, inForce: InForce): Located['destination'] {
  const { addresses, chain = [] } = exchange.destination;
  if (addresses === undefined) return inForce.locate(locateQuery(exchange));
  return inForce.locate(locateQuery(exchange, { addresses: addresses.map(({ address }) => address), chain }));
}

/** Undefined where it is no JSON, or JSON that two readers could read in two ways: then the place stays unknown. */
function membersOf(text: string, names: readonly string[]): Located['members'] {
  const parsed = strictJson(text);
  if (!parsed.ok) return undefined;
  const { value } = parsed;
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(Object.entries(value).filter(([name]) => names.includes(name)));
}
