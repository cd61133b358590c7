import type { Tier } from '../../entity.ts';
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

/** Columns of the table: digits, letters, separators, one for whatever occurs in no form; then rows of two to nine digits. */
const SEPARATORS = '- ./+:_';
const FIRST_CAPITAL = 10;
const FIRST_SMALL = FIRST_CAPITAL + 26;
const FIRST_SEPARATOR = FIRST_SMALL + 26;
const NO_COLUMN = FIRST_SEPARATOR + SEPARATORS.length;
const FIRST_ROW = 72;
const SHORTEST_ROW = 2;
/** Cells of a row. */
const WIDTH = 80;

/** By byte. */
export const COLUMN_OF: Uint8Array = new Uint8Array(256).fill(NO_COLUMN);
for (let byte = 0; byte < 128; byte++) {
  if ((CLASSES[byte]! & DIGIT) !== 0) COLUMN_OF[byte] = byte - 0x30;
  else if ((CLASSES[byte]! & UPPER) !== 0) COLUMN_OF[byte] = FIRST_CAPITAL + byte - 0x41;
  else if ((CLASSES[byte]! & LOWER) !== 0) COLUMN_OF[byte] = FIRST_SMALL + byte - 0x61;
}
for (let i = 0; i < SEPARATORS.length; i++) COLUMN_OF[SEPARATORS.charCodeAt(i)] = FIRST_SEPARATOR + i;

/** With more states than this everything learned is forgotten: a hostile text must not fill the memory. */
const MOST_STATES = 14_336;
/** Cells of the table. */
export const TABLE_SIZE: number = MOST_STATES * WIDTH;

/**
 * A cell is four times the next state, and what arriving there proves: nothing, that a word before it is enough, or enough.
 * Less than that: it is not known; no form goes on like this; there is no room for the state; what goes on depends on which
 * digits they are.
 */
const UNKNOWN = 0;
const NO_STATE = 1;
const NO_ROOM = 2;
const DEPENDS = 3;
const FIRST_STATE = 1 << 2;
const WEAK = 1;
const PROVEN = 2;
/** Before anything is read. */
const START = 1;

/** What the automaton has to know of what a form stands for. */
interface Tiered {
  readonly tier: Tier;
}

/** Told of what is recognised in `text[from]` to `text[to - 1]`. */
export type Recognised<T> = (targets: readonly T[], from: number, to: number) => void;

/**
 * Recognises all forms at once: a deterministic automaton over their characters, whose states are made when they are first
 * reached.
 */
export class ShapeAutomaton<T extends Tiered> {
  /** What is recognised on arriving in a state. */
  readonly #targets: (readonly T[])[] = [];
  /** How often it was started anew: a state of an earlier generation is not one of this. */
  generation = 0;
  readonly #shapes: readonly ShapeTarget<T>[];
  readonly #longest: number;
  /** The forms that are still possible in a state, and how far each has been read. */
  readonly #places: (readonly Place<T>[])[] = [];
  readonly #known = new Map<string, number>();
  readonly #ids = new Map<ShapeTarget<T>, number>();
  #cells: Uint16Array = new Uint16Array(TABLE_SIZE);

  constructor(shapes: readonly ShapeTarget<T>[]) {
    this.#shapes = shapes;
    this.#longest = Math.max(0, ...shapes.map(({ form }) => form.length));
    for (const shape of shapes) this.#ids.set(shape, this.#ids.size);
    this.#begin();
  }

  /** Has its table in this memory, all zeros, which others read: a row for each state, a cell for each column. */
  keepIn(cells: Uint16Array): void {
    this.#cells = cells;
  }

