import type { Check, FieldForm, Tier } from '../entity.ts';
import { isNumberOfMember } from './context/bare-number.ts';
import { CLASSES, isDigit, isWord, LOWER, WORD } from './characters/byte-classes.ts';
import { setOf } from './characters/byte-set.ts';
import { Candidates } from './candidates.ts';
import { isCalledVersion } from './coded/called-version.ts';
import { findEmails } from './coded/email.ts';
import { findIpAddresses } from './coded/ip-address.ts';
import { jwtEnd } from './coded/jwt.ts';
import { findMacAddresses } from './coded/mac-address.ts';
import { FEWEST_NATIONAL, findNationalPhones, findPhones } from './coded/phone.ts';
import { BEGIN } from './coded/private-key.ts';
import type { FindInRun } from './coded/report.ts';
import { readSeedPhrase } from './coded/seed-phrase.ts';
import { findUrlCredentials } from './coded/url-credentials.ts';
import { MANY_DIGITS, type Announced, type Detection, type FormTarget, type TokenTarget } from './detection.ts';
import { decodeValue } from './characters/decode-value.ts';
import { UNSEEN, type Seen } from './context/context-words.ts';
import { fitsField, readFieldValue, type FieldValue } from './context/field-value.ts';
import { nameEnd } from './context/name-end.ts';
import {
  HAS_AT,
  HAS_COLON,
  HAS_DASH,
  HAS_DOT,
  HAS_FIELD,
  HAS_PLUS,
  HAS_SLASH,
  Run,
  RUN_MAX,
  RUN_STEP,
} from './characters/run.ts';
import { SwallowPrivateKey, SwallowQuoted, SwallowWord, type Swallow } from './swallow.ts';
import type { KnownRuns } from './places/known-runs.ts';
import type { Window } from './window.ts';
import { needsWord } from './forms/shape-automaton.ts';
import { walkToken } from './forms/token-pattern.ts';

/** A value whose end is not waited for. */
export interface Opening {
  readonly entity: number;
  readonly start: number;
  /** From where on it is to be told where it ends: what stands before is of the value, however it is spelt. */
  readonly from: number;
  readonly swallow: Swallow;
}

const DOT = 0x2e;
const COLON = 0x3a;
const EQUALS = 0x3d;
/** Fewer characters are no value of any kind. */
const SHORTEST = 4;
/** So many bytes behind an announcement no other one counts. */
const TRIED = 24;
const MAC_LENGTH = 17;
/** Of credentials in a URL, beside the at sign. */
const URL_SIGNS = HAS_SLASH | HAS_COLON;
/** By byte: letters as capitals, digits; 0 for whatever else. */
const CAPITALS = Uint8Array.from(CLASSES, (bits, byte) =>
  (bits & WORD) === 0 ? 0 : (bits & LOWER) === 0 ? byte : byte - 0x20,
);
/** With so many digits a block of the text is looked through for numbers. */
const FEWEST_DIGITS = 4;

/** Tells which values are in a run. It is used for one text after another and keeps nothing between two runs. */
export class RunMatcher {
  readonly run: Run = new Run();
  readonly candidates: Candidates = new Candidates();
  /** The last value of the run goes on beyond what is looked at. */
  opening: Opening | undefined;
  readonly #detection: Detection;
  readonly #compact = new Uint8Array(RUN_MAX);
  readonly #value: FieldValue = { start: 0, end: 0, quote: 0, depth: 0, extent: 'none', openFrom: 0, openTo: 0 };
  #window!: Window;
  #entity = 0;
  #announced: boolean | undefined;
  /** What the last text of the run might have been that failed its check, and where it begins: the same text fails again. */
  #failed: FormTarget | undefined;
  #failedFrom = 0;

  constructor(detection: Detection) {
    this.#detection = detection;
  }

