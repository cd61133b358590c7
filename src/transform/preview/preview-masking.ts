import type { Mask } from '../../core/exchange/decision.ts';
import type { OwnEntity } from '../../masking/own/own-entity.ts';
import { planMasks } from '../masking/mask-plan.ts';
import { MessageMasking } from '../masking/message-masking.ts';
import { RECORDED_ENTITIES } from '../masking/recorded-text.ts';

/** What a held request is looked through for. */
export interface PreviewSearch {
  /** Of the rule: what it masks is masked here too, besides what every preview has masked. */
  readonly masks: readonly Mask[];
  readonly own: readonly OwnEntity[];
}

/** All that every preview has masked and all that the rule masks, redacted: a token would be one that nobody was sent. */
export function previewMasking({ masks, own }: PreviewSearch): MessageMasking {
  const entities = [...new Set([...RECORDED_ENTITIES, ...masks.flatMap((mask) => mask.entities)])].sort();
  const everywhere = ['content', 'query', 'fields', 'path'] as const;
  const plan = planMasks([{ entities, as: 'redact', in: everywhere, unreadable: 'deny' }], own);
  return new MessageMasking(plan, { hash: () => new Uint8Array(32) });
}
