import { featuresOf } from './features';
import { AFTER_KNOWN_RUNS, KNOWN_RUNS, TEXT } from './memory';

/**
 * Runs with numbers that may be values, in the order in which they stand: where each begins and ends in the text, how many
 * shapes are in it, how many digits and what else; then for each shape the cell of the automaton that led to it with where it
 * begins in the run, and where it ends. Behind the last run stands one beyond any text. `known-runs.ts` beside this folder reads them.
 */
const HEAD: usize = 12;
/** In the third cell of a run, above the number of its shapes. */
const DIGITS_AT: i32 = 16;
const FEATURES_AT: i32 = 24;
const SHAPE: usize = 8;
const BEYOND: i32 = 0x7fff_ffff;

/** Where the next run is put, and the next shape of the run that is being read. */
let run: usize = KNOWN_RUNS;
let shape: usize = KNOWN_RUNS;

/** A new text begins. */
export function forgetRuns(): void {
  run = KNOWN_RUNS;
  endRuns();
}

/** The shapes that are noted from here on are those of another run. */
// @ts-ignore: decorator
@inline
export function beginRun(): void {
  shape = run + HEAD;
}

/** A shape was recognised in the run that was begun. @param cell of the automaton that led there */
// @ts-ignore: decorator
@inline
export function noteShape(start: usize, cell: i32, from: usize, to: usize): void {
  if (!hasRoom()) return;
  store<i32>(shape, cell | (i32(from - start) << 16));
  store<i32>(shape, i32(to - start), 4);
  shape += SHAPE;
}

/** All shapes of the run that was begun are noted. Where there is no room it stays unknown. */
export function keepRun(start: usize, end: usize, digits: i32): void {
  if (!hasRoom()) return;
  store<i32>(run, i32(start - TEXT));
  store<i32>(run, i32(end - TEXT), 4);
  store<i32>(run, countShapes() | (digits << DIGITS_AT) | (featuresOf(start, end) << FEATURES_AT), 8);
  run = shape;
  endRuns();
}

/** Where the shapes lie that were noted of the run that was begun, behind their number; 0 where there was no room for all. */
export function notedShapes(): i32 {
  if (!hasRoom()) return 0;
  store<i32>(run, countShapes(), 8);
  return i32(run + HEAD);
}

// @ts-ignore: decorator
@inline
function countShapes(): i32 {
  return i32((shape - run - HEAD) / SHAPE);
}

// @ts-ignore: decorator
@inline
function hasRoom(): bool {
  return shape + HEAD <= AFTER_KNOWN_RUNS;
}

function endRuns(): void {
  store<i32>(run, BEYOND);
  store<i32>(run, BEYOND, 4);
}
