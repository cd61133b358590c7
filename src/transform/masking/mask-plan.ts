import type { Mask } from '../../core/exchange/decision.ts';
import type { OwnEntity } from '../../masking/own/own-entity.ts';
import type { Detection } from '../../masking/scanning/detection.ts';
import type { Strategy } from '../../masking/strategies/strategy.ts';
import { detectionFor } from './detections.ts';

/** A part of a message that masks name. */
export type MessagePart = Mask['in'][number];

/** What is looked for in a part of a message, and what comes to stand in its place. */
export interface PartPlan {
  readonly detection: Detection;
  /** By entity of the detection. */
  readonly strategies: ReadonlyMap<string, Strategy>;
}

/** What the masks of one message come to, part by part. Parts in which the same is done share one plan. */
export interface MaskPlan {
  readonly parts: ReadonlyMap<MessagePart, PartPlan>;
  /** Some value is replaced by a text that the way back restores. */
  readonly usesTokens: boolean;
  /** What cannot be read goes on as it is, where that is known before its first byte. */
  readonly passesUnreadable: boolean;
}

/** Masks of one rule alone are the same object in every decision. */
const PLANS = new WeakMap<readonly Mask[], MaskPlan>();

/**
 * The plan of united masks, in which every entity is named once.
 * @param own what the policy declares itself
 */
export function planMasks(masks: readonly Mask[], own: readonly OwnEntity[]): MaskPlan {
  const known = PLANS.get(masks);
  if (known !== undefined) return known;
  const plan = makePlan(masks, own);
  PLANS.set(masks, plan);
  return plan;
}

const PARTS: readonly MessagePart[] = ['content', 'query', 'fields', 'path'];

function makePlan(masks: readonly Mask[], own: readonly OwnEntity[]): MaskPlan {
  const made = new Map<string, PartPlan>();
  const parts = new Map<MessagePart, PartPlan>();
  for (const part of PARTS) {
    const strategies = strategiesIn(part, masks);
    if (strategies.length === 0) continue;
    const key = JSON.stringify(strategies);
    const plan = made.get(key) ?? {
      detection: detectionFor(
        strategies.map(([entity]) => entity),
        own,
      ),
      strategies: new Map(strategies),
    };
    made.set(key, plan);
    parts.set(part, plan);
  }
  const ofContent = masks.filter((mask) => mask.in.includes('content'));
  return {
    parts,
    usesTokens: masks.some(({ as }) => as === 'token'),
    passesUnreadable: ofContent.every(({ unreadable }) => unreadable === 'pass'),
  };
}

/** Sorted by entity. */
function strategiesIn(part: MessagePart, masks: readonly Mask[]): (readonly [string, Strategy])[] {
  return masks
    .filter((mask) => mask.in.includes(part))
    .flatMap(({ entities, as }) => entities.map((entity) => [entity, as] as const))
    .sort(([a], [b]) => (a < b ? -1 : 1));
}
