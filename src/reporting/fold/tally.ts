import type { Bytes } from '../../core/units.ts';

/** What is counted of some exchanges. */
export interface Counts {
  exchanges: number;
  /** Content bytes toward the destinations. */
  sent: Bytes;
  /** Content bytes from them. */
  received: Bytes;
}

/** The counts of everything that shares the same facts. */
export interface Cell<F> extends Counts {
  readonly facts: F;
}

/** Rows of a table, the largest first, and what became of the others: no count is lost. */
export interface Ranked<F> {
  readonly cells: readonly Cell<F>[];
  /** How many rows were left out; at least so many where `isFull`. */
  readonly left: number;
  /** There were more different ones than are told apart: the last of them were counted together. */
  readonly isFull: boolean;
  /** Of what was left out. */
  readonly others: Readonly<Counts>;
}

/** Different facts that are told apart: ten thousand rows are megabytes, and no report shows as many. */
const ROOM = 10_000;

/** Counts by key in bounded memory. Sums are right however many keys there are. */
export class Tally<F> {
  readonly #cells = new Map<string, Cell<F>>();
  readonly #room: number;
  readonly #beyond: Cell<undefined> = { facts: undefined, exchanges: 0, sent: 0, received: 0 };
  #isFull = false;

  constructor(room: number = ROOM) {
    this.#room = room;
  }

  /** What to count at; the same one for everything beyond the room. */
  cell(key: string, facts: F): Counts {
    const known = this.#cells.get(key);
    if (known !== undefined) return known;
    if (this.#cells.size >= this.#room) {
      this.#isFull = true;
      return this.#beyond;
    }
    const fresh = { facts, exchanges: 0, sent: 0, received: 0 };
    this.#cells.set(key, fresh);
    return fresh;
  }

  /** The largest by exchanges; equal ones by key, so that the order of writers shows nowhere. */
  ranked(most: number): Ranked<F> {
    const all = [...this.#cells]
      .filter(([, { exchanges }]) => exchanges > 0)
      .sort(([a, one], [b, other]) => other.exchanges - one.exchanges || (a < b ? -1 : 1))
      .map(([, cell]) => cell);
    const others = { exchanges: this.#beyond.exchanges, sent: this.#beyond.sent, received: this.#beyond.received };
    for (const cell of all.slice(most)) add(others, cell);
    return { cells: all.slice(0, most), left: Math.max(0, all.length - most), isFull: this.#isFull, others };
  }

  /** Of all rows together. */
  total(): Counts {
    const sum = { exchanges: 0, sent: 0, received: 0 };
    for (const cell of this.#cells.values()) add(sum, cell);
    add(sum, this.#beyond);
    return sum;
  }
}

function add(to: Counts, { exchanges, sent, received }: Readonly<Counts>): void {
  to.exchanges += exchanges;
  to.sent += sent;
  to.received += received;
}
