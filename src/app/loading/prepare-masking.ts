import { planMasks } from '../../transform/masking/mask-plan.ts';
import { prepareRecordedTexts } from '../../transform/masking/recorded-text.ts';
import { previewMasking } from '../../transform/preview/preview-masking.ts';
import { detectionFor } from '../../transform/masking/detections.ts';
import type { CompiledPolicy } from '../../policy/model.ts';

/**
 * Compiles what the rules of a policy look for, so that no exchange waits for it. What several rules add up to is compiled
 * when it is first met.
 */
export function prepareMasking({ rules, entities }: CompiledPolicy): void {
  prepareRecordedTexts();
  for (const { masks, content, recordContent } of rules) {
    planMasks(masks.request, entities);
    planMasks(masks.response, entities);
    if (content !== undefined) detectionFor(content.entities, entities);
    if (!recordContent) continue;
    for (const side of [masks.request, masks.response]) previewMasking({ masks: side, own: entities });
  }
}
