import { quote } from '../../wire/quote.ts';
import { ENTITY_NAMES } from '../entities/entity-names.ts';
import { findNonlinear } from '../entities/entity-pattern.ts';
import { didYouMean } from '../text/nearest.ts';
import type { Spot } from '../reading/spot.ts';
import type { Scope } from './scope.ts';

/** Reports names that are no entity, no group and not declared. */
export function checkEntities(names: readonly string[], spot: Spot, scope: Scope): void {
  const own = scope.sections.declared.entities;
  for (const [index, name] of names.entries()) {
    if (ENTITY_NAMES.has(name) || own.has(name)) continue;
    spot
      .at(index)
      .error(`Found ${quote(name)}, expected an entity or a group`, didYouMean(name, [...ENTITY_NAMES, ...own.keys()]));
  }
}

/** Checks the declared entities; masking compiles them. */
export function checkDeclaredEntities(scope: Scope): void {
  for (const { id, text, spot } of scope.sections.entities) {
    if (ENTITY_NAMES.has(id)) spot.at('id').error(`Found the id "${id}", which is a built-in entity; expected another id`);
    const problem = findNonlinear(text.pattern);
    if (problem !== undefined) {
      spot.at('pattern').error(`Found ${problem} in ${quote(text.pattern)}, expected a pattern that matches in linear time`);
    }
  }
}
