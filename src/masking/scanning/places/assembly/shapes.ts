import { noteShape } from './known-runs';
import { COLUMNS, isWord, SHAPES } from './memory';

/** What arriving in a state proves: nothing, that a word before it is enough, or enough. */
export const UNPROVEN: i32 = 0;
export const WEAK: i32 = 1;
export const PROVEN: i32 = 2;
/** There is no room for the states that would tell. */
export const UNTOLD: i32 = 3;

/** Cells of a row; as in `shape-automaton.ts`. */
const WIDTH: usize = 72;
/** Before anything is read. */
const START: usize = 1;
/** A cell is four times the next state, and what arriving there proves; or nothing that is known, or one of two without a state. */
const UNKNOWN: i32 = 0;
const NO_STATE: i32 = 1;
const FIRST_STATE: i32 = 1 << 2;

/** Makes a cell when it is first needed. */
// @ts-ignore: decorator
@external("shapes", "follow")
declare function follow(state: i32, column: i32): i32;

/** Notes the shapes that begin with the word at `at`, of those that end before `end`. @returns the most that is proven by one */
export function proofAt(at: usize, start: usize, end: usize): i32 {
  let row = SHAPES + START * WIDTH * 2;
  let proof = UNPROVEN;
  for (let i = at; i < end; i++) {
    const column = usize(load<u8>(COLUMNS + usize(load<u8>(i))));
    const cell = row + (column << 1);
    let next: i32 = load<u16>(cell);
    if (next == UNKNOWN) next = follow(i32((row - SHAPES) / (WIDTH * 2)), i32(column));
    if (next < FIRST_STATE) return next == NO_STATE ? proof : UNTOLD;
    const state = usize(next >> 2);
    row = SHAPES + state * (WIDTH * 2);
    const proven = next & 3;
    if (proven != UNPROVEN && (i + 1 >= end || !isWord(load<u8>(i, 1)))) {
      noteShape(start, next, at, i + 1);
      proof = max(proof, proven);
    }
  }
  return proof;
}
