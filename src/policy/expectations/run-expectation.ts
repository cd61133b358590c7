import type { Host, IpAddress } from '../../core/address.ts';
import type {
  ActionAttributes,
  Decision,
  DecisionRequest,
  ExchangeKind,
  SubjectAttributes,
} from '../../core/exchange/decision.ts';
import type { DestinationFacts } from '../../core/place/evidence.ts';
import type { Instant } from '../../core/units.ts';
import { fieldValue } from '../../wire/http/fields.ts';
import { mediaTypeOf } from '../../wire/http/media-type.ts';
import { strictJson } from '../../wire/json/strict-json.ts';
import type { ReadContent, Sender } from '../content/content-ports.ts';
import { withContent } from '../content/with-content.ts';
import { decide, decideByName } from '../decide.ts';
import { seenRequest } from '../decision/seen-request.ts';
import { outlook } from '../outlook.ts';
import type { PreparedPolicy } from '../target-index.ts';
import { compareDecision } from './compare-decision.ts';
import { compareSent } from './compare-sent.ts';
import type { Expectation, Given } from './expectation.ts';

/** Collects what tables and catalogue say; nothing is resolved. `content` is parsed JSON, or undefined. */
export type FactsOf = (
  host: Host,
  port: number,
  path: string | undefined,
  content: unknown,
  addresses: readonly IpAddress[] | undefined,
) => DestinationFacts;

/** What the policy itself does not know of the world. */
export interface ExpectationPorts {
  readonly factsOf: FactsOf;
  readonly readContent: ReadContent;
  readonly send: Sender;
}

/** What came of one case. */
export interface ExpectationResult {
  readonly name: string;
  /** `unsupported`: there is no decision to compare, so it did not pass. */
  readonly status: 'passed' | 'failed' | 'unsupported';
  /** What was expected and what was found instead, or what cannot be checked; empty when it passed. */
  readonly problems: readonly string[];
  /** What the result does not cover. */
  readonly notes: readonly string[];
  /** What was decided, and about what kind of exchange; absent when nothing could be. */
  readonly decided?: { readonly decision: Decision; readonly kind: ExchangeKind };
}

/** Runs one case of the policy's own tests (contract §5). `now` is the instant for cases that state none. */
export function runExpectation(
  policy: PreparedPolicy,
  { name, given, expect }: Expectation,
  ports: ExpectationPorts,
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
  const request = judgedRequest(policy, given, requestOf(given, subject, ports.factsOf, now), ports.readContent);
  const decision = decisionOn(policy, given, request);
  if (decision === undefined) return { name, status: 'unsupported', problems: [INSPECTED_TUNNEL], notes: [] };
  const problems = [
    ...compareDecision(expect, decision),
    ...compareSent(expect, given, { decision, content: request.action.content }, ports.send),
  ];
  return {
    name,
    status: problems.length > 0 ? 'failed' : 'passed',
    problems,
    notes: isByNameOnly(given) ? [NAME_ONLY] : [],
    decided: { decision, kind: request.action.kind },
  };
}

const INSPECTED_TUNNEL =
  'A CONNECT whose tunnel is inspected is not decided itself: test the requests inside it, as METHOD https://…';
const NAME_ONLY =
  'Without addresses only name evidence is judged: address floors and conditions on addresses are not, nor whether the addresses agree';

function isByNameOnly({ request, addresses }: Given): boolean {
  return addresses === undefined && request.authority.host.kind === 'name';
}

/** The request as the gateway comes to judge it, with its content read where the decision depends on it. */
function judgedRequest(policy: PreparedPolicy, given: Given, request: DecisionRequest, read: ReadContent): DecisionRequest {
  const seen = seenRequest(policy, request);
  const { content, fields = [] } = given;
  return content === undefined ? seen : withContent(policy, seen, { content, fields }, read);
}

/** Undefined for a CONNECT that is neither denied nor judged as a whole: what is inside decides. */
function decisionOn(policy: PreparedPolicy, given: Given, request: DecisionRequest): Decision | undefined {
  if (given.request.method === 'CONNECT') {
    const { denial, inspect } = outlook(policy, request);
    if (denial !== undefined || inspect) return denial;
  }
  return isByNameOnly(given) ? decideByName(policy, request) : decide(policy, request);
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

function actionOf({ request, mediaType, content, fields = [] }: Given): ActionAttributes {
  const isPlain = request.scheme === 'http';
  const isEmpty = content === undefined && mediaType === undefined;
  return {
    kind: isPlain ? 'forward' : 'intercepted',
    visibility: isPlain ? 'cleartext' : 'inspected',
    scheme: request.scheme,
    method: request.method,
    path: request.path,
    mediaType: isEmpty ? 'none' : (mediaType ?? mediaTypeOf(fieldValue(fields, 'content-type'))),
    fieldNames: new Set(fields.map(([name]) => name.toLowerCase())),
  };
}

/** The catalogue reads members of JSON content; content that is not JSON, or can be read in two ways, shows none. */
function parsedContent({ content }: Given): unknown {
  if (content === undefined) return undefined;
  const parsed = strictJson(content);
  return parsed.ok ? parsed.value : undefined;
}
