import type { CompiledDestination } from '../model.ts';
import { didYouMean } from '../text/nearest.ts';
import type { RuleText } from '../schema/rules.ts';
import type { Spot } from '../reading/spot.ts';
import { compileDestination, compileInline } from './destinations.ts';
import type { Scope } from './scope.ts';

/** Declared and inline destinations; rules refer to them by position. */
export class DestinationTable {
  readonly all: CompiledDestination[] = [];
  readonly #positions = new Map<string, number>();
  readonly #scope: Scope;

  constructor(scope: Scope) {
    this.#scope = scope;
    for (const item of scope.sections.destinations) {
      this.#positions.set(item.id, this.all.length);
      this.all.push(compileDestination(item, scope));
    }
  }

  /** The destinations of a rule; names that are none are reported and left out. */
  resolve(to: RuleText['to'], rule: string, spot: Spot): readonly number[] | 'any' {
    if (to === 'any') return 'any';
    if (!Array.isArray(to)) {
      this.all.push(compileInline(`${rule}#1`, to, spot, this.#scope));
      return [this.all.length - 1];
    }
    return to.flatMap((id, index) => {
      const position = this.#positions.get(id);
      if (position === undefined) this.#report(id, spot.at(index), to.length === 1);
      return position === undefined ? [] : [position];
    });
  }

  #report(id: string, spot: Spot, isAlone: boolean): void {
    // A destination that broke the schema was reported where it stands.
    if (this.#scope.sections.declared.destinations.has(id)) return;
    const message = `Found "${id}", expected the id of a destination`;
    if (id === 'any') spot.error(message, isAlone ? 'write to: any' : '"any" stands alone: to: any');
    else spot.error(message, didYouMean(id, this.#scope.sections.declared.destinations.keys()));
  }
}
