import { CLASSES, DIGIT, isWord, LOWER, UPPER } from '../characters/byte-classes.ts';

/** A form, and what it stands for where it is found. */
export interface ShapeTarget<T> {
  readonly form: string;
  readonly target: T;
}

/** How far a form has been read. */
interface Place<T> {
  readonly shape: ShapeTarget<T>;
  readonly at: number;
}

/** Columns of the table: digits, letters, separators; the last is for whatever occurs in no form. */
const SEPARATORS = '- ./+:_';
const FIRST_CAPITAL = 10;
const FIRST_SMALL = FIRST_CAPITAL + 26;
const FIRST_SEPARATOR = FIRST_SMALL + 26;
const NO_COLUMN = FIRST_SEPARATOR + SEPARATORS.length;
/** Behind the columns: whether something is recognised on arriving in the state of the row. */
const ENDS = NO_COLUMN + 1;
const COLUMNS = ENDS + 1;

/** By byte. */
export const COLUMN_OF: Uint8Array = new Uint8Array(256).fill(NO_COLUMN);
for (let byte = 0; byte < 128; byte++) {
  if ((CLASSES[byte]! & DIGIT) !== 0) COLUMN_OF[byte] = byte - 0x30;
  else if ((CLASSES[byte]! & UPPER) !== 0) COLUMN_OF[byte] = FIRST_CAPITAL + byte - 0x41;
  else if ((CLASSES[byte]! & LOWER) !== 0) COLUMN_OF[byte] = FIRST_SMALL + byte - 0x61;
}
for (let i = 0; i < SEPARATORS.length; i++) COLUMN_OF[SEPARATORS.charCodeAt(i)] = FIRST_SEPARATOR + i;

/** With more states than this everything learned is forgotten: a hostile text must not fill the memory. */
const MOST_STATES = 1 << 14;

const UNKNOWN = -1;
/** No form goes on from here. */
const DEAD = 0;
/** Rows of the table begin here; a state is where its row begins, so that a step is one look-up. */
const START = COLUMNS;

/** Told of what is recognised in `text[from]` to `text[to - 1]`. */
export type Recognised<T> = (targets: readonly T[], from: number, to: number) => void;

/**
 * Recognises all forms at once: a deterministic automaton over their characters, whose states are made when they are first
 * reached.
 */
export class ShapeAutomaton<T> {
  /** What is recognised on arriving in a state. */
  readonly #targets: (readonly T[])[] = [];
  /** How often it was started anew: a state of an earlier generation is not one of this. */
  generation = 0;
  readonly #shapes: readonly ShapeTarget<T>[];
  /** The forms that are still possible in a state, and how far each has been read. */
  readonly #places: (readonly Place<T>[])[] = [];
  readonly #known = new Map<string, number>();
  readonly #ids = new Map<ShapeTarget<T>, number>();
  #table: Int32Array<ArrayBuffer> = new Int32Array(64 * COLUMNS).fill(UNKNOWN);

  constructor(shapes: readonly ShapeTarget<T>[]) {
    this.#shapes = shapes;
    for (const shape of shapes) this.#ids.set(shape, this.#ids.size);
    this.#begin();
  }

  /** Reads the word that begins at `from`, as far as it goes on like a form, and tells what ends where a word does. */
  read(text: Uint8Array, from: number, length: number, recognised: Recognised<T>): void {
    let table = this.#table;
    let state = START;
    for (let i = from; i < length; i++) {
      const cell = state + COLUMN_OF[text[i]!]!;
      let next = table[cell]!;
      if (next === UNKNOWN) {
        next = this.#explore(state, COLUMN_OF[text[i]!]!);
        table = this.#table;
      }
      if (next === DEAD) return;
      state = next;
      if (table[state + ENDS] === 1 && (i + 1 >= length || !isWord(text[i + 1]!)))
        recognised(this.#targets[state / COLUMNS]!, from, i + 1);
    }
  }

  /**
   * Reads one character.
   * @param state 1 before the first one
   * @param column see {@link COLUMN_OF}
   * @returns the next state; undefined where no shape goes on like this
   */
  follow(state: number, column: number): number | undefined {
    const row = state * COLUMNS;
    const known = this.#table[row + column]!;
    const next = known === UNKNOWN ? this.#explore(row, column) : known;
    return next === DEAD ? undefined : next / COLUMNS;
  }

  /** What is recognised on arriving in a state. */
  targetsOf(state: number): readonly T[] {
    return this.#targets[state]!;
  }

  /** Starts anew where there are too many states; to be called between two searches, since states in hand are lost. */
  forgetIfLarge(): void {
    if (this.#places.length < MOST_STATES) return;
    this.generation++;
    this.#targets.length = 0;
    this.#places.length = 0;
    this.#known.clear();
    this.#table.fill(UNKNOWN);
    this.#begin();
  }

  #begin(): void {
    this.#add([], '');
    this.#add(
      this.#shapes.map((shape) => ({ shape, at: 0 })),
      'start',
    );
  }

  #explore(state: number, column: number): number {
    const before = this.#places[state / COLUMNS]!;
    const places = before.flatMap(({ shape, at }) =>
      accepts(shape.form.charCodeAt(at), column) ? [{ shape, at: at + 1 }] : [],
    );
    const key = places.map(({ shape, at }) => `${this.#ids.get(shape)}.${at}`).join(' ');
    const next = places.length === 0 ? DEAD : (this.#known.get(key) ?? this.#add(places, key));
    this.#table[state + column] = next;
    return next;
  }

  #add(places: readonly Place<T>[], key: string): number {
    const state = this.#places.length * COLUMNS;
    this.#known.set(key, state);
    this.#places.push(places.filter(({ shape, at }) => at < shape.form.length));
    const targets = places.filter(({ shape, at }) => at === shape.form.length).map(({ shape }) => shape.target);
    this.#targets.push(targets);
    if (state + COLUMNS > this.#table.length) {
      const larger = new Int32Array(this.#table.length * 2).fill(UNKNOWN);
      larger.set(this.#table);
      this.#table = larger;
    }
    this.#table[state + ENDS] = targets.length > 0 ? 1 : 0;
    return state;
  }
}

/** Whether a character of a form stands for what is in this column. */
function accepts(character: number, column: number): boolean {
  const isDigit = column < FIRST_CAPITAL;
  const isCapital = !isDigit && column < FIRST_SMALL;
  const isLetter = isCapital || (column >= FIRST_SMALL && column < FIRST_SEPARATOR);
  switch (String.fromCharCode(character)) {
    case '#':
      return isDigit;
    case '@':
      return isLetter;
    case '*':
      return isDigit || isLetter;
    case '^':
      return isCapital;
    case '&':
      return isDigit || isCapital;
    default:
      return isLetter
        ? (COLUMN_OF[character]! - column) % 26 === 0 && isLetterByte(character)
        : COLUMN_OF[character] === column;
  }
}

function isLetterByte(byte: number): boolean {
  return (CLASSES[byte]! & (UPPER | LOWER)) !== 0;
}
