import type { PlainRun } from '../characters/run.ts';
import { AFTER_KNOWN_RUNS, KNOWN_RUNS } from './memory-layout.ts';

/** Told of a shape that was recognised: the cell of the automaton that led to it, and where it begins and ends in the run. */
export type TakeShape = (cell: number, from: number, to: number) => void;

/** Cells of a run before its shapes: where it begins, where it ends; how many shapes they are, its digits and what occurs in it. */
const HEAD = 3;
const MOST_SHAPES = 0xffff;
const DIGITS_AT = 16;
const MOST_DIGITS = 0xff;
const FEATURES_AT = 24;
/** Cells of a shape. */
const SHAPE = 2;

/**
 * Runs in which nothing is marked but digits of numbers, as the module has read them; each of their characters is one byte, and
 * they end for certain. It holds the run that was asked for last: see `assembly/known-runs.ts`.
 */
export class KnownRuns implements PlainRun {
  readonly #cells: Int32Array;
  #base = 0;
  #run = 0;

  constructor(memory: ArrayBuffer) {
    this.#cells = new Int32Array(memory, KNOWN_RUNS, (AFTER_KNOWN_RUNS - KNOWN_RUNS) >> 2);
  }

  /** Those of a new text, whose byte at `base` is the first in the memory of the module. */
  begin(base: number): void {
    this.#base = base;
    this.#run = 0;
  }

  /** Goes to the run that the byte at `at` is in; it is asked in the order of the text. @returns whether that is known */
  has(at: number): boolean {
    const cells = this.#cells;
    const place = at - this.#base;
    let run = this.#run;
    while (cells[run + 1]! <= place) run += HEAD + SHAPE * (cells[run + 2]! & MOST_SHAPES);
    this.#run = run;
    return cells[run]! <= place;
  }

  get start(): number {
    return this.#cells[this.#run]! + this.#base;
  }

  get end(): number {
    return this.#cells[this.#run + 1]! + this.#base;
  }

  get digits(): number {
    return (this.#cells[this.#run + 2]! >> DIGITS_AT) & MOST_DIGITS;
  }

  get features(): number {
    return this.#cells[this.#run + 2]! >> FEATURES_AT;
  }

  /** Hands over the shapes of the run, in the order of their beginnings. */
  forEachShape(take: TakeShape): void {
    this.#takeShapes(this.#run + HEAD, take);
  }

  /** Hands over the shapes that lie at an address in the memory of the module. */
  forEachRead(address: number, take: TakeShape): void {
    this.#takeShapes((address - KNOWN_RUNS) >> 2, take);
  }

  #takeShapes(first: number, take: TakeShape): void {
    const cells = this.#cells;
    const last = first + SHAPE * (cells[first - 1]! & MOST_SHAPES);
    for (let i = first; i < last; i += SHAPE) take(cells[i]! & 0xffff, cells[i]! >> 16, cells[i + 1]!);
  }
}
