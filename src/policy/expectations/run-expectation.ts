import type { Host, IpAddress } from '../../core/address.ts';
import type { ActionAttributes, Decision, DecisionRequest, SubjectAttributes } from '../../core/exchange/decision.ts';
import { FACETS, type DestinationFacts } from '../../core/place/evidence.ts';
import type { Instant } from '../../core/units.ts';
import { decide, decideByName } from '../decide.ts';
import type { Expectation, Expected, Given } from './expectation.ts';
import { outlook } from '../outlook.ts';
import { seenRequest } from '../decision/seen-request.ts';
import type { PreparedPolicy } from '../target-index.ts';

/** Collects what tables and catalogue say; nothing is resolved. `content` is parsed JSON, or undefined. */
export type FactsOf = (
  host: Host,
  port: number,
  path: string | undefined,
  content: unknown,
  addresses: readonly IpAddress[] | undefined,
) => DestinationFacts;

/** What came of one case. */
export interface ExpectationResult {
  readonly name: string;
  /** `unsupported`: it asks for something that this version cannot check, so it did not pass. */
  readonly status: 'passed' | 'failed' | 'unsupported';
  /** What was expected and what was found instead, or what cannot be checked; empty when it passed. */
  readonly problems: readonly string[];
  /** What the result does not cover. */
  readonly notes: readonly string[];
  /** Absent when nothing could be decided. */
  readonly decision?: Decision;
}

/** Runs one case of the policy's own tests (contract §5). `now` is the instant for cases that state none. */
export function runExpectation(
  policy: PreparedPolicy,
  { name, given, expect }: Expectation,
  factsOf: FactsOf,
  now: Instant,
): ExpectationResult {
  const subject = policy.policy.agents.find(({ attributes }) => attributes.agent === given.agent)?.attributes;
  if (subject === undefined) {
    return {
      name,
      status: 'failed',
      problems: [`Found agent ${given.agent}, expected one that the policy declares`],
      notes: [],
    };
  }
  const decision = decisionOn(policy, given, requestOf(given, subject, factsOf, now));
  if (decision === undefined) return { name, status: 'unsupported', problems: [INSPECTED_TUNNEL], notes: [] };
  const differences = compare(expect, decision);
  const unsupported = unsupportedIn(expect);
  return {
    name,
    status: differences.length > 0 ? 'failed' : unsupported.length > 0 ? 'unsupported' : 'passed',
    problems: [...differences, ...unsupported],
    notes: isByNameOnly(given) ? [NAME_ONLY] : [],
    decision,
  };
}

const INSPECTED_TUNNEL =
  'A CONNECT whose tunnel is inspected is not decided itself: test the requests inside it, as METHOD https://…';
const NAME_ONLY =
  'Without addresses only name evidence is judged: address floors and conditions on addresses are not, nor whether the addresses agree';

function isByNameOnly({ request, addresses }: Given): boolean {
  return addresses === undefined && request.authority.host.kind === 'name';
}

/** Undefined for a CONNECT that is neither denied nor judged as a whole: what is inside decides. */
function decisionOn(policy: PreparedPolicy, given: Given, request: DecisionRequest): Decision | undefined {
  if (request.action.kind === 'connect') {
    const { denial, inspect } = outlook(policy, request);
    if (denial !== undefined || inspect) return denial;
  }
  const seen = seenRequest(policy, request);
  return isByNameOnly(given) ? decideByName(policy, seen) : decide(policy, seen);
}

function requestOf(given: Given, subject: SubjectAttributes, factsOf: FactsOf, now: Instant): DecisionRequest {
  const { host, port } = given.request.authority;
  const isTunnel = given.request.method === 'CONNECT';
  const addresses = given.addresses ?? (host.kind === 'address' ? [host.address] : undefined);
  const path = isTunnel ? undefined : given.request.path;
  return {
    subject,
    action: isTunnel ? { kind: 'connect', visibility: 'opaque', scheme: 'https' } : actionOf(given),
    resource: factsOf(host, port, path, isTunnel ? undefined : parsedContent(given), addresses),
    environment: { now: given.now ?? now },
  };
}

function actionOf({ request, mediaType, content, fields }: Given): ActionAttributes {
  const isPlain = request.scheme === 'http';
  const type = mediaType ?? (content === undefined ? 'none' : undefined);
  return {
    kind: isPlain ? 'forward' : 'intercepted',
    visibility: isPlain ? 'cleartext' : 'inspected',
    scheme: request.scheme,
    method: request.method,
    path: request.path,
    ...(type !== undefined && { mediaType: type }),
    fieldNames: new Set((fields ?? []).map(([name]) => name.toLowerCase())),
  };
}

/** The catalogue reads members of JSON content; content that is not JSON has none. */
function parsedContent({ content }: Given): unknown {
  if (content === undefined) return undefined;
  try {
    return JSON.parse(content);
  } catch {
    return undefined;
  }
}

function unsupportedIn({ sent, findings }: Expected): readonly string[] {
  return [
    ...(sent === undefined ? [] : ['Not supported yet: sent']),
    ...(findings === undefined ? [] : ['Not supported yet: findings']),
  ];
}

function compare(expect: Expected, decision: Decision): readonly string[] {
  const problems: string[] = [];
  const differ = (what: string, expected: string | undefined, found: string | undefined): void => {
    if (expected !== undefined && expected !== (found ?? 'none')) {
      problems.push(`Expected ${what} ${expected}, found ${found ?? 'none'}`);
    }
  };
  differ('decision', expect.decision, decision.effect);
  differ('code', expect.code, decision.code);
  differ('rules', list(expect.rules), list(decision.rules));
  differ('transfer', expect.transfer, decision.transfer?.basis);
  for (const facet of FACETS) differ(`${facet} place`, expect.place?.[facet], decision.judgement.places[facet].label);
  differ('obligations', list(expect.obligations), list(decision.obligations.map(({ kind }) => kind)));
  if (problems.length > 0) problems.push(`The decision was: ${decision.reason}`);
  return problems;
}

/** Each once and sorted; `none` for an empty list. */
function list(items: readonly string[] | undefined): string | undefined {
  return items === undefined ? undefined : [...new Set(items)].sort().join(', ') || 'none';
}