  /**
   * Collects what may be values in the run that was read.
   * @returns false where more of the text is needed to tell
   */
  collect(window: Window): boolean {
    if (!this.collectFields(window)) return false;
    const { run } = this;
    const limit = run.isCut ? RUN_STEP : run.length;
    if (run.length < SHORTEST) return true;
    if (run.length >= this.#detection.shortest[Math.min(run.digits, MANY_DIGITS)]!) this.#collectShapes(limit);
    // What is not as long as a token may still announce something, with a word of four letters at least.
    if ((run.length >= this.#detection.shortestToken || run.length - run.digits >= SHORTEST) && !this.#collectTokens(limit))
      return false;
    this.#collectCoded(limit);
    return true;
  }

  /** Collects what may be values in a run of numbers whose shapes are known. */
  collectNumbers(window: Window, known: KnownRuns): void {
    this.#begin(window);
    known.forEachShape(this.#checkState);
    const { features, digits, length } = this.run;
    const { coded } = this.#detection;
    if ((features & HAS_DOT) !== 0 && coded['ip-address'] >= 0) this.#findIpAddresses(length, coded['ip-address']);
    if (digits >= FEWEST_NATIONAL && coded.phone >= 0) this.#findPhones(length, coded.phone);
  }

  readonly #checkState = (cell: number, from: number, to: number): void => {
    // Of most shapes in rows of numbers only a word before them would make a value.
    if (needsWord(cell) && !this.#isAnnouncedAtAll()) return;
    const targets = this.#detection.shapes.targetsAfter(cell);
    const only = targets.length === 1 ? targets[0]! : undefined;
    if (only?.tier === 'A' && only.check !== undefined) this.#checkOnly(only, only.check, from, to);
    else this.#checkShapes(targets, from, to);
  };

  /** What can be one kind of value alone, and proves it by itself. */
  #checkOnly(target: FormTarget, check: Check, from: number, to: number): void {
    if (target === this.#failed && this.#isSame(from, this.#failedFrom, to - from)) return;
    if (check(this.#compact, this.#compactFrom(from, to))) {
      if (this.#stands(from, to, 'A', target.entity)) this.#add(from, to, target.entity);
      return;
    }
    this.#failed = target;
    this.#failedFrom = from;
  }

  /** Whether the run has the same characters at two places. */
  #isSame(one: number, other: number, length: number): boolean {
    const { text } = this.run;
    for (let i = 0; i < length; i++) if (text[one + i] !== text[other + i]) return false;
    return true;
  }

  /**
   * Collects what may be values in the run because of the names of their fields alone.
   * @returns false where more of the text is needed to tell
   */
  collectFields(window: Window): boolean {
    this.#begin(window);
    const { text, isCut, length, features } = this.run;
    if ((features & HAS_FIELD) === 0) return true;
    const limit = isCut ? RUN_STEP : length;
    for (let i = 0; i < limit; i++) {
      if ((text[i] === COLON || text[i] === EQUALS) && !this.#collectField(this.run.offset(i))) return false;
    }
    return true;
  }

  #begin(window: Window): void {
    this.#window = window;
    this.candidates.clear();
    this.opening = undefined;
    this.#value.openTo = 0;
    this.#announced = undefined;
    this.#failed = undefined;
  }

  #collectField(at: number): boolean {
    const { bytes, end, isFinal } = this.#window;
    const targets = this.#detection.names.endingAt(bytes, nameEnd(bytes, at), 0);
    if (targets.length === 0) return true;
    const value = this.#value;
    readFieldValue(bytes, at, end, isFinal, value);
    if (value.extent === 'starved') return false;
    if (value.extent === 'none') return true;
    for (const { entity, form } of targets) {
      if (value.extent === 'endless') {
        if (form.value === 'any')
          this.#open({ entity, start: value.start, from: value.start, swallow: new SwallowQuoted(value) });
      } else if (this.#fits(form)) this.candidates.add(value.start, value.end, entity);
    }
    return true;
  }

  /** Whether the value of the field that was read last is what its name says. */
  #fits(form: FieldForm): boolean {
    const { bytes } = this.#window;
    const value = this.#value;
    const { start, end } = value;
    // No character is spelt in less than its bytes.
    if (end - start < form.min || isCall(bytes, value)) return false;
    return fitsField(form, decodeValue(bytes, start, end), value.quote !== 0);
  }

  #collectShapes(limit: number): void {
    const { text, start, length, goesOn, end } = this.run;
    const { shapes, longestShape, places } = this.#detection;
    // Wherever a shape stands a letter or a digit of it is marked.
    if (this.#isTold()) {
      const part = { from: start, to: end, limit, longest: longestShape, goesOn };
      if (places.readShapes(part, this.#checkState)) return;
    }
    for (let i = 0; i < limit; i++) {
      if (isWord(text[i]!) && !(i === 0 ? goesOn : isWord(text[i - 1]!))) shapes.read(text, i, length, this.#checkShapes);
    }
  }

  /** Whether all that is marked in the run tells what may be in it: no character of it is spelt in another way. */
  #isTold(): boolean {
    const { isPlain, start, end } = this.run;
    return isPlain && this.#detection.places.covers(start, end);
  }

  /** The first letter or digit of the run from `i` on that is marked and may be of a token. */
  #tokenFrom(i: number): number {
    const { start, end } = this.run;
    return this.#detection.places.tokenWithin(start + i, start, end) - start;
  }

  readonly #checkShapes = (targets: readonly FormTarget[], from: number, to: number): void => {
    let count = -1;
    let seen: Seen | undefined;
    for (let i = 0; i < targets.length; i++) {
      const { entity, tier, check } = targets[i]!;
      if (tier === 'B') {
        // Whether a word speaks for it costs less to tell than what it proves by itself; for most of many none was seen at all.
        if (!this.#isAnnouncedAtAll()) continue;
        seen ??= this.#seenBefore(from);
        if (seen[entity] === UNSEEN || !this.#speaksFor(entity, from)) continue;
      }
      if (count < 0) count = this.#compactFrom(from, to);
      if (check !== undefined && !check(this.#compact, count)) continue;
      if (this.#stands(from, to, tier, entity)) this.#add(from, to, entity);
    }
  };

  /** Whether what has the form and the check digits of an entity is one where it stands. */
  #stands(from: number, to: number, tier: Tier, entity: number): boolean {
    if (tier === 'B') return !this.#isJoined(from, to);
    if (this.#isNumberOfField(from, to)) return !this.#isJoined(from, to) && this.#speaksFor(entity, from);
    return !this.#isDecimal(from, to);
  }

  /** Letters and digits alone, letters as capitals. */
  #compactFrom(from: number, to: number): number {
    const { text } = this.run;
    const compact = this.#compact;
    let count = 0;
    for (let i = from; i < to; i++) {
      const byte = CAPITALS[text[i]!]!;
      if (byte !== 0) compact[count++] = byte;
    }
    return count;
  }

  /** @returns false where more of the text is needed to tell */
  #collectTokens(limit: number): boolean {
    const { length } = this.run;
    // Where a character is spelt in another way nothing of a token need be marked but that character.
    if (!this.#isTold()) {
      for (let i = 0; i + 1 < length; i++) if (this.#mayBeMarked(i) && !this.#collectTokensAt(i, limit)) return false;
      return true;
    }
    // An encoded character before the run may hide where its first number begins.
    if (!this.#collectTokensAt(0, limit)) return false;
    for (let i = this.#tokenFrom(1); i < length; i = this.#tokenFrom(i + 1))
      if (!this.#collectTokensAt(this.#groupStart(i), limit)) return false;
    return true;
  }

  /** Where the digits begin that the one at `i` is among: fewer than four of them may stand in the block before its own. */
  #groupStart(i: number): number {
    const { text } = this.run;
    let first = i;
    while (first > 0 && i - first < FEWEST_DIGITS && isDigit(text[first]!) && isDigit(text[first - 1]!)) first--;
    return first;
  }

  /** @returns false where more of the text is needed to tell */
  #collectTokensAt(i: number, limit: number): boolean {
    const { text, length } = this.run;
    const entries = this.#detection.tokens.at(text, i, length);
    for (let k = 0; k < entries.length; k++) {
      const target = entries[k]!.value;
      const from = i - target.markedAt;
      if (this.#mayBegin(from, limit) && !this.#checkToken(target, from)) return false;
    }
    return true;
  }

  /** Whether a token may be marked here, whatever its bytes are. */
  #mayBeMarked(i: number): boolean {
    const { text, goesOn } = this.run;
    const isWithin = isWord(text[i]!) && (i === 0 ? goesOn : isWord(text[i - 1]!));
    return !isWithin || this.#detection.markedWithin[text[i]!] === 1;
  }

  #mayBegin(from: number, limit: number): boolean {
    const { text, goesOn } = this.run;
    if (from < 0 || from >= limit) return false;
    return !isWord(text[from]!) || !(from === 0 ? goesOn : isWord(text[from - 1]!));
  }

  /** @returns false where more of the text is needed to tell */
  #checkToken({ entity, tier, check, pattern, coded }: TokenTarget, from: number): boolean {
    const { text, length } = this.run;
    const to = walkToken(pattern, text, from, length);
    if (to < 0) return true;
    if (coded !== undefined) return this.#collectAnnounced(coded, entity, from, to);
    if (to < length && goesOnAfter(pattern.steps.at(-1)!.bytes, text, to)) return true;
    if (check !== undefined && !check(text.subarray(from, to), to - from)) return true;
    if (tier === 'A' || this.#speaksFor(entity, from)) this.#addOrOpen(from, to, entity);
    return true;
  }

  /** @returns false where more of the text is needed to tell */
  #collectAnnounced(coded: Announced, entity: number, from: number, to: number): boolean {
    switch (coded) {
      case 'jwt': {
        const end = jwtEnd(this.run, from, to - 1);
        if (end > 0) this.#addOrOpen(from, end, entity);
        return true;
      }
      case 'private-key':
        this.#openPrivateKey(from, to, entity);
        return true;
      case 'seed-phrase':
        return this.#collectSeedPhrase(to, entity);
    }
  }

  #collectCoded(limit: number): void {
    const { coded } = this.#detection;
    const { features, length, digits } = this.run;
    if ((features & HAS_AT) !== 0) {
      if (coded.email >= 0) this.#find(findEmails, limit, coded.email);
      if (coded['url-credentials'] >= 0 && (features & URL_SIGNS) === URL_SIGNS)
        this.#find(findUrlCredentials, limit, coded['url-credentials']);
    }
    if ((features & (HAS_DOT | HAS_COLON)) !== 0 && coded['ip-address'] >= 0) this.#findIpAddresses(limit, coded['ip-address']);
    if ((features & (HAS_COLON | HAS_DASH)) !== 0 && length >= MAC_LENGTH && coded['mac-address'] >= 0)
      this.#find(findMacAddresses, limit, coded['mac-address']);
    if (digits >= FEWEST_NATIONAL && coded.phone >= 0) this.#findPhones(limit, coded.phone);
  }

  #find(find: FindInRun, limit: number, entity: number): void {
    this.#entity = entity;
    find(this.run, limit, this.#report);
  }

  readonly #report = (from: number, to: number): void => this.#addOrOpen(from, to, this.#entity);

  /** Four numbers with dots may be something else. */
  #findIpAddresses(limit: number, entity: number): void {
    this.#entity = entity;
    findIpAddresses(this.run, limit, this.#reportAddress);
  }

  readonly #reportAddress = (from: number, to: number): void => {
    if (!isCalledVersion(this.#window.bytes, this.run.offset(from))) this.#add(from, to, this.#entity);
  };

  #findPhones(limit: number, entity: number): void {
    if ((this.run.features & HAS_PLUS) !== 0) this.#find(findPhones, limit, entity);
    if (!this.#isAnnouncedAtAll() || !this.#mayBeAnnouncedPhone()) return;
    findNationalPhones(this.run, limit, (from, to) => {
      if (!this.#isJoined(from, to) && this.#speaksFor(entity, from)) this.#add(from, to, entity);
    });
  }

  #mayBeAnnouncedPhone(): boolean {
    const { context, bytes, base } = this.#window;
    return context.maySpeakForPhone(bytes, this.run.start, this.run.end, base);
  }

  #openPrivateKey(at: number, to: number, entity: number): void {
    const { run } = this;
    const begin = lastIndexOf(run.text, BEGIN, at);
    if (begin < 0) return;
    this.#open({ entity, start: run.offset(begin), from: run.offset(to), swallow: new SwallowPrivateKey() });
  }

  /** @returns false where more of the text is needed to tell */
  #collectSeedPhrase(at: number, entity: number): boolean {
    const { bytes, end, isFinal, base, phrases } = this.#window;
    const from = this.run.offset(at);
    // Words of a phrase may announce one themselves; what was tried from an earlier one is not tried again.
    if (base + from < phrases.triedTo) return true;
    const found = readSeedPhrase(bytes, from, end, isFinal);
    if (found === 'starved') return false;
    phrases.triedTo = base + (typeof found === 'object' && 'listTo' in found ? found.listTo : from + TRIED);
    if (typeof found === 'object' && 'end' in found) this.candidates.add(found.start, found.end, entity);
    return true;
  }

  #seenBefore(from: number): Seen {
    const { context, bytes, base } = this.#window;
    return context.seenBefore(bytes, this.run.offset(from), base);
  }

  #speaksFor(entity: number, from: number): boolean {
    const { context, bytes, base } = this.#window;
    return context.speaksFor(entity, bytes, this.run.offset(from), base);
  }

  /** Whether a word for any entity stands before something in the run: mostly there is none, and nothing more is asked. */
  #isAnnouncedAtAll(): boolean {
    if (this.#announced === undefined) {
      const { context, bytes, base } = this.#window;
      this.#announced = context.maySpeak(bytes, this.run.start, this.run.end, base);
    }
    return this.#announced;
  }

  #add(from: number, to: number, entity: number): void {
    this.candidates.add(this.run.offset(from), this.run.offset(to), entity);
  }

