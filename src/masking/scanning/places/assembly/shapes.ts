import { noteShape } from './known-runs';
import { bitsFrom, COLUMNS, DIGITS, isDigit, isWord, SHAPES } from './memory';

/** What arriving in a state proves: nothing, that a word before it is enough, or enough. */
export const UNPROVEN: i32 = 0;
export const WEAK: i32 = 1;
export const PROVEN: i32 = 2;
/** There is no room for the states that would tell. */
export const UNTOLD: i32 = 3;

/** Cells of a row; as in `shape-automaton.ts`. */
const WIDTH: usize = 80;
/** Before anything is read. */
const START: usize = 1;
/** The columns of digits, and that of the first row of them: from two to nine. */
const DIGIT_COLUMNS: usize = 10;
const FIRST_ROW: usize = 72;
const SHORTEST_ROW: usize = 2;
const LONGEST_ROW: usize = 9;
/** A cell is four times the next state, and what arriving there proves; or nothing that is known, or one of three without a state. */
const UNKNOWN: i32 = 0;
const NO_STATE: i32 = 1;
/** It depends on which digits they are. */
const DEPENDS: i32 = 3;
const FIRST_STATE: i32 = 1 << 2;

/** Makes a cell when it is first needed. */
// @ts-ignore: decorator
@external("shapes", "follow")
declare function follow(state: i32, column: i32): i32;

/** Notes the shapes that begin with the word at `at`, of those that end before `end`. @returns the most that is proven by one */
export function proofAt(at: usize, start: usize, end: usize): i32 {
  let row = SHAPES + START * WIDTH * 2;
  let proof = UNPROVEN;
  for (let i = at; i < end;) {
    const column = usize(load<u8>(COLUMNS + usize(load<u8>(i))));
    // Digits are read as many at a time as there are, since mostly it does not matter which they are.
    let read: usize = column < DIGIT_COLUMNS && isDigit(load<u8>(i, 1)) ? rowAt(i, end) : 1;
    let next = cellAt(row, read > 1 ? FIRST_ROW + read - SHORTEST_ROW : column);
    if (next == DEPENDS) {
      read = 1;
      next = cellAt(row, column);
    }
    if (next < FIRST_STATE) return next == NO_STATE ? proof : UNTOLD;
    row = SHAPES + usize(next >> 2) * (WIDTH * 2);
    i += read;
    const proven = next & 3;
    if (proven != UNPROVEN && (i >= end || !isWord(load<u8>(i)))) {
      noteShape(start, next, at, i);
      proof = max(proof, proven);
    }
  }
  return proof;
}

/** How many of the digits from `at` on are read at a time. */
// @ts-ignore: decorator
@inline
function rowAt(at: usize, end: usize): usize {
  const digits = min(end - at, usize(ctz(~bitsFrom(DIGITS, at))));
  return digits > LONGEST_ROW ? LONGEST_ROW - 1 : digits;
}

// @ts-ignore: decorator
@inline
function cellAt(row: usize, column: usize): i32 {
  const cell: i32 = load<u16>(row + (column << 1));
  return cell == UNKNOWN ? follow(i32((row - SHAPES) / (WIDTH * 2)), i32(column)) : cell;
}
