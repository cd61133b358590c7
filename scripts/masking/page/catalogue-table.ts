import { ENTITIES, GROUPS } from '../../../src/masking/catalogue.ts';
import type { Entity } from '../../../src/masking/entity.ts';
import { kindsOf } from '../values/kinds.ts';
import { markdownTable } from './page-block.ts';

/** `A`, `B` and `name`, as far as the entity has forms of them. */
function proofsOf(entity: Entity): string {
  const proofs = new Set(kindsOf(entity).map(({ proof }) => proof));
  return (['A', 'B', 'name'] as const).filter((proof) => proofs.has(proof)).join(', ');
}

/** Every entity, by the first of its groups. */
export function catalogueTable(): string {
  const entities = [...ENTITIES.values()];
  const groups = [...GROUPS.keys()].filter((group) => entities.some(({ groups }) => groups[0] === group));
  const parts = groups.map((group) => {
    const rows = entities
      .filter(({ groups }) => groups[0] === group)
      .map((entity) => [`\`${entity.id}\`${alsoIn(entity)}`, entity.title, proofsOf(entity), entity.source]);
    return `### \`${group}\`\n\n${markdownTable(['entity', 'what it is', 'found by', 'source'], '|---|---|---|---|', rows)}`;
  });
  return `${entities.length} entities.\n\n${parts.join('\n\n')}`;
}

function alsoIn({ groups }: Entity): string {
  return groups.length === 1 ? '' : ` (also ${groups.slice(1).join(', ')})`;
}
