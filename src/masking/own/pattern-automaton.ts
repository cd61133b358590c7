import type { Characters, Pattern } from './pattern-tree.ts';

const OTHERS = 1n << 128n;

/** What a part of a pattern begins and ends with, as positions of its characters. */
interface Span {
  readonly first: readonly number[];
  readonly last: readonly number[];
  readonly isNullable: boolean;
}

const EMPTY: Span = { first: [], last: [], isNullable: true };

/**
 * Tells whether a text may go on to match a pattern: the automaton of its positions (Glushkov, 1961). It takes all characters
 * beyond ASCII for one, so it may say yes too often, and never no.
 */
export class PatternAutomaton {
  readonly #characters: Characters[] = [];
  readonly #follows: Set<number>[] = [];
  readonly #first: readonly number[];

  constructor(pattern: Pattern) {
    this.#first = this.#add(pattern).first;
  }

  /** Whether a match may begin with this character. */
  mayBegin(unit: number): boolean {
    const bit = bitOf(unit);
    return this.#first.some((position) => (this.#characters[position]! & bit) !== 0n);
  }

  /** Whether the text from `from` to its end begins a match, or is one that may be longer. */
  isOpenAtEnd(text: string, from: number, max: number): boolean {
    let state: Iterable<number> = this.#first;
    if (text.length - from > max) return false;
    for (let i = from; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      // The second half of a character that was read.
      if (unit >= 0xdc00 && unit <= 0xdfff) continue;
      const bit = bitOf(unit);
      const matched = [...state].filter((position) => (this.#characters[position]! & bit) !== 0n);
      if (matched.length === 0) return false;
      if (i + 1 >= text.length) return true;
      state = new Set(matched.flatMap((position) => [...this.#follows[position]!]));
    }
    return true;
  }

  #add(pattern: Pattern): Span {
    switch (pattern.kind) {
      case 'empty':
        return EMPTY;
      case 'one': {
        const position = this.#characters.push(pattern.characters) - 1;
        this.#follows.push(new Set());
        return { first: [position], last: [position], isNullable: false };
      }
      case 'sequence':
        return pattern.parts.reduce<Span>((before, part) => this.#join(before, this.#add(part)), EMPTY);
      case 'choice': {
        const spans = pattern.parts.map((part) => this.#add(part));
        return {
          first: spans.flatMap(({ first }) => first),
          last: spans.flatMap(({ last }) => last),
          isNullable: spans.some(({ isNullable }) => isNullable),
        };
      }
      case 'repeat':
        return this.#repeat(pattern);
    }
  }

  #repeat({ part, min, max }: Extract<Pattern, { kind: 'repeat' }>): Span {
    const copies = Number.isFinite(max) ? max : Math.max(min, 1);
    let whole = EMPTY;
    for (let copy = 0; copy < copies; copy++) {
      const span = this.#add(part);
      whole = this.#join(whole, copy < min ? span : { ...span, isNullable: true });
      if (copy === copies - 1 && !Number.isFinite(max)) this.#link(span.last, span.first);
    }
    return whole;
  }

  #join(before: Span, after: Span): Span {
    this.#link(before.last, after.first);
    return {
      first: before.isNullable ? [...before.first, ...after.first] : before.first,
      last: after.isNullable ? [...before.last, ...after.last] : after.last,
      isNullable: before.isNullable && after.isNullable,
    };
  }

  #link(last: readonly number[], first: readonly number[]): void {
    for (const position of last) for (const next of first) this.#follows[position]!.add(next);
  }
}

function bitOf(unit: number): Characters {
  return unit < 0x80 ? 1n << BigInt(unit) : OTHERS;
}
