import type { ApprovalTerms, Obligation, RequestMasks, ResponseMasks } from '../../core/exchange/decision.ts';
import type { RuleId } from '../../core/ids.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { masksContent } from '../content/obstacle.ts';
import type { Approval, CompiledRule } from '../model.ts';
import { uniteMasks } from './unite-masks.ts';

type Of<K extends Obligation['kind']> = Extract<Obligation, { kind: K }>;

/** What one rule requires, in the order in which obligations are always listed. Masks are united within the rule already. */
export function obligationsOf(rule: CompiledRule): readonly Obligation[] {
  const rules = [rule.id];
  const obligations: Obligation[] = [];
  if (rule.effect === 'hold') obligations.push(approvalOf(rule));
  if (rule.masks.request.length > 0) obligations.push(requestMasksOf(rule));
  if (rule.masks.response.length > 0) obligations.push(responseMasksOf(rule));
  if (rule.credential !== undefined) obligations.push({ kind: 'credential', id: rule.credential, rules });
  if (rule.agentCredentials === 'drop' || rule.credential !== undefined) {
    obligations.push({ kind: 'drop-agent-credentials', rules });
  }
  const { set, remove } = rule.headers;
  if (remove.length > 0 || Object.keys(set).length > 0) obligations.push({ kind: 'headers', set, remove, rules });
  for (const limit of rule.limits) obligations.push({ kind: 'limit', limit, rules });
  if (rule.recordContent) obligations.push({ kind: 'record', content: true, rules });
  return obligations;
}

/** The approval that a rule asks for. */
export function approvalOf({ id, approval }: CompiledRule): ApprovalTerms {
  return { kind: 'approval', ...(approval ?? NOBODY_ASKED), rules: [id] };
}

/** A rule that says nothing of it does not compile where it holds anything; nobody could release what it held. */
const NOBODY_ASKED: Approval = {
  by: [],
  quorum: 1,
  wait: 0,
  expires: 0,
  reason: 'optional',
  fields: [],
  stepUp: false,
};

function requestMasksOf({ id, masks: { request }, length, signed, opaque }: CompiledRule): RequestMasks {
  return {
    kind: 'mask',
    direction: 'request',
    masks: uniteMasks(request),
    length,
    signed,
    opaque: request.some(masksContent) ? opaque : 'pass',
    rules: [id],
  };
}

function responseMasksOf({ id, masks: { response }, opaque }: CompiledRule): ResponseMasks {
  const passes = opaque === 'pass' || !response.some(masksContent);
  return {
    kind: 'mask',
    direction: 'response',
    masks: uniteMasks(response),
    opaque: passes ? 'pass' : 'deny',
    rules: [id],
  };
}

/** What one rule requires while it is not certain that it matches: no credential and no field is handed out on a guess. */
export function restrictionsOf(rule: CompiledRule): readonly Obligation[] {
  const { credential: _, ...rest } = rule;
  return obligationsOf({ ...rest, headers: { ...rule.headers, set: {} } });
}

/** A conflict between rules, in a sentence. */
export type ObligationConflict = string;

const NONE: readonly Obligation[] = [];

/**
 * What all these rules require together (contract §4.1.1): masks and headers are united, every limit and every approval
 * stays, and two credentials or two values for one field are a conflict.
 */
export function uniteObligations(lists: readonly (readonly Obligation[])[]): Result<readonly Obligation[], ObligationConflict> {
  if (lists.length <= 1) return ok(lists[0] ?? NONE);
  return uniteAll(lists.flat());
}

/** The order in which obligations are listed; several of one kind are united, but for limits and approvals. */
const ORDER: readonly Obligation['kind'][] = [
  'approval',
  'mask',
  'credential',
  'drop-agent-credentials',
  'headers',
  'limit',
  'record',
];

function byOrder(a: Obligation, b: Obligation): number {
  return ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind);
}

/** Whether every obligation can stand beside the others as it is. */
function standApart(all: readonly Obligation[]): boolean {
  return all.every(
    ({ kind }, index) => kind === 'limit' || kind === 'approval' || !all.some((other, at) => at < index && other.kind === kind),
  );
}

