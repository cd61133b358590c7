import { EMPTY } from '../media/bytes/concatenate.ts';
import { toBytes } from '../media/bytes/text-bytes.ts';
import { CLASSES, HEX, HIGH, isDigit, isWord, PLAIN, WORD } from './characters/byte-classes.ts';
import { INCOMPLETE, readEscape, type Unit } from './characters/characters.ts';
import { ContextTracker } from './context/context-tracker.ts';
import { nextWord } from './context/context-words.ts';
import type { Detection, NameTarget } from './detection.ts';
import { digestEnd, inertEnd } from './characters/inert-run.ts';
import { behindBoundary, leadByte, RUN_MAX, RUN_STEP, runStart } from './characters/run.ts';
import { mayBeToken } from './forms/token-pattern.ts';
import type { KnownRuns } from './places/known-runs.ts';
import { RunMatcher } from './run-matcher.ts';
import type { Window } from './window.ts';
import { keyBegin, PRIVATE_KEY } from './coded/private-key.ts';
import { SwallowPrivateKey, type Swallow } from './swallow.ts';

/** Told of what is found, in order. Places are in the window that is being scanned. */
export interface Sink {
  found(entity: number, start: number, end: number): void;
  /** A value begins whose end is not waited for. */
  opened(entity: number, start: number): void;
  /** What was opened ends here; `tail` has to stand before what follows. Absent: it goes on beyond the window. */
  closed(end: number, tail: string | undefined): void;
}

/** Bytes before what is scanned that have to stay: a value is told by what stands before it. */
export const CONTEXT_KEPT = 192;

const COLON = 0x3a;
const EQUALS = 0x3d;
const OPEN = 0x28;
const AT = 0x40;
const BACKSLASH = 0x5c;
const LETTER_P = 0x50;
/** So far behind the beginning of a value its first place is at most. */
const PLACE_REACH = 256;
/** Bytes at the end of a window in which a character may be cut, however it is spelt. */
const LONGEST_SPELLING = 16;

const MATCHERS = new WeakMap<Detection, RunMatcher>();

/** Finds values in one text, which comes in pieces. What it finds does not depend on how the text was cut. */
export class Scanner {
  readonly #detection: Detection;
  readonly #matcher: RunMatcher;
  readonly #sink: Sink;
  #window: Window & { context: ContextTracker };
  /** Nothing before this belongs to what is still to be found. */
  #done = 0;
  /** Set where {@link #done} lies within a run. */
  #goesOn = false;
  #swallow: Swallow | undefined;

