import { Defect } from '../../core/defect.ts';
import type { Check, Entity, FieldForm, Tier, TokenForm } from '../entity.ts';
import { compileOwn, type OwnDetection } from '../own/own-detection.ts';
import type { OwnEntity } from '../own/own-entity.ts';
import { ContextWords } from './context/context-words.ts';
import { ANY, byteSet, bytesOf, isDisjoint, setOf, type ByteSet } from './characters/byte-set.ts';
import { PlaceFinder, type Places } from './places/place-finder.ts';
import { ADDRESSES, AT_SIGNS, FORMS, NUMBERS, PHRASES, PlaceTableBuilder } from './places/place-tables.ts';
import { SHORTEST_HEADER } from './coded/jwt.ts';
import { TokenIndex } from './forms/token-index.ts';
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
  /** How far behind its beginning the place is that is marked. */
  readonly markedAt: number;
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
  // Whatever is shorter cannot name an algorithm.
  ['jwt', `eyJ[A-Za-z0-9_-]{${SHORTEST_HEADER - 3},4096}\\.`],
  ['private-key', 'PRIVATE KEY'],
  ...['mnemonic', 'phrase', 'seed', 'seedphrase', 'recoveryphrase', 'mnemonicphrase'].map(
    (word) => ['seed-phrase', inEitherCase(word)] as const,
  ),
];

function inEitherCase(word: string): string {
  return word.replaceAll(/[a-z]/g, (letter) => `[${letter.toUpperCase()}${letter}]`);
}

/** Everything that a set of entities needs to be found, compiled once and shared by all texts. It holds no state. */
export interface Detection {
  /** The earlier one wins where two of one length are found in one place. */
  readonly entities: readonly Entity[];
  readonly places: Places;
  /** The shapes that are marked for four bytes they have, not for their digits. */
  readonly keys: TokenIndex<string>;
  readonly shapes: ShapeAutomaton<FormTarget>;
  /** How long the shortest shape is that has at most so many digits. */
  readonly shortest: readonly number[];
  readonly longestShape: number;
  readonly tokens: TokenIndex<TokenTarget>;
  /** Letters and digits at which tokens are marked that have one before it; all others are marked where a word begins. */
  readonly markedWithin: ByteSet;
  /** How long the shortest token is that announces nothing else. */
  readonly shortestToken: number;
  readonly names: ReverseNames<NameTarget>;
  readonly context: ContextWords;
  /** Positions of the entities that code finds; -1 for those that are not looked for. */
  readonly coded: Readonly<Record<Coded, number>>;
  /** What the policy declares itself; it is looked for by `OwnMasker`. */
  readonly own: OwnDetection | undefined;
}

/** Compiles what is needed to find these entities, and those that a policy declares itself. */
export function compileDetection(entities: readonly Entity[], own: readonly OwnEntity[] = []): Detection {
  const places = new PlaceTableBuilder();
  const context = new ContextWords(entities.length);
  const names = new ReverseNames<NameTarget>();
  const shapes = entities.flatMap((entity, index) => (entity.shapes ?? []).map((shape) => ({ ...shape, entity: index })));
  for (const [index, entity] of entities.entries()) {
    for (const phrase of entity.context) context.add(phrase, index);
    for (const form of entity.fields ?? []) for (const name of form.names) names.add(name, { entity: index, form });
  }
  const coded = Object.fromEntries(CODED.map((id) => [id, entities.findIndex((entity) => entity.id === id)])) as Record<
    Coded,
    number
  >;
  const keys = indexShapes(
    shapes.map(({ form }) => form),
    places,
  );
  const { tokens, markedWithin, shortestToken } = indexTokens(tokenForms(entities), places);
  for (const ending of names.endings) places.addEnding(ending);
  for (const [letters, speaksFor] of context.beginnings) places.addBeginning(letters, speaksFor.has(coded.phone));
  wantCoded(places, coded);
  const automaton = new ShapeAutomaton(
    shapes.map(({ form, entity, tier, check }) => ({ form, target: { entity, tier, check } })),
  );
  return {
    entities,
    places: new PlaceFinder(places.tables(names.automaton), automaton),
    keys,
    shapes: automaton,
    shortest: shortestByDigits(shapes.map(({ form }) => form)),
    longestShape: Math.max(0, ...shapes.map(({ form }) => form.length)),
    tokens,
    markedWithin,
    shortestToken,
    names,
    context,
    coded,
    own: compileOwn(own),
  };
}

/** Has places marked for shapes. @returns those that are marked for four bytes they have */
function indexShapes(forms: readonly string[], places: PlaceTableBuilder): TokenIndex<string> {
  const keys = new TokenIndex<string>();
  for (const form of forms) {
    const feature = places.addForm({ sets: Array.from(form, setOfFormCharacter) }, form);
    if (feature.by !== 'key') continue;
    const [first, second] = feature.key;
    keys.add(feature.key, form);
    places.addSteps(
      [first, second],
      0,
      feature.key.map((bytes) => ({ bytes, min: 1, max: 1 })),
    );
  }
  return keys;
}