function uniteAll(all: readonly Obligation[]): Result<readonly Obligation[], ObligationConflict> {
  if (standApart(all)) return ok(all.toSorted(byOrder));
  const headers = uniteHeaders(all.filter(isKind('headers')));
  if (!headers.ok) return headers;
  const credential = uniteCredentials(all.filter(isKind('credential')));
  if (!credential.ok) return credential;
  const drop = all.filter(isKind('drop-agent-credentials'));
  const record = all.filter(isKind('record'));
  const masks = all.filter(isKind('mask'));
  return ok([
    ...all.filter(isKind('approval')),
    ...uniteRequestMasks(masks.filter((each) => each.direction === 'request')),
    ...uniteResponseMasks(masks.filter((each) => each.direction === 'response')),
    ...credential.value,
    ...(drop.length > 0 ? [{ kind: 'drop-agent-credentials' as const, rules: rulesOf(drop) }] : NONE),
    ...headers.value,
    ...all.filter(isKind('limit')),
    ...(record.length > 0 ? [{ kind: 'record' as const, content: true, rules: rulesOf(record) }] : NONE),
  ]);
}

function isKind<K extends Obligation['kind']>(kind: K): (obligation: Obligation) => obligation is Of<K> {
  return (obligation): obligation is Of<K> => obligation.kind === kind;
}

function rulesOf(obligations: readonly Obligation[]): readonly RuleId[] {
  return [...new Set(obligations.flatMap((obligation) => obligation.rules))];
}

function uniteRequestMasks(all: readonly RequestMasks[]): readonly RequestMasks[] {
  if (all.length <= 1) return all;
  return [
    {
      kind: 'mask',
      direction: 'request',
      masks: uniteMasks(all.flatMap(({ masks }) => masks)),
      length: strongest(
        all.map(({ length }) => length),
        ['spool', 'chunked'],
      ),
      signed: strongest(
        all.map(({ signed }) => signed),
        ['deny', 'pass'],
      ),
      opaque: strongest(
        all.map(({ opaque }) => opaque),
        ['deny', 'hold', 'pass'],
      ),
      rules: rulesOf(all),
    },
  ];
}

function uniteResponseMasks(all: readonly ResponseMasks[]): readonly ResponseMasks[] {
  if (all.length <= 1) return all;
  return [
    {
      kind: 'mask',
      direction: 'response',
      masks: uniteMasks(all.flatMap(({ masks }) => masks)),
      opaque: strongest(
        all.map(({ opaque }) => opaque),
        ['deny', 'pass'],
      ),
      rules: rulesOf(all),
    },
  ];
}

/** @param order strongest first */
function strongest<T>(all: readonly T[], order: readonly [T, ...T[]]): T {
  return order.find((value) => all.includes(value)) ?? order[0];
}

function uniteCredentials(all: readonly Of<'credential'>[]): Result<readonly Obligation[], ObligationConflict> {
  const [first, ...others] = all;
  if (first === undefined) return ok(NONE);
  const other = others.find((credential) => credential.id !== first.id);
  if (other !== undefined) {
    return fail(`Rules ${first.rules.join(', ')} and ${other.rules.join(', ')} inject different credentials`);
  }
  return ok([{ ...first, rules: rulesOf(all) }]);
}

function uniteHeaders(all: readonly Of<'headers'>[]): Result<readonly Obligation[], ObligationConflict> {
  if (all.length === 0) return ok(NONE);
  const set = new Map<string, string>();
  for (const headers of all) {
    for (const [name, value] of Object.entries(headers.set)) {
      const removed = all.some((other) => other !== headers && other.remove.includes(name));
      if (removed || (set.has(name) && set.get(name) !== value)) {
        return fail(`Rules ${rulesOf(all).join(', ')} disagree about the field ${name}`);
      }
      set.set(name, value);
    }
  }
  const remove = [...new Set(all.flatMap((headers) => headers.remove))].sort();
  return ok([{ kind: 'headers', set: Object.fromEntries(set), remove, rules: rulesOf(all) }]);
}
