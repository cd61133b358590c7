import type { ActionAttributes } from '../../core/exchange/decision.ts';
import type { CompiledRule } from '../model.ts';
import type { Tri } from '../tri.ts';

/** One condition of a rule on the request itself: its name in the policy, what it finds, and what it found in words. */
export interface Condition {
  readonly name: 'methods' | 'paths' | 'content' | 'headers.require';
  /** Whether the rule states it. */
  applies(rule: CompiledRule): boolean;
  /** Asked only where it applies. */
  test(rule: CompiledRule, action: ActionAttributes): Tri;
  /** Completes "<rule> does not match: …". */
  describe(rule: CompiledRule, action: ActionAttributes): string;
}
