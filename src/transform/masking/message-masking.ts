import { ENTITIES } from '../../masking/catalogue.ts';
import { Findings } from '../../masking/finding.ts';
import type { Masking } from '../../masking/masker.ts';
import { createReplacer, type Replacer, type ReplacerMeans } from '../../masking/strategies/replacer.ts';
import type { MaskPlan, MessagePart, PartPlan } from './mask-plan.ts';

/** Masks one message: all of its parts with the same means, and with one count of what was found. */
export class MessageMasking {
  readonly findings = new Findings();
  readonly #plan: MaskPlan;
  readonly #means: ReplacerMeans;
  readonly #replacers = new Map<PartPlan, Replacer>();

  constructor(plan: MaskPlan, means: Omit<ReplacerMeans, 'isSecret'>) {
    this.#plan = plan;
    this.#means = { ...means, isSecret };
  }

  /** How a part is masked; undefined where it is not. */
  of(part: MessagePart): Masking | undefined {
    const plan = this.#plan.parts.get(part);
    if (plan === undefined) return undefined;
    const replacer = this.#replacers.get(plan) ?? createReplacer(plan.strategies, this.#means);
    this.#replacers.set(plan, replacer);
    return { detection: plan.detection, replacer, findings: this.findings };
  }
}

function isSecret(entity: string): boolean {
  return ENTITIES.get(entity)?.groups.includes('secrets') ?? false;
}
