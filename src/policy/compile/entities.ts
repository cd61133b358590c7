import { ENTITIES, GROUPS } from '../../masking/catalogue.ts';
import { findNonlinear } from '../../masking/own/entity-pattern.ts';
import { OWN_CHECKSUMS } from '../../masking/own/own-checksums.ts';
import type { OwnEntity } from '../../masking/own/own-entity.ts';
import { quote } from '../../wire/quote.ts';
import { didYouMean } from '../text/nearest.ts';
import type { Spot } from '../reading/spot.ts';
import type { EntityText } from '../schema/entities.ts';
import type { Scope } from './scope.ts';
import type { Item } from './sections.ts';

/**
 * The single entities behind names of entities and groups, each once and sorted, so that nothing after the compiler knows
 * groups. Names that are neither, nor declared, are reported: a mask with a misspelt name would mask nothing.
 */
export function compileEntityNames(names: readonly string[], spot: Spot, scope: Scope): readonly string[] {
  const own = scope.sections.declared.entities;
  const singles = new Set<string>();
  for (const [index, name] of names.entries()) {
    const group = GROUPS.get(name);
    if (group !== undefined) for (const id of group) singles.add(id);
    else if (ENTITIES.has(name) || own.has(name)) singles.add(name);
    else reportUnknown(name, spot.at(index), own.keys());
  }
  return [...singles].sort();
}

function reportUnknown(name: string, spot: Spot, own: Iterable<string>): void {
  const known = [...GROUPS.keys(), ...ENTITIES.keys(), ...own];
  spot.error(`Found ${quote(name)}, expected an entity or a group`, didYouMean(name, known));
}

/** The entities that the policy declares itself. */
export function compileEntities({ sections }: Scope): readonly OwnEntity[] {
  return sections.entities.map(compileEntity);
}

function compileEntity({ id, text, spot }: Item<EntityText>): OwnEntity {
  const { pattern, checksum, context, max } = text;
  if (ENTITIES.has(id) || GROUPS.has(id)) {
    spot.at('id').error(`Found the id "${id}", which is a built-in entity; expected another id`);
  }
  const problem = findNonlinear(pattern);
  if (problem !== undefined) {
    spot.at('pattern').error(`Found ${problem} in ${quote(pattern)}, expected a pattern that matches in linear time`);
  }
  if (checksum !== 'none' && !OWN_CHECKSUMS.has(checksum)) {
    const known = ['none', ...OWN_CHECKSUMS.keys()];
    spot.at('checksum').error(`Found ${quote(checksum)}, expected one of: ${known.join(', ')}`, didYouMean(checksum, known));
  }
  return {
    id,
    pattern,
    ...(checksum !== 'none' && { checksum }),
    context: context.map((word) => word.toLowerCase()),
    max,
  };
}
