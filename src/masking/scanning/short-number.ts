import { CLASSES, DIGIT, isWord, PLAIN } from './characters/byte-classes.ts';
import { setOf } from './characters/byte-set.ts';
import { endsRun } from './characters/inert-run.ts';
import type { FormTarget } from './detection.ts';
import type { ShapeAutomaton } from './forms/shape-automaton.ts';
import type { Window } from './window.ts';

/** Tokens are longer, and so is every run in which something else is told by code. */
const LONGEST = 12;
/** An address of IPv4 has three. */
const MOST_DOTS = 2;
/** So many digits a telephone number has that only a word before it explains. */
const FEWEST_NATIONAL = 7;
const SHORTEST_WORD = 4;

const DOT = 0x2e;
const LETTER_M = 0x6d;
/** Part of addresses, fields, telephone numbers and encoded characters. */
const TELLING = setOf('@:=+%');

/** What the best of the shapes that are recognised would prove. */
const NOTHING = 0;
const WEAK = 1;
const PROVEN = 2;

/**
 * Tells what most short runs with digits are in practice: numbers of orders and articles, prices, dates, and no word before them
 * that makes more of them. They are told by their bytes alone, before the run is read.
 */
export class ShortNumbers {
  readonly #shapes: ShapeAutomaton<FormTarget>;
  #proof = NOTHING;

  constructor(shapes: ShapeAutomaton<FormTarget>) {
    this.#shapes = shapes;
  }

  /**
   * @param start where a run begins
   * @returns where it ends; -1 where it is something else, or may go on
   */
  endOf(window: Window, start: number): number {
    const { bytes, end } = window;
    let at = start;
    let digits = 0;
    let dots = 0;
    for (; at < end; at++) {
      const byte = bytes[at]!;
      const bits = CLASSES[byte]!;
      if ((bits & PLAIN) === 0) break;
      if (at - start === LONGEST || TELLING[byte] === 1 || (byte === LETTER_M && digits === at - start)) return -1;
      digits += bits & DIGIT;
      if (byte === DOT) dots++;
    }
    // Four other characters may be a word that announces something: 1.seed.
    const isNumber = digits > 0 && at - start - digits < SHORTEST_WORD && dots <= MOST_DOTS;
    return isNumber && endsRun(bytes, at, end) && !this.#mayBeValue(window, start, at, digits) ? at : -1;
  }

  #mayBeValue({ bytes, base, context }: Window, from: number, to: number, digits: number): boolean {
    const proof = this.#proofIn(bytes, from, to);
    if (proof === PROVEN) return true;
    return (proof === WEAK || digits >= FEWEST_NATIONAL) && context.maySpeak(bytes, from, to, base);
  }

  #proofIn(bytes: Uint8Array, from: number, to: number): number {
    this.#proof = NOTHING;
    for (let i = from; i < to; i++) {
      if (isWord(bytes[i]!) && (i === from || !isWord(bytes[i - 1]!))) this.#shapes.read(bytes, i, to, this.#note);
    }
    return this.#proof;
  }

  readonly #note = (targets: readonly FormTarget[]): void => {
    this.#proof = Math.max(this.#proof, targets.some(({ tier }) => tier === 'A') ? PROVEN : WEAK);
  };
}
