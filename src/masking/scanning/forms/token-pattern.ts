import { Defect } from '../../../core/defect.ts';

/** One step of a token pattern: so many characters of a class. */
export interface TokenStep {
  /** 1 for every byte of the class. */
  readonly bytes: Uint8Array;
  readonly min: number;
  readonly max: number;
}

/** A token pattern, ready to be walked. */
export interface TokenPattern {
  readonly steps: readonly TokenStep[];
  readonly source: string;
}

/**
 * Compiles the patterns of the catalogue (see `TokenForm.pattern`). They are walked from left to right, each step taking as
 * much as it can; none goes back.
 */
export function compileTokenPattern(pattern: string): TokenPattern {
  const reader = new Reader(pattern);
  const steps: TokenStep[] = [];
  while (!reader.isDone) {
    const bytes = reader.readClass();
    const { min, max } = reader.readCount();
    steps.push({ bytes, min, max });
  }
  return { steps, source: pattern };
}

/**
 * Walks a pattern over `text[at]` … `text[length - 1]`.
 * @returns where it ends, or -1
 */
export function walkToken({ steps }: TokenPattern, text: Uint8Array, at: number, length: number): number {
  let i = at;
  for (const { bytes, min, max } of steps) {
    const limit = Math.min(length, i + max);
    const least = i + min;
    while (i < limit && bytes[text[i]!] === 1) i++;
    if (i < least) return -1;
  }
  return i;
}

/** Whether a pattern stands at `text[at]`, as far as the text goes; what goes on beyond it may be anything. */
export function mayBeToken({ steps }: TokenPattern, text: Uint8Array, at: number, length: number): boolean {
  if (at < 0) return false;
  let i = at;
  for (const { bytes, min, max } of steps) {
    const limit = Math.min(length, i + max);
    const least = i + min;
    while (i < limit && bytes[text[i]!] === 1) i++;
    if (i < least) return i >= length;
  }
  return true;
}

const SETS = new Map<string, Uint8Array>();

/** One set for one spelling: what is worked out for a set is worked out once. */
function shared(spelling: string, bytes: Uint8Array): Uint8Array {
  const known = SETS.get(spelling);
  if (known !== undefined) return known;
  SETS.set(spelling, bytes);
  return bytes;
}

class Reader {
  readonly #pattern: string;
  #at = 0;

  constructor(pattern: string) {
    this.#pattern = pattern;
  }

  get isDone(): boolean {
    return this.#at >= this.#pattern.length;
  }

  readClass(): Uint8Array {
    const from = this.#at;
    if (this.#pattern[from] === '[') {
      const bytes = this.#readSet();
      return shared(this.#pattern.slice(from, this.#at), bytes);
    }
    const literal = this.#readCharacter();
    const bytes = new Uint8Array(256);
    bytes[literal.charCodeAt(0)] = 1;
    return shared(literal, bytes);
  }

  readCount(): { readonly min: number; readonly max: number } {
    const match = /^(?:\{(\d+)(?:(,)(\d+))?\}|([?+]))/.exec(this.#pattern.slice(this.#at));
    if (match === null) return { min: 1, max: 1 };
    this.#at += match[0].length;
    if (match[4] === '?') return { min: 0, max: 1 };
    if (match[4] === '+') return { min: 1, max: LONGEST };
    const min = Number(match[1]);
    return { min, max: match[3] === undefined ? min : Number(match[3]) };
  }

  #readSet(): Uint8Array {
    this.#at++;
    const bytes = new Uint8Array(256);
    while (this.#pattern[this.#at] !== ']') {
      const from = this.#readCharacter().charCodeAt(0);
      let to = from;
      if (this.#pattern[this.#at] === '-' && this.#pattern[this.#at + 1] !== ']') {
        this.#at++;
        to = this.#readCharacter().charCodeAt(0);
      }
      bytes.fill(1, from, to + 1);
    }
    this.#at++;
    return bytes;
  }

  #readCharacter(): string {
    if (this.#pattern[this.#at] === '\\') this.#at++;
    const character = this.#pattern[this.#at++];
    if (character === undefined) throw new Defect(`The token pattern ${this.#pattern} breaks off`);
    return character;
  }
}

const LONGEST = 2048;