  /** A value that reaches the end of what is looked at may be longer. */
  #addOrOpen(from: number, to: number, entity: number): void {
    if (this.run.isCut && to === this.run.length) this.#openWord(this.run.offset(from), entity);
    else this.#add(from, to, entity);
  }

  #openWord(start: number, entity: number): void {
    this.#open({ entity, start, from: start, swallow: new SwallowWord() });
  }

  #open(opening: Opening): void {
    if (this.opening === undefined || opening.start < this.opening.start) this.opening = opening;
  }

  /** Part of something longer: a path, a date, a name with hyphens. */
  #isJoined(from: number, to: number): boolean {
    const { text, length } = this.run;
    const joins = (separator: number, beyond: number): boolean =>
      separator === COLON ? isDigit(beyond) : JOINERS[separator] === 1 && isWord(beyond);
    return (from > 1 && joins(text[from - 1]!, text[from - 2]!)) || (to + 1 < length && joins(text[to]!, text[to + 1]!));
  }

  #isDecimal(from: number, to: number): boolean {
    const { text, length } = this.run;
    return (
      (from > 1 && text[from - 1] === DOT && isDigit(text[from - 2]!)) ||
      (to + 1 < length && text[to] === DOT && isDigit(text[to + 1]!))
    );
  }

  /** A number of JSON behind a name may count anything: its digits prove less than those of a text. */
  #isNumberOfField(from: number, to: number): boolean {
    const { text, length } = this.run;
    if (to !== length || !isNumberOfMember(this.#window.bytes, this.run.offset(from))) return false;
    for (let i = from; i < to; i++) if (!isDigit(text[i]!)) return false;
    return true;
  }
}

/** `password = getpass(` calls, it is no password. */
function isCall(bytes: Uint8Array, { quote, end }: FieldValue): boolean {
  return quote === 0 && bytes[end] === OPEN;
}

const OPEN = 0x28;
const JOINERS = setOf('.-/_+@#');

/** A token ends where its last characters do, and at the end of a word. */
function goesOnAfter(last: Uint8Array, text: Uint8Array, to: number): boolean {
  return last[text[to]!] === 1 || (isWord(text[to]!) && isWord(text[to - 1]!));
}

/** Where this word last begins before `end`; -1 where it does not. */
function lastIndexOf(text: Uint8Array, word: Uint8Array, end: number): number {
  for (let i = end - word.length; i >= 0; i--) {
    let j = 0;
    while (j < word.length && text[i + j] === word[j]) j++;
    if (j === word.length) return i;
  }
  return -1;
}
