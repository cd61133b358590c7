import type { ByteSet } from '../characters/byte-set.ts';
import { frequencyOfSets } from './pair-frequency.ts';

export type SetPair = readonly [first: ByteSet, second: ByteSet];

/** Pairs of sets, and how often one of them is met. */
class Mass {
  readonly #known = new Map<ByteSet, Set<ByteSet>>();
  /** In pairs of thousand. */
  total = 0;

  /** What it would be with these. */
  with([first, second]: SetPair): number {
    return this.#known.get(first)?.has(second) === true ? this.total : this.total + frequencyOfSets(first, second);
  }

  add(pair: SetPair): void {
    const [first, second] = pair;
    this.total = this.with(pair);
    let known = this.#known.get(first);
    if (known === undefined) this.#known.set(first, (known = new Set<ByteSet>()));
    known.add(second);
  }
}

/**
 * Shares few marks among many forms. A mark is met in vain where the first pair of one form stands before the second of another
 * that has the same mark, so each form gets the mark that is then met most seldom.
 */
export class Buckets {
  readonly #buckets: readonly { readonly first: Mass; readonly second: Mass }[];

  constructor(count: number) {
    this.#buckets = Array.from({ length: count }, () => ({ first: new Mass(), second: new Mass() }));
  }

  /** The bucket for a form that has these pairs, one after the other. */
  choose(pair: SetPair, next: SetPair): number {
    let best = 0;
    let least = Number.POSITIVE_INFINITY;
    for (const [i, { first, second }] of this.#buckets.entries()) {
      const added = first.with(pair) * second.with(next) - first.total * second.total;
      if (added >= least) continue;
      least = added;
      best = i;
    }
    this.#buckets[best]!.first.add(pair);
    this.#buckets[best]!.second.add(next);
    return best;
  }
}
