import type { Code } from '../../core/codes.ts';
import type { Decision, ObligationKind } from '../../core/exchange/decision.ts';
import type { DecisionEvent } from '../../core/exchange/record.ts';

/** What a policy says to one exchange, as far as a record holds it. */
export interface Verdict {
  /** `would-deny`: the agent is only observed, and would be denied otherwise. */
  readonly effect: 'permit' | 'hold' | 'deny' | 'would-deny';
  /** Why not permit; absent on a permit and on a hold, and where a denial is certain and its reason is not. */
  readonly code?: Code;
  /** The rules that won, sorted. */
  readonly rules: readonly string[];
  /** Kinds of obligations, sorted, each once: a record holds no more of them. */
  readonly obligations: readonly string[];
}

/** How a verdict changes: `permit->deny` and the like where the effect does, else by what differs first. */
export type Change = `${Verdict['effect']}->${Verdict['effect']}` | 'other code' | 'other rule' | 'other obligations';

/** The verdict of a decision. */
export function verdictOf({ effect, code, wouldDeny, rules, obligations }: Decision): Verdict {
  return verdict({
    effect: wouldDeny === undefined ? effect : 'would-deny',
    code: code ?? wouldDeny?.code,
    rules,
    obligations: obligations.map(({ kind }) => kind),
  });
}

/** The codes that `decide()` gives. Everything else that ends an exchange happens after the policy was asked. */
const DECIDED_CODES: ReadonlySet<Code> = new Set<Code>([
  'self_address',
  'metadata_address',
  'private_address',
  'denied_by_rule',
  'port_not_allowed',
  'protocol_not_allowed',
  'no_rule',
  'tables_stale',
  'unknown_place',
  'place_contradiction',
  'outside_home',
  'content_too_large',
  'unreadable_content',
  'obligation_conflict',
]);

/** With rules that let it pass: what no policy can change. */
const UNABLE: ReadonlySet<Code> = new Set<Code>(['obligation_unsupported', 'protocol_not_allowed']);

const APPROVAL: ObligationKind = 'approval';

/**
 * The verdict that a record tells of; `ended` where the policy let the exchange pass and something else refused it, such as a
 * limit. What people let go was held, whatever the record of its release says.
 */
export function recordedVerdict({
  decision,
  code,
  wouldDeny,
  rules,
  obligations,
}: Pick<DecisionEvent, 'decision' | 'code' | 'wouldDeny' | 'rules' | 'obligations'>): Verdict | 'ended' {
  if (code !== undefined && UNABLE.has(code) && rules.length > 0)
    return verdict({ effect: 'deny', code, rules: [], obligations: [] });
  if (decision === 'hold' || obligations.includes(APPROVAL)) return verdict({ effect: 'hold', rules, obligations });
  if (decision === 'permit') {
    return verdict({ effect: wouldDeny === undefined ? 'permit' : 'would-deny', code: wouldDeny, rules, obligations });
  }
  // A conflict with rules that won is one with the signature of the request, which no record holds.
  const isDecided = code !== undefined && DECIDED_CODES.has(code) && (rules.length === 0 || code !== 'obligation_conflict');
  return isDecided ? verdict({ effect: 'deny', code, rules, obligations }) : 'ended';
}

function verdict({ effect, code, rules, obligations }: Omit<Verdict, 'code'> & { readonly code?: Code | undefined }): Verdict {
  return {
    effect,
    ...(code !== undefined && { code }),
    rules: [...new Set(rules)].sort(),
    obligations: [...new Set(obligations)].sort(),
  };
}

/** What changes from one verdict to the other; undefined where nothing does. */
export function changeBetween(before: Verdict, after: Verdict): Change | undefined {
  if (before.effect !== after.effect) return `${before.effect}->${after.effect}`;
  if (isDenialOfSomeKind(after)) return undefined;
  if (before.code !== after.code) return 'other code';
  if (!isSame(before.rules, after.rules)) return 'other rule';
  return isSame(before.obligations, after.obligations) ? undefined : 'other obligations';
}

/** That it is denied is all that can be said. */
export function isDenialOfSomeKind({ effect, code }: Verdict): boolean {
  return code === undefined && (effect === 'deny' || effect === 'would-deny');
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((each, index) => each === b[index]);
}
