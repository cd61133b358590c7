import type { ScopedRequest } from '../../approval/fingerprint/approval-digests.ts';
import type { ApprovalQuestion, AskedRule, OfferedGrant, Requester } from '../../core/approval/approval.ts';
import type { ApprovalTerms, Decision } from '../../core/exchange/decision.ts';
import type { Authorized } from '../../core/exchange/exchange.ts';
import type { Fingerprint, GrantScope, RuleId } from '../../core/ids.ts';
import type { Instant } from '../../core/units.ts';
import { recordedPath, recordedSentence } from '../../transform/masking/recorded-text.ts';
import { fieldValue } from '../../wire/http/fields.ts';
import { endToEndFields } from '../../wire/http/hop-by-hop.ts';
import type { InForce } from '../judging/in-force.ts';
import type { Held } from '../judging/permitted.ts';
import type { HeldContent } from './held-content.ts';
import type { HoldMeans } from './hold-means.ts';
import { fieldsOf, originOf, shownRequest } from './shown-request.ts';

/** Most characters of the reason of a requester that people are shown. */
const LONGEST_REASON = 500;

/** What each hold rule asks for, in the order of the decision. */
export function approvalTerms({ obligations }: Decision): readonly ApprovalTerms[] {
  return obligations.filter((obligation) => obligation.kind === 'approval');
}

/**
 * The fingerprint of a held request under a decision: that which holds it, or the one at its release.
 * @param terms those of the decision that people are asked about
 */
export function fingerprintOf(
  held: Held,
  { identity }: HeldContent,
  { decision, terms }: { readonly decision: Decision; readonly terms: readonly ApprovalTerms[] },
  digests: HoldMeans['digests'],
): Fingerprint {
  const { subject, method } = held;
  return digests.fingerprint({
    subject: subject.attributes,
    rules: terms.map(ruleTerms),
    method,
    target: originOf(held) + held.requestTarget,
    // What Connection nominates does not leave, so it cannot be what was approved.
    fields: endToEndFields(held.fields),
    boundFields: fieldsOf(terms),
    ...(identity !== undefined && { content: identity }),
    terms: decision,
  });
}

/** A scope that a grant for one rule may have, and what it says of the path. */
interface PathScope {
  readonly scope: GrantScope;
  readonly path: ScopedRequest['path'];
}

/** What a grant for a rule may have been given for that lets this request pass: one scope for each pattern it falls under. */
export function grantScopesOf(
  held: Authorized,
  terms: ApprovalTerms,
  decision: Decision,
  { digests, inForce }: { readonly digests: HoldMeans['digests']; readonly inForce: InForce },
): readonly PathScope[] {
  if (terms.grant === undefined) return [];
  const { subject, method } = held;
  const fields = endToEndFields(held.fields);
  const request = {
    subject: subject.attributes,
    rule: ruleTerms(terms),
    method,
    origin: originOf(held),
    fields,
    terms: decision,
  };
  return grantedPaths(held, terms, inForce).map((path) => ({ scope: digests.grantScope({ ...request, path }), path }));
}

/** The patterns of the rule that the path falls under; the path alone where the rule has none. */
function grantedPaths({ path }: Authorized, { rules }: ApprovalTerms, { policy }: InForce): readonly ScopedRequest['path'][] {
  if (path === undefined) return [];
  const patterns = policy.policy.rules.find(({ id }) => id === rules[0])?.paths;
  if (patterns === undefined) return [{ kind: 'exact', text: path }];
  return patterns.filter((pattern) => pattern.matches(path)).map(({ text }) => ({ kind: 'pattern', text }));
}

/** Everything that people are asked, before it has an id. */
export function questionOf(
  held: Held,
  content: HeldContent,
  asked: {
    readonly terms: readonly ApprovalTerms[];
    readonly now: Instant;
    readonly inForce: InForce;
    readonly means: HoldMeans;
  },
): ApprovalQuestion {
  const { terms, now, inForce, means } = asked;
  return {
    id: means.newApprovalId(),
    fingerprint: fingerprintOf(held, content, { decision: held.decision, terms }, means.digests),
    requester: requesterOf(held, inForce),
    request: shownRequest(held, content, { terms, inForce }),
    rules: terms.map((each) => askedRule(held, each, { inForce, digests: means.digests })),
    createdAt: now,
    expiresAt: now + Math.min(...terms.map(({ expires }) => expires)),
  };
}

function askedRule(
  held: Held,
  terms: ApprovalTerms,
  means: { readonly digests: HoldMeans['digests']; readonly inForce: InForce },
): AskedRule {
  const offer = terms.grant && offeredGrant(held, terms, terms.grant.max, means);
  return { ...ruleTerms(terms), ...(offer !== undefined && { grant: offer }) };
}

function offeredGrant(
  held: Held,
  terms: ApprovalTerms,
  max: number,
  means: { readonly digests: HoldMeans['digests']; readonly inForce: InForce },
): OfferedGrant | undefined {
  const [granted] = grantScopesOf(held, terms, held.decision, means);
  if (granted === undefined) return undefined;
  const { scope, path } = granted;
  return { max, scope, path: path.kind === 'pattern' ? path.text : recordedPath(path.text) };
}

/** Who is answerable for a request, and so decides on none that is like it. */
export function requestersOf({ subject }: Authorized, { policy }: InForce): Pick<Requester, 'owners' | 'minter'> {
  const declared = policy.policy.agents.find(({ attributes }) => attributes.agent === subject.attributes.agent);
  return { owners: declared?.owners ?? [], ...(subject.minter !== undefined && { minter: subject.minter }) };
}

function requesterOf(held: Held, inForce: InForce): Requester {
  const { agent, home } = held.subject.attributes;
  const reason = reasonOf(held.fields);
  return {
    subject: agent,
    home,
    ...requestersOf(held, inForce),
    ...(reason !== undefined && { reason: shownReason(reason) }),
  };
}

/** What is left out of a long one is told: it may say the opposite. */
function shownReason(reason: string): string {
  const characters = Array.from(recordedSentence(reason));
  const more = characters.length - LONGEST_REASON;
  return more <= 0 ? characters.join('') : `${characters.slice(0, LONGEST_REASON).join('')}...[+${more} characters]`;
}

/** `Cordon-Reason` of the request, which people write in UTF-8; undefined where it says nothing. */
export function reasonOf(fields: Held['fields']): string | undefined {
  const value = fieldValue(fields, 'cordon-reason');
  // Decoded first: as Latin-1 the last byte of "voilà" is a space, for which it would be taken.
  const reason = value === undefined ? '' : asUtf8(value).trim();
  return reason === '' ? undefined : reason;
}

/** Field values come as one character for each byte (RFC 9110 §5.5); what is no UTF-8 stays as it came. */
function asUtf8(value: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(value, 'latin1'));
  } catch {
    return value;
  }
}

function ruleTerms({ rules, by, quorum, stepUp }: ApprovalTerms): {
  readonly rule: RuleId;
  readonly by: readonly string[];
  readonly quorum: number;
  readonly stepUp: boolean;
} {
  return { rule: rules[0]!, by, quorum, stepUp };
}
