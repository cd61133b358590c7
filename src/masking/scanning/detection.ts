import type { Check, Entity, FieldForm, Tier, TokenForm } from '../entity.ts';
import { compileOwn, type OwnDetection } from '../own/own-detection.ts';
import type { OwnEntity } from '../own/own-entity.ts';
import { ContextWords } from './context/context-words.ts';
import { byteSet, setOf, type ByteSet } from './characters/byte-set.ts';
import { ADDRESS, DIGITS, FIELD, Prefilter, VALUE, type Anchors } from './prefilter/prefilter.ts';
import { frequencyOfSets } from './prefilter/pair-frequency.ts';
import { PairIndex } from './prefilter/pair-index.ts';
import { ReverseNames } from './context/reverse-names.ts';
import { ShapeAutomaton } from './forms/shape-automaton.ts';
import { compileTokenPattern, type TokenPattern } from './forms/token-pattern.ts';

/** A form of an entity that was recognised and is still to be checked. */
export interface FormTarget {
  /** Position of the entity in {@link Detection.entities}. */
  readonly entity: number;
  readonly tier: Tier;
  readonly check: Check | undefined;
}

export interface TokenTarget extends FormTarget {
  readonly pattern: TokenPattern;
  /** What begins like this is told by code. */
  readonly coded: Announced | undefined;
  /** How far behind its beginning the pair stands by which it is indexed. */
  readonly pairAt: number;
}

export interface NameTarget {
  readonly entity: number;
  readonly form: FieldForm;
}

/** Forms that code finds, not a table: by the id of their entity. */
export const CODED = [
  'email',
  'url-credentials',
  'ip-address',
  'mac-address',
  'phone',
  'jwt',
  'private-key',
  'seed-phrase',
] as const;
export type Coded = (typeof CODED)[number];
/** Those that begin with a text, or have one before them. */
export type Announced = 'jwt' | 'private-key' | 'seed-phrase';

const ANNOUNCEMENTS: readonly (readonly [Announced, string])[] = [
  ['jwt', 'eyJ'],
  ['private-key', 'PRIVATE KEY'],
  ['seed-phrase', 'mnemonic'],
  ['seed-phrase', 'phrase'],
  ['seed-phrase', 'seed'],
  ['seed-phrase', 'seedphrase'],
  ['seed-phrase', 'recoveryphrase'],
  ['seed-phrase', 'mnemonicphrase'],
];

/** Everything that a set of entities needs to be found, compiled once and shared by all texts. It holds no state. */
export interface Detection {
  /** The earlier one wins where two of one length are found in one place. */
  readonly entities: readonly Entity[];
  readonly anchors: Anchors;
  readonly shapes: ShapeAutomaton<FormTarget>;
  /** How long the shortest shape is that has at most so many digits. */
  readonly shortest: readonly number[];
  readonly tokens: PairIndex<TokenTarget>;
  readonly names: ReverseNames<NameTarget>;
  readonly context: ContextWords;
  /** Positions of the entities that code finds; -1 for those that are not looked for. */
  readonly coded: Readonly<Record<Coded, number>>;
  /** What the policy declares itself; it is looked for by `OwnMasker`. */
  readonly own: OwnDetection | undefined;
}

/** Compiles what is needed to find these entities, and those that a policy declares itself. */
export function compileDetection(entities: readonly Entity[], own: readonly OwnEntity[] = []): Detection {
  const prefilter = new Prefilter();
  const context = new ContextWords(entities.length);
  const names = new ReverseNames<NameTarget>();
  const shapes = entities.flatMap((entity, index) => (entity.shapes ?? []).map((shape) => ({ ...shape, entity: index })));
  const tokens = compileTokens(entities);
  for (const [index, entity] of entities.entries()) {
    for (const phrase of entity.context) context.add(phrase, index);
    for (const form of entity.fields ?? []) for (const name of form.names) names.add(name, { entity: index, form });
  }
  const coded = Object.fromEntries(CODED.map((id) => [id, entities.findIndex((entity) => entity.id === id)])) as Record<
    Coded,
    number
  >;
  for (const { form } of shapes) prefilter.cover(Array.from(form, setOfFormCharacter));
  for (const { pattern } of tokens) prefilter.cover(fixedSets(pattern));
  if (entities.some((entity) => entity.fields !== undefined)) markEither(prefilter, byteSet(':='), FIELD);
  coverCoded(prefilter, coded);
  return {
    entities,
    anchors: prefilter,
    shapes: new ShapeAutomaton(shapes.map(({ form, entity, tier, check }) => ({ form, target: { entity, tier, check } }))),
    shortest: shortestByDigits(shapes.map(({ form }) => form)),
    tokens: byRarestPair(tokens),
    names,
    context,
    coded,
    own: compileOwn(own),
  };
}

