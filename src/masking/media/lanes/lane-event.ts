import type { JsonDocument, JsonValue } from '../json/json-value.ts';
import type { Delta, Reading } from './reading.ts';
import type { Frame } from './template.ts';

/** A value of an event that is not just filtered by itself. */
export type Piece =
  | { readonly is: 'delta'; readonly value: JsonValue; readonly delta: Delta }
  | { readonly is: 'opaque'; readonly value: JsonValue }
  | { readonly is: 'probabilities'; readonly value: JsonValue };

/** One event and which lanes it ends. Everything is told in one pass: an event may have very many deltas. */
export class LaneEvent {
  readonly document: JsonDocument;
  readonly reading: Reading;
  readonly frame: Frame;
  /** All that is not envelope, in the order it is written. */
  readonly pieces: readonly Piece[];
  readonly #ended: ReadonlySet<string> | 'all';
  readonly #filled = new Set<string>();
  readonly #active = new LanesOfScopes();
  readonly #endings = new Set<Delta>();

  constructor(document: JsonDocument, reading: Reading, frame: Frame) {
    this.document = document;
    this.reading = reading;
    this.frame = frame;
    this.#ended = reading.ends === 'all' ? 'all' : new Set(reading.ends);
    const pieces: Piece[] = [
      ...reading.deltas.map((delta) => ({ is: 'delta', value: delta.literal, delta }) as const),
      ...(reading.opaque ?? []).map((value) => ({ is: 'opaque', value }) as const),
      ...(reading.probabilities ?? []).map((value) => ({ is: 'probabilities', value }) as const),
    ];
    this.pieces = pieces.sort((a, b) => a.value.start - b.value.start);
    this.#readBackwards();
  }

  /** Whether a lane ends before this event. */
  leaves(lane: string, scope: string): boolean {
    return !this.#filled.has(lane) && (this.#ends(scope) || this.#active.hasOther(scope, lane));
  }

  /** Whether the lane of a delta ends with it. */
  endsWith(delta: Delta): boolean {
    return this.#endings.has(delta);
  }

  #readBackwards(): void {
    const openedLater = new LanesOfScopes();
    for (const piece of this.pieces.toReversed()) {
      if (piece.is !== 'delta') continue;
      const { delta } = piece;
      const { lane, scope } = delta;
      const isOver = this.#ends(scope) || openedLater.hasOther(scope, lane);
      if (isOver && !this.#filled.has(lane)) this.#endings.add(delta);
      const isEmpty = delta.literal.end - delta.literal.start === 2;
      if (!isEmpty) this.#filled.add(lane);
      if (delta.opens === true) openedLater.add(scope, lane);
      if (delta.opens === true || !isEmpty) this.#active.add(scope, lane);
    }
  }

  #ends(scope: string): boolean {
    return this.#ended === 'all' || this.#ended.has(scope);
  }
}

class LanesOfScopes {
  readonly #lanes = new Map<string, Set<string>>();

  add(scope: string, lane: string): void {
    const lanes = this.#lanes.get(scope);
    if (lanes === undefined) this.#lanes.set(scope, new Set([lane]));
    else lanes.add(lane);
  }

  /** Whether the scope has a lane besides this one. */
  hasOther(scope: string, lane: string): boolean {
    const lanes = this.#lanes.get(scope);
    return lanes !== undefined && (lanes.size > 1 || !lanes.has(lane));
  }
}
