import { BoundedMap } from '../../core/bounded-map.ts';
import type { Mask } from '../../core/exchange/decision.ts';
import type { OwnEntity } from '../../masking/own/own-entity.ts';
import { type MaskPlan, planMasks } from '../masking/mask-plan.ts';
import { MessageMasking } from '../masking/message-masking.ts';
import { RECORDED_ENTITIES } from '../masking/recorded-text.ts';

/** What a held request is looked through for. */
export interface PreviewSearch {
  /** Of the rule: what it masks is masked here too, besides what every preview has masked. */
  readonly masks: readonly Mask[];
  readonly own: readonly OwnEntity[];
}

/** Most combinations of masks that are remembered, for each policy. */
const MOST_PLANS = 64;
/** A plan over hundreds of entities takes longer to make than most requests take to be looked through. */
const PLANS = new WeakMap<readonly OwnEntity[], BoundedMap<string, MaskPlan>>();

/** All that every preview has masked and all that the rule masks, redacted: a token would be one that nobody was sent. */
export function previewMasking(search: PreviewSearch): MessageMasking {
  return new MessageMasking(planOf(search), { hash: () => new Uint8Array(32) });
}

function planOf({ masks, own }: PreviewSearch): MaskPlan {
  const named = masks.flatMap((mask) => mask.entities);
  const plans = PLANS.get(own) ?? new BoundedMap<string, MaskPlan>(MOST_PLANS);
  PLANS.set(own, plans);
  const key = named.join(' ');
  const known = plans.get(key);
  if (known !== undefined) return known;
  const entities = [...new Set([...RECORDED_ENTITIES, ...named])].sort();
  const plan = planMasks([{ entities, as: 'redact', in: EVERYWHERE, unreadable: 'deny' }], own);
  plans.set(key, plan);
  return plan;
}

const EVERYWHERE = ['content', 'query', 'fields', 'path'] as const;
