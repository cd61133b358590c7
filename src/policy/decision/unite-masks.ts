import type { Mask } from '../../core/exchange/decision.ts';

/** Strongest first (contract §4.1.1). */
const STRATEGIES = ['redact', 'hash', 'partial', 'token'] as const satisfies readonly Mask['as'][];
const PARTS = ['content', 'query', 'fields', 'path'] as const satisfies readonly Mask['in'][number][];

interface Strength {
  as: Mask['as'];
  readonly in: Set<Mask['in'][number]>;
}

/**
 * One equivalent list of masks in which every entity occurs once: the strongest strategy, every part that any mask names,
 * and `unreadable: deny` as soon as one mask says so. The order of the input does not show in the output.
 */
export function uniteMasks(masks: readonly Mask[]): readonly Mask[] {
  if (masks.length <= 1) return masks;
  const strengths = new Map<string, Strength>();
  for (const mask of masks) {
    for (const entity of mask.entities) strengthen(strengths, entity, mask);
  }
  const unreadable = masks.some((mask) => mask.unreadable === 'deny') ? 'deny' : 'pass';
  const groups = new Map<string, { entities: string[]; as: Mask['as']; in: Mask['in'] }>();
  for (const [entity, strength] of [...strengths].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const parts = PARTS.filter((part) => strength.in.has(part));
    const key = `${strength.as} ${parts.join(' ')}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { entities: [entity], as: strength.as, in: parts });
    else group.entities.push(entity);
  }
  return [...groups.values()].map((group) => ({ ...group, unreadable }));
}

function strengthen(strengths: Map<string, Strength>, entity: string, mask: Mask): void {
  const found = strengths.get(entity);
  if (found === undefined) {
    strengths.set(entity, { as: mask.as, in: new Set(mask.in) });
    return;
  }
  if (STRATEGIES.indexOf(mask.as) < STRATEGIES.indexOf(found.as)) found.as = mask.as;
  for (const part of mask.in) found.in.add(part);
}
