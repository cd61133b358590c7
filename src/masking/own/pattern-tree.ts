import { fail, ok, type Result } from '../../core/result.ts';

/** Characters as bits 0–127 for ASCII and bit 128 for all others. */
export type Characters = bigint;

const OTHERS = 1n << 128n;
export const NO_CHARACTERS: Characters = 0n;
const ALL_CHARACTERS: Characters = (1n << 129n) - 1n;

/** What a regular expression is made of, as far as ambiguity is concerned. */
export type Pattern =
  | { readonly kind: 'one'; readonly characters: Characters; readonly literal?: string }
  /** Anchors and word boundaries: they read nothing. */
  | { readonly kind: 'empty' }
  | { readonly kind: 'sequence'; readonly parts: readonly Pattern[] }
  | { readonly kind: 'choice'; readonly parts: readonly Pattern[] }
  | { readonly kind: 'repeat'; readonly part: Pattern; readonly min: number; readonly max: number };

/** Reads a regular expression (ECMAScript, flag u) without what makes it irregular; fails with the name of what it found. */
export function parsePattern(text: string): Result<Pattern, string> {
  // Syntax is for the engine to judge; what follows may then assume it.
  return isSyntax(text) ? new PatternReader(text).read() : fail('a syntax error');
}

function isSyntax(text: string): boolean {
  try {
    return new RegExp(text, 'u').unicode;
  } catch {
    return false;
  }
}

class PatternReader {
  readonly #text: string;
  #at = 0;
  #problem: string | undefined;

  constructor(text: string) {
    this.#text = text;
  }

  read(): Result<Pattern, string> {
    const pattern = this.#choice();
    return this.#problem === undefined ? ok(pattern) : fail(this.#problem);
  }

  #choice(): Pattern {
    const parts = [this.#sequence()];
    while (this.#take('|')) parts.push(this.#sequence());
    return parts.length === 1 ? parts[0]! : { kind: 'choice', parts };
  }

  #sequence(): Pattern {
    const parts: Pattern[] = [];
    while (this.#at < this.#text.length && !'|)'.includes(this.#text[this.#at]!)) parts.push(this.#quantified());
    return { kind: 'sequence', parts };
  }

  #quantified(): Pattern {
    const part = this.#atom();
    const match = this.#match(/(?:([*+?])|\{(\d+)(?:(,)(\d*))?\})\??/y);
    if (match === undefined) return part;
    const [, sign, low, comma, high] = match;
    if (sign !== undefined) return { kind: 'repeat', part, min: sign === '+' ? 1 : 0, max: sign === '?' ? 1 : Infinity };
    const min = Number(low);
    const max = comma === undefined ? min : high === '' ? Infinity : Number(high);
    return { kind: 'repeat', part, min, max };
  }

