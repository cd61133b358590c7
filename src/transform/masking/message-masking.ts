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
    const replacer = this.#replacers.get(plan) ?? replacerByNeed(plan.strategies, this.#means);
    this.#replacers.set(plan, replacer);
    return { detection: plan.detection, replacer, findings: this.findings };
  }
}

/**
 * A replacer that gets ready for an entity when it is found: a plan names a hundred and more, a message holds a few.
 * @invariant it is asked for entities of `strategies` alone
 */
function replacerByNeed(strategies: PartPlan['strategies'], means: ReplacerMeans): Replacer {
  const ready = new Map<string, Replacer>();
  const replacerOf = (entity: string): Replacer => {
    const strategy = strategies.get(entity);
    const replacer =
      ready.get(entity) ?? createReplacer(strategy === undefined ? new Map() : new Map([[entity, strategy]]), means);
    ready.set(entity, replacer);
    return replacer;
  };
  return {
    replace: (entity, value, kind) => replacerOf(entity).replace(entity, value, kind),
    fixed: (entity, kind) => replacerOf(entity).fixed(entity, kind),
    redact: (entity) => replacerOf(entity).redact(entity),
  };
}

function isSecret(entity: string): boolean {
  return ENTITIES.get(entity)?.groups.includes('secrets') ?? false;
}
