/** What may be kept in {@link Slots}: it remembers where it is kept, and nobody else writes that down. */
export interface Slotted {
  slot?: number;
}

/**
 * A set whose members come and go with every exchange. A `Set` of JavaScript is the wrong thing for that: it is rebuilt again
 * and again, each discarded table keeps a link to the next one, and one table that reached the old generation thereby keeps
 * all later ones alive with everything they held, until the next full collection (docs/performance.md). Here a member that
 * left leaves nothing behind.
 */
export class Slots<T extends Slotted> implements Iterable<T> {
  /** As many as there ever were members at once. */
  readonly #members: (T | undefined)[] = [];
  readonly #free: number[] = [];
  #walks = 0;

  get size(): number {
    return this.#members.length - this.#free.length;
  }

  add(member: T): void {
    // While somebody walks along the members, new ones go to the end, so that none is passed over.
    member.slot = (this.#walks === 0 ? this.#free.pop() : undefined) ?? this.#members.length;
    this.#members[member.slot] = member;
  }

  /** @returns false when it was no member */
  delete(member: T): boolean {
    const { slot } = member;
    if (slot === undefined || this.#members[slot] !== member) return false;
    this.#members[slot] = undefined;
    this.#free.push(slot);
    return true;
  }

  /** All members, those added during the walk included. */
  [Symbol.iterator](): Iterator<T, undefined, undefined> {
    this.#walks += 1;
    return new Walk(this.#members, () => {
      this.#walks -= 1;
    });
  }
}

/** Its own answer each time, good until the next: of ten thousand tunnels that are looked at twice a second no answer is garbage. */
class Walk<T> implements Iterator<T, undefined, undefined> {
  readonly #members: readonly (T | undefined)[];
  #end: (() => void) | undefined;
  #slot = 0;
  readonly #found: { done: false; value: T } = { done: false, value: undefined as T };

  constructor(members: readonly (T | undefined)[], end: () => void) {
    this.#members = members;
    this.#end = end;
  }

  next(): IteratorResult<T, undefined> {
    while (this.#slot < this.#members.length) {
      const member = this.#members[this.#slot++];
      if (member === undefined) continue;
      this.#found.value = member;
      return this.#found;
    }
    return this.return();
  }

  /** Also where somebody leaves a loop before its end. */
  return(): IteratorResult<T, undefined> {
    this.#end?.();
    this.#end = undefined;
    this.#slot = Number.POSITIVE_INFINITY;
    return { done: true, value: undefined };
  }
}