  #atom(): Pattern {
    if (this.#take('(')) return this.#group();
    if (this.#take('^') || this.#take('$')) return { kind: 'empty' };
    if (this.#take('.')) return { kind: 'one', characters: ALL_CHARACTERS };
    if (this.#take('[')) return { kind: 'one', characters: this.#class() };
    if (this.#take('\\')) return this.#escape();
    const literal = String.fromCodePoint(this.#text.codePointAt(this.#at)!);
    this.#at += literal.length;
    return { kind: 'one', characters: charactersOf(literal), literal };
  }

  #group(): Pattern {
    if (this.#match(/\?(?:<?[=!])/y) !== undefined) this.#problem ??= 'a look-around';
    // Flags inside a pattern would change what the characters in it mean.
    else if (this.#match(/\?(?::|<[^>]*>)/y) === undefined && this.#take('?')) this.#problem ??= 'a flag group';
    const inner = this.#choice();
    this.#take(')');
    return inner;
  }

  #escape(): Pattern {
    if (this.#match(/[bB]/y) !== undefined) return { kind: 'empty' };
    if (this.#match(/[1-9]|k</y) !== undefined) this.#problem ??= 'a backreference';
    return this.#escaped();
  }

  #escaped(): { kind: 'one'; characters: Characters; literal?: string } {
    const set = this.#match(/[dDwWsS]|[pP]\{[^}]*\}/y)?.[0];
    if (set !== undefined) return { kind: 'one', characters: namedSet(set) };
    const code = this.#match(/x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|u\{([0-9A-Fa-f]+)\}/y);
    const literal =
      code === undefined ? this.#plainEscape() : String.fromCodePoint(Number.parseInt(code[1] ?? code[2] ?? code[3]!, 16));
    return { kind: 'one', characters: charactersOf(literal), literal };
  }

  #plainEscape(): string {
    const control = this.#match(/c([A-Za-z])/y);
    if (control !== undefined) return String.fromCharCode(control[1]!.charCodeAt(0) & 31);
    const letter = this.#text[this.#at] ?? '';
    this.#at++;
    return { n: '\n', r: '\r', t: '\t', f: '\f', v: '\v', '0': '\0' }[letter] ?? letter;
  }

  #class(): Characters {
    const isNegated = this.#take('^');
    let characters = NO_CHARACTERS;
    while (this.#at < this.#text.length && !this.#take(']')) characters |= this.#classRange();
    return isNegated ? (ALL_CHARACTERS & ~characters) | OTHERS : characters;
  }

  #classRange(): Characters {
    const from = this.#classAtom();
    if (from.literal === undefined || this.#text[this.#at] !== '-' || this.#text[this.#at + 1] === ']') return from.characters;
    this.#at++;
    const to = this.#classAtom();
    return from.characters | to.characters | rangeOf(from.literal.codePointAt(0)!, to.literal?.codePointAt(0) ?? 0x10ffff);
  }

  #classAtom(): { characters: Characters; literal?: string } {
    if (this.#match(/\\b/y) !== undefined) return { characters: charactersOf('\b'), literal: '\b' };
    if (this.#take('\\')) return this.#escaped();
    const literal = String.fromCodePoint(this.#text.codePointAt(this.#at)!);
    this.#at += literal.length;
    return { characters: charactersOf(literal), literal };
  }

  #take(character: string): boolean {
    const isThere = this.#text[this.#at] === character;
    if (isThere) this.#at++;
    return isThere;
  }

  #match(sticky: RegExp): RegExpExecArray | undefined {
    sticky.lastIndex = this.#at;
    const match = sticky.exec(this.#text);
    if (match === null) return undefined;
    this.#at += match[0].length;
    return match;
  }
}

function charactersOf(literal: string): Characters {
  const code = literal.codePointAt(0)!;
  return code < 128 ? 1n << BigInt(code) : OTHERS;
}

function rangeOf(from: number, to: number): Characters {
  let characters = to >= 128 ? OTHERS : NO_CHARACTERS;
  for (let code = from; code <= Math.min(to, 127); code++) characters |= 1n << BigInt(code);
  return characters;
}

const DIGITS = rangeOf(0x30, 0x39);
const WORD = DIGITS | rangeOf(0x41, 0x5a) | rangeOf(0x61, 0x7a) | charactersOf('_');
const SPACE = rangeOf(0x09, 0x0d) | charactersOf(' ') | OTHERS;

function namedSet(name: string): Characters {
  switch (name) {
    case 'd':
      return DIGITS;
    case 'D':
      return ALL_CHARACTERS & ~DIGITS;
    case 'w':
      return WORD;
    case 'W':
      return ALL_CHARACTERS & ~WORD;
    case 's':
      return SPACE;
    case 'S':
      return (ALL_CHARACTERS & ~SPACE) | OTHERS;
    default:
      // Unicode properties: any character may be in it.
      return ALL_CHARACTERS;
  }
}

/** Every character that a match may hold. */
export function charactersIn(pattern: Pattern): Characters {
  switch (pattern.kind) {
    case 'one':
      return pattern.characters;
    case 'empty':
      return NO_CHARACTERS;
    case 'repeat':
      return charactersIn(pattern.part);
    case 'sequence':
    case 'choice':
      return pattern.parts.reduce((all, part) => all | charactersIn(part), NO_CHARACTERS);
  }
}
