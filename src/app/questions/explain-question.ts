import type { ExplainAnswer } from '../../admin/contract.ts';
import type { Authority, IpAddress } from '../../core/address.ts';
import type { DecisionRequest, SubjectAttributes } from '../../core/exchange/decision.ts';
import type { Resolution, Resolver } from '../../core/ports.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Instant } from '../../core/units.ts';
import type { GeoTables } from '../../destination/geo-tables.ts';
import { locate } from '../../destination/locate.ts';
import { undischarged } from '../../pipeline/judging/discharge.ts';
import type { ReadContent } from '../../policy/content/content-ports.ts';
import { withContent } from '../../policy/content/with-content.ts';
import { decide } from '../../policy/decide.ts';
import { explain, findingsIn, type Explanation } from '../../policy/explain.ts';
import { outlook } from '../../policy/outlook.ts';
import { seenRequest } from '../../policy/decision/seen-request.ts';
import type { PreparedPolicy } from '../../policy/target-index.ts';
import { parseAuthority } from '../../wire/name/authority.ts';
import { parseIpAddress } from '../../wire/address/ip-address.ts';
import { mediaTypeOf } from '../../wire/http/media-type.ts';
import { parseAbsoluteForm } from '../../wire/http/request-target.ts';
import { strictJson } from '../../wire/json/strict-json.ts';

/** A request that nobody makes: what would be decided about it? */
export interface Question {
  readonly agent: string;
  /** Upper-case; by default POST with content and GET without. */
  readonly method?: string;
  /** `https://host/path`, or `host:port` for CONNECT. */
  readonly url: string;
  /** Absent: a name is looked up where a rule could permit it and there is a resolver. */
  readonly addresses?: readonly string[];
  /** Media type of the content. */
  readonly type?: string;
  readonly content?: string;
}

export interface QuestionContext {
  readonly policy: PreparedPolicy;
  readonly tables: GeoTables;
  readonly now: Instant;
  readonly readContent: ReadContent;
  /** Absent: nothing is looked up. */
  readonly resolver?: Resolver;
}

/**
 * What would be decided about a request, and why. A name is looked up only where enforcement would (invariant 3).
 *
 * @failure a sentence on what is wrong with the question
 */
export async function explainQuestion(question: Question, context: QuestionContext): Promise<Result<ExplainAnswer, string>> {
  const { policy, tables, now } = context;
  const subject = policy.policy.agents.find(({ attributes }) => attributes.agent === question.agent)?.attributes;
  if (subject === undefined) return fail(unknownAgent(question.agent, policy));
  const asked = readTarget(question);
  if (!asked.ok) return asked;
  const given = readAddresses(question, asked.value.authority);
  if (!given.ok) return given;
  const notes: string[] = [];
  const content = parsedContent(question.content);
  const ask = (resolution: Pick<Resolution, 'addresses' | 'chain'> | undefined): DecisionRequest =>
    requestOf(question, asked.value, { subject, tables, now, resolution, content });
  const resolution = given.value ?? (await lookUp(ask(undefined), context, notes));
  const request = ask(resolution);
  if (asked.value.method === 'CONNECT') {
    const { denial, inspect } = outlook(policy, request);
    if (inspect && denial === undefined) return fail(INSPECTED_TUNNEL);
  }
  const seen = withGivenContent(question, seenRequest(policy, request), context);
  const explanation = explain(policy, seen);
  notes.push(...limitsOf(policy, seen));
  return ok({
    ...explanation,
    ...findingsFor(question, seen, explanation.decision, context),
    addresses: resolution?.addresses.map(({ text }) => text) ?? [],
    notes,
  });
}

function withGivenContent(
  { content }: Question,
  request: DecisionRequest,
  { policy, readContent }: QuestionContext,
): DecisionRequest {
  return content === undefined ? request : withContent(policy, request, { content, fields: [] }, readContent);
}

/** Findings of what the decision rests on, and of what it obliges to mask; nothing where the content is not read. */
function findingsFor(
  { content }: Question,
  { action }: DecisionRequest,
  decision: Explanation['decision'],
  { readContent }: QuestionContext,
): Pick<Explanation, 'findings'> {
  if (content === undefined || action.mediaType === undefined || action.content?.kind !== 'read') return {};
  const entities = new Set([...action.content.findings.keys(), ...maskedEntities(decision)]);
  return findingsIn(readContent([...entities].sort(), action.mediaType, content, []));
}

function maskedEntities({ obligations }: Explanation['decision']): readonly string[] {
  return obligations.flatMap((obligation) =>
    obligation.kind === 'mask' && obligation.direction === 'request'
      ? obligation.masks.flatMap(({ entities }) => entities)
      : [],
  );
}