  constructor(detection: Detection, sink: Sink) {
    this.#detection = detection;
    // Scanning never waits, so all texts that are scanned for the same entities can share what is worked with.
    let matcher = MATCHERS.get(detection);
    if (matcher === undefined) MATCHERS.set(detection, (matcher = new RunMatcher(detection)));
    this.#matcher = matcher;
    this.#sink = sink;
    this.#window = {
      bytes: EMPTY,
      end: 0,
      isFinal: false,
      base: 0,
      context: new ContextTracker(
        detection.context,
        (text, from, to) => detection.places.nextWord(text, from, to) ?? nextWord(text, from, to),
        (text, from, to) => detection.places.nextPhoneWord(text, from, to) ?? from,
      ),
      phrases: { triedTo: 0 },
    };
  }

  /**
   * Says that the whole text is the value of a field.
   * @returns what the name alone says of it
   */
  nameField(name: Uint8Array): readonly NameTarget[] {
    this.#window.context.always(name);
    let end = name.length;
    // `user[password]`, `"Password "`.
    while (end > 0 && (CLASSES[name[end - 1]!]! & WORD) === 0) end--;
    return this.#detection.names.endingAt(name, end, 0);
  }

  /**
   * Scans what is new in a window over the text.
   *
   * @param bytes up to {@link CONTEXT_KEPT} bytes that were sent on, then what was held back, then what is new
   * @param from where what was held back begins
   * @param base position of the window in the whole text
   * @returns up to where the text can be sent on
   */
  scan(bytes: Uint8Array, from: number, base: number, isFinal: boolean): number {
    const end = bytes.length;
    const { context, phrases } = this.#window;
    const done = this.#done + this.#window.base - base;
    // What was sent on since has ended every run that went on.
    if (from > done) this.#goesOn = false;
    this.#done = Math.max(done, from);
    this.#window = { bytes, end, isFinal, base, context, phrases };
    const settled = this.#scanFrom(from);
    // What was scanned is not kept alive until the next piece comes.
    this.#window = { bytes: EMPTY, end: 0, isFinal, base, context, phrases };
    return settled;
  }

  #scanFrom(from: number): number {
    const { bytes, end, isFinal, context } = this.#window;
    const { places } = this.#detection;
    let at = this.#swallowFrom(from);
    if (at < end) places.over(bytes, at, end, context.isNamed);
    while (at < end) {
      const place = places.next(at);
      if (place >= end) break;
      const done = this.#done;
      const next = this.#look(place);
      if (next < 0) return ~next;
      // Looking at a place again is right where what was before it is dealt with, and never otherwise.
      at = next > place || this.#done > done ? next : place + 1;
    }
    return isFinal ? end : this.#holdFrom();
  }

  /**
   * Looks at a place where a value may be.
   * @returns where to go on; the complement of where the text has to wait for more of it
   */
  #look(place: number): number {
    const { bytes, base, phrases } = this.#window;
    if (isDigit(bytes[place]!)) {
      const known = this.#detection.places.runAt(place);
      if (known !== undefined && (known.start > this.#done || (known.start === this.#done && !this.#goesOn)))
        return this.#lookAtNumbers(known);
      const digest = digestEnd(bytes, place, this.#window.end);
      if (digest >= 0 && !this.#mayBeForm(place)) return digest;
    }
    // What announces a phrase was read with one before it.
    if (base + place + LONGEST_ANNOUNCEMENT < phrases.triedTo && announces(bytes, place)) return place + 1;
    return this.#openKey(place) ?? this.#lookAtRun(place);
  }

  /** Whether what is marked for four bytes of a form goes on like it. */
  #mayBeForm(place: number): boolean {
    const { bytes, end } = this.#window;
    const { tokens, keys } = this.#detection;
    if (keys.at(bytes, place, end).length > 0) return true;
    return tokens
      .at(bytes, place, end)
      .some(({ value: { pattern, markedAt } }) => mayBeToken(pattern, bytes, place - markedAt, end));
  }

  /**
   * A private key that is announced in one line is opened without reading on: what stands before it was looked at.
   * @returns where to go on; undefined where none is announced
   */
  #openKey(place: number): number | undefined {
    const { bytes } = this.#window;
    const entity = this.#detection.coded['private-key'];
    const begin = entity < 0 || bytes[place] !== LETTER_P ? -1 : keyBegin(bytes, place);
    if (begin < 0) return undefined;
    // Its beginning was part of a key before it.
    if (begin < this.#done) return place + 1;
    this.#sink.opened(entity, begin);
    this.#swallow = new SwallowPrivateKey();
    return this.#swallowFrom(place + PRIVATE_KEY.length);
  }

  #lookAtNumbers(known: KnownRuns): number {
    const { end } = known;
    this.#matcher.run.take(this.#window.bytes, known.start, known);
    this.#matcher.collectNumbers(this.#window, known);
    this.#done = end;
    this.#goesOn = false;
    this.#take(end);
    return end;
  }

  #lookAtRun(place: number): number {
    const { bytes, end } = this.#window;
    if (place >= end) return end;
    if (!isInRun(bytes[place]!)) return place + 1;
    const at = this.#characterAt(place);
    const boundary = at === this.#done && bytes[at]! >= 0x80 ? behindBoundary(bytes, at, end) : -1;
    if (boundary > place) return this.#passTo(boundary);
    const first = runStart(bytes, at, this.#done, end);
    if (first > at) return first;
    const inert = first === this.#done && this.#goesOn ? -1 : inertEnd(bytes, first, end);
    return inert < 0 ? this.#lookAtPart(first, at) : Math.max(this.#passTo(inert), at + 1);
  }

  /** Looks at the part of the run from `first` on in which what is marked at `at` is. */
  #lookAtPart(first: number, at: number): number {
    const { end } = this.#window;
    const { run } = this.#matcher;
    const start = this.#readPart(first, at);
    if (run.isStarved) return ~start;
    const isFieldAlone = this.#hasSignsAlone(start, run.end);
    if (!(isFieldAlone ? this.#matcher.collectFields(this.#window) : this.#matcher.collect(this.#window))) return ~start;
    const isCut = run.isCut;
    // A place that is no part of the run is part of what ended it: half an escape must not be read as characters.
    const next = isCut ? run.offset(RUN_STEP) : run.end > at ? run.end : Math.max(run.behind, at + 1);
    const last = this.#take(next);
    this.#done = Math.min(last, end);
    this.#goesOn = last === next ? isCut : this.#endsWithinWord(last);
    return last;
  }

  /** What stands before `next` is dealt with. */
  #passTo(next: number): number {
    this.#done = next;
    this.#goesOn = false;
    return next;
  }

  /** Whether a seed phrase ends here and its last word does not: no value begins there, as in any other word. */
  #endsWithinWord(at: number): boolean {
    const { bytes, end } = this.#window;
    return this.#matcher.opening === undefined && at < end && isWord(bytes[at]!) && isWord(bytes[at - 1]!);
  }

  /**
   * Reads the part of the run from `start` on in which what is marked at `at` is. The parts before it are passed over step by
   * step, so that they are always the same. What stands before an at sign may be as long as it likes.
   * @returns where that part begins
   */
  #readPart(start: number, at: number): number {
    const { run } = this.#matcher;
    let part = start;
    this.#readRun(part);
    while (run.isCut && run.offset(RUN_STEP + PLACE_REACH) <= at && this.#window.bytes[at] !== AT) {
      part = this.#step();
      this.#readRun(part);
    }
    return part;
  }

  /** Whether nothing marks a value in there but the names of fields. */
  #hasSignsAlone(start: number, to: number): boolean {
    const { bytes } = this.#window;
    const { places } = this.#detection;
    if (!places.covers(start, to)) return false;
    let place = places.within(start, to);
    while (place < to && isSign(bytes[place]!) && !joinsAddress(bytes, place)) place = places.within(place + 1, to);
    return place >= to;
  }

  #characterAt(place: number): number {
    const { bytes } = this.#window;
    return bytes[place]! < 0x80 ? place : leadByte(bytes, place, this.#done);
  }

  #readRun(start: number): void {
    const { bytes, end, isFinal } = this.#window;
    const { run } = this.#matcher;
    const plain = this.#detection.places.plainRun(start, RUN_MAX);
    if (plain === undefined) run.read(bytes, start, end, isFinal);
    else run.take(bytes, start, plain);
    run.goesOn = this.#goesOn && start === this.#done;
  }

  /** Goes on to the next part of a run that is longer than what is looked at together. */
  #step(): number {
    const next = this.#matcher.run.offset(RUN_STEP);
    this.#done = next;
    this.#goesOn = true;
    return next;
  }

  /** Hands on what was found. @returns where the last of it ends, at least `next` */
  #take(next: number): number {
    const { candidates, opening } = this.#matcher;
    let last = next;
    if (candidates.count > 0) {
      candidates.settle();
      for (let i = 0; i < candidates.count; i++) {
        const start = candidates.start(i);
        if (opening !== undefined && start >= opening.start) break;
        this.#sink.found(candidates.entity(i), start, candidates.end(i));
        last = Math.max(last, candidates.end(i));
      }
    }
    if (opening === undefined) return last;
    this.#sink.opened(opening.entity, opening.start);
    this.#swallow = opening.swallow;
    return this.#swallowFrom(opening.from);
  }

  /** Passes over the rest of a value whose end was not waited for. @returns where to go on */
  #swallowFrom(at: number): number {
    if (this.#swallow === undefined) return at;
    const { bytes, end, isFinal } = this.#window;
    const to = this.#swallow.take(bytes, at, end);
    const isOver = this.#swallow.isOver || isFinal;
    this.#sink.closed(to, isOver ? this.#swallow.tail : undefined);
    if (isOver) this.#swallow = undefined;
    this.#done = to;
    this.#goesOn = false;
    return to;
  }

  /** Where the last run begins that may go on, or turn out to be a value, when more of the text is there. */
  #holdFrom(): number {
    const { bytes, end } = this.#window;
    if (this.#swallow !== undefined) return end;
    const near = Math.max(end - LONGEST_SPELLING, this.#done);
    let last = end - 1;
    while (last >= near && !isInRun(bytes[last]!)) last--;
    const held = last < near ? end : this.#holdRun(last);
    return Math.min(held, this.#holdSpelling(near));
  }

  #holdRun(last: number): number {
    const { bytes, end } = this.#window;
    const { run } = this.#matcher;
    let start = runStart(bytes, this.#characterAt(last), this.#done, end);
    this.#readRun(start);
    while (run.isCut) {
      start = this.#step();
      this.#readRun(start);
    }
    if (run.isStarved) return start;
    this.#done = run.end;
    this.#goesOn = false;
    return end;
  }

  /** An escape that is cut, or a parenthesis that may open a number. */
  #holdSpelling(near: number): number {
    const { bytes, end } = this.#window;
    if (bytes[end - 1] === OPEN) return end - 1;
    let at = end - 1;
    while (at >= near && bytes[at] !== BACKSLASH) at--;
    if (at < near) return end;
    while (at > near && bytes[at - 1] === BACKSLASH) at--;
    readEscape(bytes, at, end, UNIT);
    return UNIT.value === INCOMPLETE ? at : end;
  }
}

const UNIT: Unit = { value: 0, next: 0 };
/** `recoveryphrase` */
const LONGEST_ANNOUNCEMENT = 14;

/** Whether one of the words that announce a phrase begins here, by its first letters. */
function announces(bytes: Uint8Array, at: number): boolean {
  return ANNOUNCING.has(fourLetters(bytes, at));
}

/** Four letters as one number, in either case the same. */
function fourLetters(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]! | 0x2020_2020;
}

const ANNOUNCING = new Set(['seed', 'mnem', 'phra', 'reco'].map((letters) => fourLetters(toBytes(letters), 0)));

function isSign(byte: number): boolean {
  return byte === COLON || byte === EQUALS;
}

/** Whether a colon or a hexadecimal digit stands on either side. */
function joinsAddress(bytes: Uint8Array, at: number): boolean {
  return isAddress(bytes[at - 1] ?? 0) && isAddress(bytes[at + 1] ?? 0);
}

function isAddress(byte: number): boolean {
  return byte === COLON || (CLASSES[byte]! & HEX) !== 0;
}

function isInRun(byte: number): boolean {
  return (CLASSES[byte]! & (PLAIN | HIGH)) !== 0;
}