  /** Reads the word that begins at `from`, as far as it goes on like a form, and tells what ends where a word does. */
  read(text: Uint8Array, from: number, length: number, recognised: Recognised<T>): void {
    // Each character may need a state.
    if (this.#places.length + this.#longest > MOST_STATES) this.#forget();
    const cells = this.#cells;
    let state = START;
    for (let i = from; i < length; i++) {
      const column = COLUMN_OF[text[i]!]!;
      let next = cells[state * WIDTH + column]!;
      if (next < FIRST_STATE) {
        if (next === UNKNOWN) next = this.follow(state, column);
        if (next < FIRST_STATE) return;
      }
      state = next >> 2;
      if ((next & 3) !== 0 && (i + 1 >= length || !isWord(text[i + 1]!))) recognised(this.#targets[state]!, from, i + 1);
    }
  }

  /**
   * Makes a cell of the table.
   * @param state 1 before the first character
   * @param column see {@link COLUMN_OF}, or that of a row of digits
   * @returns the cell; one without a state where there is no room
   */
  follow(state: number, column: number): number {
    const places = column < FIRST_ROW ? goOn(this.#places[state]!, column) : goOnByDigits(this.#places[state]!, column);
    if (places === undefined) {
      this.#cells[state * WIDTH + column] = DEPENDS;
      return DEPENDS;
    }
    const key = places.map(({ shape, at }) => `${this.#ids.get(shape)}.${at}`).join(' ');
    let next = places.length === 0 ? 0 : this.#known.get(key);
    if (next === undefined && this.#places.length >= MOST_STATES) return NO_ROOM;
    next ??= this.#add(places, key);
    const cell = next === 0 ? NO_STATE : (next << 2) | proofOf(this.#targets[next]!);
    this.#cells[state * WIDTH + column] = cell;
    return cell;
  }

  /** What is recognised on arriving in a state. @param cell that leads there */
  targetsAfter(cell: number): readonly T[] {
    return this.#targets[cell >> 2]!;
  }

  /** Starts anew where there is no room for more states; to be called between two texts, since states in hand are lost. */
  forgetIfFull(): void {
    if (this.#places.length >= MOST_STATES) this.#forget();
  }

  #forget(): void {
    this.generation++;
    this.#targets.length = 0;
    this.#places.length = 0;
    this.#known.clear();
    this.#cells.fill(UNKNOWN);
    this.#begin();
  }

  #begin(): void {
    this.#add([], '');
    this.#add(
      this.#shapes.map((shape) => ({ shape, at: 0 })),
      'start',
    );
  }

  #add(places: readonly Place<T>[], key: string): number {
    const state = this.#places.length;
    this.#known.set(key, state);
    this.#places.push(places.filter(({ shape, at }) => at < shape.form.length));
    this.#targets.push(places.filter(({ shape, at }) => at === shape.form.length).map(({ shape }) => shape.target));
    return state;
  }
}

/** Whether all that is recognised on arriving in a state needs a word before it. @param cell that leads there */
export function needsWord(cell: number): boolean {
  return (cell & 3) === WEAK;
}

function proofOf(targets: readonly Tiered[]): number {
  if (targets.length === 0) return 0;
  return targets.some(({ tier }) => tier === 'A') ? PROVEN : WEAK;
}

function goOn<T>(places: readonly Place<T>[], column: number): readonly Place<T>[] {
  return places.flatMap(({ shape, at }) => (accepts(shape.form.charCodeAt(at), column) ? [{ shape, at: at + 1 }] : []));
}

/** The same for a row of digits; undefined where some of them go on otherwise than others. */
function goOnByDigits<T>(places: readonly Place<T>[], column: number): readonly Place<T>[] | undefined {
  const digits = column - FIRST_ROW + SHORTEST_ROW;
  const next: Place<T>[] = [];
  for (const { shape, at } of places) {
    const characters = Array.from(shape.form.slice(at, at + digits));
    if (characters.length < digits || !characters.every(mayBeDigit)) continue;
    if (!characters.every((character) => DIGIT_SIGNS.has(character))) return undefined;
    next.push({ shape, at: at + digits });
  }
  return next;
}

/** What stands for any digit in a form. */
const DIGIT_SIGNS: ReadonlySet<string> = new Set('#*&');

function mayBeDigit(character: string): boolean {
  return DIGIT_SIGNS.has(character) || COLUMN_OF[character.charCodeAt(0)]! < FIRST_CAPITAL;
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
