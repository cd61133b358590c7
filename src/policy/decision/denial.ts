import type { DenialCode } from '../../core/codes.ts';
import type { Decision } from '../../core/exchange/decision.ts';
import type { PreparedRule } from '../target/prepared.ts';
import { idsOf, type Weighed } from './weigh.ts';

/** Why a request is not permitted: the code of contract §3 and one sentence. */
export interface Denial {
  readonly code: DenialCode;
  readonly reason: string;
}

const NO_RULES: readonly PreparedRule[] = [];
const NOTHING: readonly never[] = [];

/** The decision that a denial makes; `rules` are the denying ones. */
export function denied(weighed: Weighed, denial: Denial, rules: readonly PreparedRule[] = NO_RULES): Decision {
  return {
    effect: 'deny',
    code: denial.code,
    reason: denial.reason,
    rules: rules.map(({ rule }) => rule.id).sort(),
    destinations: idsOf(weighed.destinations),
    obligations: NOTHING,
    judgement: weighed.judged.judgement,
    dial: NOTHING,
    policy: weighed.policy.policy.digest,
  };
}