const INSPECTED_TUNNEL =
  'A CONNECT whose tunnel is inspected is not decided itself: ask about the requests inside it, as METHOD https://host/path';

function unknownAgent(agent: string, { policy }: PreparedPolicy): string {
  const known = policy.agents.map(({ attributes }) => attributes.agent).join(', ');
  return `Found agent "${agent}", expected one that the policy declares: ${known}`;
}

interface AskedTarget {
  readonly method: string;
  readonly scheme: 'http' | 'https';
  readonly authority: Authority;
  /** Absent for CONNECT, and where origins may read the path differently. */
  readonly path?: string;
}

function readTarget({ method, url, content }: Question): Result<AskedTarget, string> {
  if (method === 'CONNECT') {
    const authority = parseAuthority(url);
    return authority.ok ? ok({ method, scheme: 'https', authority: authority.value }) : authority;
  }
  const form = parseAbsoluteForm(url);
  if (!form.ok) return form;
  const { scheme, authority, path } = form.value;
  const effective = method ?? (content === undefined ? 'GET' : 'POST');
  return ok({ method: effective, scheme, authority, ...(path !== undefined && { path }) });
}

function readAddresses(
  { addresses }: Question,
  { host }: Authority,
): Result<Pick<Resolution, 'addresses' | 'chain'> | undefined, string> {
  if (host.kind === 'address') return ok({ addresses: [host.address], chain: [] });
  if (addresses === undefined || addresses.length === 0) return ok(undefined);
  const read: IpAddress[] = [];
  for (const text of addresses) {
    const address = parseIpAddress(text);
    if (!address.ok) return address;
    read.push(address.value);
  }
  return ok({ addresses: read, chain: [] });
}

interface RequestParts {
  readonly subject: SubjectAttributes;
  readonly tables: GeoTables;
  readonly now: Instant;
  readonly resolution: Pick<Resolution, 'addresses' | 'chain'> | undefined;
  readonly content: unknown;
}

function requestOf({ type, content }: Question, target: AskedTarget, parts: RequestParts): DecisionRequest {
  const { method, scheme, authority, path } = target;
  const { resolution } = parts;
  const resource = locate(parts.tables, {
    ...authority,
    ...(resolution !== undefined && { resolution }),
    ...(path !== undefined && { path }),
    ...(parts.content !== undefined && { content: parts.content }),
  });
  const isTunnel = method === 'CONNECT';
  const action: DecisionRequest['action'] = isTunnel
    ? { kind: 'connect', visibility: 'opaque', scheme }
    : {
        kind: scheme === 'http' ? 'forward' : 'intercepted',
        visibility: scheme === 'http' ? 'cleartext' : 'inspected',
        scheme,
        method,
        ...(path !== undefined && { path }),
        mediaType: content === undefined && type === undefined ? 'none' : mediaTypeOf(type),
        fieldNames: new Set<string>(),
      };
  return { subject: parts.subject, action, resource, environment: { now: parts.now } };
}

/** The catalogue reads members of JSON content; content that is not JSON, or can be read in two ways, shows none. */
function parsedContent(content: string | undefined): unknown {
  if (content === undefined) return undefined;
  const parsed = strictJson(content);
  return parsed.ok ? parsed.value : undefined;
}

/** Looks a name up where enforcement would, and says why where it does not. */
async function lookUp(
  request: DecisionRequest,
  { policy, resolver }: QuestionContext,
  notes: string[],
): Promise<Resolution | undefined> {
  const { host } = request.resource;
  if (host.kind === 'address') return undefined;
  const { lookup } = outlook(policy, request);
  if (lookup === 'forbidden') {
    notes.push(`${host.name} was not looked up: no rule that could permit it names it`);
    return undefined;
  }
  if (lookup === 'budgeted' || resolver === undefined) {
    notes.push(`${host.name} was not looked up: without its addresses only the name is judged`);
    return undefined;
  }
  const resolution = await resolver.resolve(host.name);
  if (resolution.ok) return resolution.value;
  notes.push(`${host.name} could not be looked up (${resolution.failure.code}): only the name is judged`);
  return undefined;
}

/** Where this version enforces something stricter than what the policy says. */
function limitsOf(policy: PreparedPolicy, request: DecisionRequest): string[] {
  const decision = decide(policy, request);
  const missing = decision.effect === 'deny' ? undefined : undischarged(decision, request.action.kind);
  return missing === undefined
    ? []
    : [`This version cannot discharge ${missing}: the request is answered obligation_unsupported`];
}
