import { AFTER_KNOWN_RUNS, KNOWN_RUNS, TEXT } from './memory';

/**
 * Runs with numbers that may be values, in the order in which they stand: where each begins and ends in the text, how many
 * shapes are in it, and for each of these its state in the automaton, where it begins in the run and where it ends, packed.
 * Behind the last one stands one beyond any text. `known-runs.ts` beside this folder reads them.
 */
const HEAD: usize = 12;
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

/** A shape was recognised in the run that was begun. @param state of the automaton */
// @ts-ignore: decorator
@inline
export function noteShape(start: usize, state: usize, from: usize, to: usize): void {
  if (!hasRoom()) return;
  store<i32>(shape, i32(state | ((from - start) << 16) | ((to - start) << 24)));
  shape += 4;
}

/** All shapes of the run that was begun are noted. Where there is no room it stays unknown. */
export function keepRun(start: usize, end: usize): void {
  if (!hasRoom()) return;
  store<i32>(run, i32(start - TEXT));
  store<i32>(run, i32(end - TEXT), 4);
  store<i32>(run, i32((shape - run - HEAD) >> 2), 8);
  run = shape;
  endRuns();
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