/** Has places marked for tokens. @returns the tokens by what stands at the place that is marked */
function indexTokens(
  forms: ReturnType<typeof tokenForms>,
  places: PlaceTableBuilder,
): Pick<Detection, 'tokens' | 'markedWithin' | 'shortestToken'> {
  const tokens = new TokenIndex<TokenTarget>();
  const markedWithin = new Uint8Array(256);
  let shortestToken = Number.POSITIVE_INFINITY;
  for (const token of forms) {
    const { pattern, coded: announced } = token;
    const sets = fixedSets(pattern);
    const length = announced === 'jwt' ? SHORTEST_JWT : leastLength(pattern);
    if (announced === undefined) shortestToken = Math.min(shortestToken, length);
    const flag = announced === undefined ? undefined : TOLD_BY[announced];
    if (flag !== undefined) places.want(flag);
    const markedAt = flag === undefined ? places.addForm({ sets, length }, pattern.source).at : 0;
    const marked = [sets[markedAt]!, sets[markedAt + 1] ?? ANY] as const;
    if (length < SHORTEST_AT_DIGITS && !isDisjoint(marked[0], DIGITS))
      throw new Defect(`The token ${pattern.source} is too short to be marked at a digit`);
    tokens.add([...marked, ...sets.slice(markedAt + 2)], { ...token, markedAt });
    places.addTokenSteps(marked, markedAt, pattern.steps);
    if (markedAt > 0 && !isDisjoint(sets[markedAt - 1]!, WORDS)) for (const byte of bytesOf(marked[0])) markedWithin[byte] = 1;
  }
  return { tokens, markedWithin, shortestToken };
}

function tokenForms(entities: readonly Entity[]): readonly Omit<TokenTarget, 'markedAt'>[] {
  return entities.flatMap((entity, index) => {
    const announced = ANNOUNCEMENTS.filter(([id]) => id === entity.id).map(([coded, pattern]) => ({ pattern, coded }));
    return [...(entity.tokens ?? []), ...announced].map((token) => {
      const {
        pattern,
        tier = 'A',
        check,
        coded,
      } = { coded: undefined, ...token } as TokenForm & { coded: Announced | undefined };
      return { entity: index, tier, check, pattern: compileTokenPattern(pattern), coded };
    });
  });
}

/** Around digits with fewer joinable characters the module looks for no token: `SHORTEST_TOKEN` of `assembly/runs.ts`. */
const SHORTEST_AT_DIGITS = 13;

/** Announcements that the module tells by itself. */
const TOLD_BY: Readonly<Partial<Record<Announced, number>>> = { 'private-key': FORMS, 'seed-phrase': PHRASES };

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

const DIGITS = byteSet('0-9');
const LETTERS = byteSet('A-Za-z');
const WORDS = byteSet('0-9A-Za-z');
const CAPITALS = byteSet('A-Z');
const CAPITALS_AND_DIGITS = byteSet('0-9A-Z');
/** Whatever is read as a space: also the last byte of those of UTF-8, and the last digit of an encoded one. */
const SPACES: ByteSet = Uint8Array.from({ length: 256 }, (_, byte) => (byte === 0x20 || byte >= 0x80 ? 1 : 0));

/** Most characters of a token that places are told by. */
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

/** Fewer characters no JSON Web Token has: its header alone names an algorithm. */
const SHORTEST_JWT = 20;

/** How many characters it has at least. */
function leastLength({ steps }: TokenPattern): number {
  return steps.reduce((sum, { min }) => sum + min, 0);
}

/** More digits than this are no reason to look for less. */
export const MANY_DIGITS = 12;

function shortestByDigits(forms: readonly string[]): readonly number[] {
  return Array.from({ length: MANY_DIGITS + 1 }, (_, digits) => {
    const possible = forms.filter((form) => digits === MANY_DIGITS || form.replaceAll(/[^#\d]/g, '').length <= digits);
    return Math.min(...possible.map((form) => form.length));
  });
}

/** What the forms that code finds cannot be without. */
function wantCoded(places: PlaceTableBuilder, coded: Readonly<Record<Coded, number>>): void {
  if (coded.email >= 0 || coded['url-credentials'] >= 0) places.want(AT_SIGNS);
  if (coded['ip-address'] >= 0) places.want(NUMBERS | ADDRESSES);
  if (coded['mac-address'] >= 0) places.want(FORMS | ADDRESSES);
  if (coded.phone >= 0) places.want(NUMBERS);
}
