import { CLASSES, DIGIT, isWord, PLAIN } from './characters/byte-classes.ts';
import { setOf } from './characters/byte-set.ts';
import { endsRun } from './characters/inert-run.ts';
import type { ContextTracker } from './context/context-words.ts';
import type { FormTarget } from './detection.ts';
import type { ShapeAutomaton } from './forms/shape-automaton.ts';

/** Tokens are longer, and so is every run in which something else is told by code. */
const LONGEST = 12;
/** An address of IPv4 has three. */
const MOST_DOTS = 2;
/** So many digits a telephone number has that only a word before it explains. */
const FEWEST_NATIONAL = 7;

const DOT = 0x2e;
const LETTER_M = 0x6d;
/** Part of addresses, fields, telephone numbers and encoded characters. */
const TELLING = setOf('@:=+%');

/**
 * What most short runs with digits are in practice: numbers of orders and articles, prices, dates, and no word before them that
 * makes more of them. They are told by their bytes alone, before the run is read.
 *
 * @param start where the run begins
 * @returns where it ends; -1 where it is something else, or may go on
 */
export function shortNumberEnd(
  bytes: Uint8Array,
  start: number,
  end: number,
  shapes: ShapeAutomaton<FormTarget>,
  context: ContextTracker,
): number {
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
  if (digits === 0 || dots > MOST_DOTS || !endsRun(bytes, at, end)) return -1;
  const shaped = shapesWithin(bytes, start, at, shapes);
  if (shaped === PROVEN) return -1;
  if (shaped === NONE && digits < FEWEST_NATIONAL) return at;
  return context.maySpeak(bytes, start, at) ? -1 : at;
}

const NONE = 0;
const WEAK = 1;
const PROVEN = 2;

/** What the best of the shapes in there would prove. */
function shapesWithin(bytes: Uint8Array, from: number, to: number, shapes: ShapeAutomaton<FormTarget>): number {
  best = NONE;
  for (let i = from; i < to; i++)
    if (isWord(bytes[i]!) && (i === from || !isWord(bytes[i - 1]!))) shapes.read(bytes, i, to, noteProof);
  return best;
}

let best = NONE;

function noteProof(targets: readonly FormTarget[]): void {
  best = Math.max(best, targets.some(({ tier }) => tier === 'A') ? PROVEN : WEAK);
}