function compileTokens(entities: readonly Entity[]): readonly TokenTarget[] {
  return entities.flatMap((entity, index) => {
    const announced = ANNOUNCEMENTS.filter(([id]) => id === entity.id).map(([coded, pattern]) => ({ pattern, coded }));
    return [...(entity.tokens ?? []), ...announced].map((token) => {
      const {
        pattern: text,
        tier = 'A',
        check,
        coded,
      } = { coded: undefined, ...token } as TokenForm & { coded: Announced | undefined };
      const pattern = compileTokenPattern(text);
      return { entity: index, tier, check, pattern, coded, pairAt: rarestPair(fixedSets(pattern)) };
    });
  });
}

/** Tokens by the rarest two bytes that each is sure to have. */
function byRarestPair(tokens: readonly TokenTarget[]): PairIndex<TokenTarget> {
  const index = new PairIndex<TokenTarget>();
  for (const token of tokens) {
    const sets = fixedSets(token.pattern);
    index.add(sets[token.pairAt]!, sets[token.pairAt + 1]!, token);
  }
  return index;
}

/** What a pair costs that two digits can be: runs that are looked at are full of them, whatever a text is like. */
const MANY = 1000;
const FIRST_DIGIT = 0x30;

/** Where among these the pair begins that is met most seldom. */
function rarestPair(sets: readonly ByteSet[]): number {
  let rarest = 0;
  let least = Number.POSITIVE_INFINITY;
  for (let at = 0; at + 1 < sets.length; at++) {
    const [first, second] = [sets[at]!, sets[at + 1]!];
    const areDigits =
      first[FIRST_DIGIT] === 1 && second[FIRST_DIGIT] === 1 && first[FIRST_DIGIT + 9] === 1 && second[FIRST_DIGIT + 9] === 1;
    const frequency = frequencyOfSets(first, second) + (areDigits ? MANY : 0);
    if (frequency >= least) continue;
    least = frequency;
    rarest = at;
  }
  return rarest;
}

const FORM_SETS = new Map<string, ByteSet>();

function setOfFormCharacter(character: string): ByteSet {
  if (character === '#') return DIGITS;
  if (character === '@') return LETTERS;
  if (character === '*') return WORDS;
  if (character === '^') return CAPITALS;
  if (character === '&') return CAPITALS_AND_DIGITS;
  if (character === ' ') return SPACES;
  let set = FORM_SETS.get(character);
  if (set === undefined) FORM_SETS.set(character, (set = setOf(character.toLowerCase() + character.toUpperCase())));
  return set;
}

const LETTERS = byteSet('A-Za-z');
const WORDS = byteSet('0-9A-Za-z');
const CAPITALS = byteSet('A-Z');
const CAPITALS_AND_DIGITS = byteSet('0-9A-Z');
/** Whatever is read as a space: also the last byte of those of UTF-8, and the last digit of an encoded one. */
const SPACES: ByteSet = Uint8Array.from({ length: 256 }, (_, byte) => (byte === 0x20 || byte >= 0x80 ? 1 : 0));

/** Most characters of a token that the prefilter is told of. */
const COVERED = 48;
/** The sets of the characters up to the first that is repeated at will. */
function fixedSets({ steps }: TokenPattern): readonly ByteSet[] {
  const sets: ByteSet[] = [];
  for (const { bytes, min, max } of steps) {
    for (let i = 0; i < min && sets.length < COVERED; i++) sets.push(bytes);
    if (min !== max) break;
  }
  return sets;
}

/** More digits than this are no reason to look for less. */
export const MANY_DIGITS = 12;

function shortestByDigits(forms: readonly string[]): readonly number[] {
  return Array.from({ length: MANY_DIGITS + 1 }, (_, digits) => {
    const possible = forms.filter((form) => digits === MANY_DIGITS || form.replaceAll(/[^#\d]/g, '').length <= digits);
    return Math.min(...possible.map((form) => form.length));
  });
}

function markEither(prefilter: Prefilter, set: ByteSet, bits: number): void {
  const any = new Uint8Array(256).fill(1);
  prefilter.mark(set, any, bits);
  prefilter.mark(any, set, bits);
}

/** What the forms that code finds cannot be without. */
function coverCoded(prefilter: Prefilter, coded: Readonly<Record<Coded, number>>): void {
  const hex = byteSet('0-9A-Fa-f');
  if (coded.email >= 0 || coded['url-credentials'] >= 0) markEither(prefilter, byteSet('@'), VALUE);
  if (coded['ip-address'] >= 0) {
    prefilter.mark(DIGITS, byteSet('.'), VALUE);
    prefilter.mark(byteSet('.'), DIGITS, VALUE);
  }
  if (coded['ip-address'] >= 0 || coded['mac-address'] >= 0) {
    // Colons of IPv6 may all stand at odd places; hyphens of a MAC address cannot.
    prefilter.mark(hex, byteSet(':'), ADDRESS);
    prefilter.mark(byteSet(':'), byteSet('0-9A-Fa-f:'), ADDRESS);
    prefilter.mark(byteSet('-'), hex, ADDRESS);
  }
}
