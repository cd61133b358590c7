import { hashesOfFour } from './four-bytes.ts';
import { CLASSES, WORD } from '../characters/byte-classes.ts';
import { ANY, bitsOf, bytesOf, type ByteSet } from '../characters/byte-set.ts';
import { PairIndex } from '../forms/pair-index.ts';
import type { TokenStep } from '../forms/token-pattern.ts';

/** Forms as the module reads them, to compare what is marked for four bytes with all of the form. */
export interface FormTables {
  /** By the upper twelve bits of a hash of the four bytes from the one that is marked on: where its list begins in `lists`. */
  readonly keyed: Uint16Array;
  /** By the pair of bytes that is marked: the same for forms of which four bytes are too many. */
  readonly listed: Uint16Array;
  /**
   * Lists: how many forms; of the rows of letters and digits that they have where they are marked how long the shortest is that
   * may go on, and the shortest of those that end and are long, the set of what ends these, and of what ends short ones; then
   * where each form begins in `steps`.
   */
  readonly lists: Uint16Array;
  /**
   * Forms: how far behind its beginning it is marked, how many steps it has, how long it is at least; which bits of the four
   * bytes that are marked are always the same, and what they are; the same of the next four; its longest row of letters and
   * digits behind that place; of each step the set, the least, the most.
   */
  readonly steps: Uint16Array;
  /** By byte: of the tokens that are marked at it the same of their rows as a list has. */
  readonly tokenRows: Uint16Array;
  /** 32 bytes a set, a bit for each byte. */
  readonly sets: Uint8Array;
}

const TOLD_BY = 4;
/** So many bits of a hash do not tell in which list a form is. */
const KEYED_BY = 4;
const KEYED_LISTS = 1 << 12;

/** The sets of the first characters, up to the first that is repeated at will. */
function fixedSets(steps: readonly TokenStep[]): readonly ByteSet[] {
  const last = steps.findIndex(({ min, max }) => min !== max);
  return steps
    .slice(0, last < 0 ? steps.length : last + 1)
    .flatMap(({ bytes, min }) => Array.from({ length: min }, () => bytes));
}

/** Which bits all bytes of each set have alike, then what these bits are: four bytes each. */
function sameBits(sets: readonly ByteSet[]): readonly number[] {
  const bytes = sets.map(alikeIn);
  const masks = Uint8Array.from({ length: TOLD_BY }, (_, i) => bytes[i]?.same ?? 0);
  const values = Uint8Array.from({ length: TOLD_BY }, (_, i) => (bytes[i]?.all ?? 0) & masks[i]!);
  return [...new Uint16Array(masks.buffer), ...new Uint16Array(values.buffer)];
}

interface Alike {
  readonly same: number;
  readonly all: number;
}

const ALIKE = new WeakMap<ByteSet, Alike>();

/** Which bits all bytes of a set have alike, and which they all have. */
function alikeIn(set: ByteSet): Alike {
  let alike = ALIKE.get(set);
  if (alike !== undefined) return alike;
  let all = 0xff;
  let any = 0;
  for (let byte = 0; byte < 256; byte++) {
    if (set[byte] === 0) continue;
    all &= byte;
    any |= byte;
  }
  alike = { same: 0xff & ~(any ^ all), all };
  ALIKE.set(set, alike);
  return alike;
}

/** A row of letters and digits that every value of a form has. */
interface Row {
  /** How far behind the place that is marked it begins. */
  readonly from: number;
  readonly least: number;
  readonly most: number;
  /** What may follow it. */
  readonly behind: ByteSet;
}

/** So many bytes behind the place that is marked are looked through for letters and digits. */
const SEEN = 32;
const ENDLESS = 0xffff;
/** Nearly all words are shorter than a row that is long. */
const LONG = 8;
/** Cells of a list before its forms. */
const HEAD = 5;
const WORDS = Uint8Array.from(CLASSES, (bits) => ((bits & WORD) === 0 ? 0 : 1));

/** The longest of the rows of letters and digits that begin at a certain place of a form. */
function longestRow(steps: readonly TokenStep[], markedAt: number): Row {
  let longest: Row = { from: 0, least: 0, most: ENDLESS, behind: ANY };
  let from = -markedAt;
  for (let i = 0; i < steps.length && from < SEEN; i++) {
    const first = i;
    while (i < steps.length && steps[i]!.bytes.every(isOfWord)) i++;
    const row = steps.slice(first, i);
    const least = Math.min(sumOf(row, 'min'), SEEN - from);
    if (from >= 0 && least > longest.least) longest = { from, least, ...endOfRow(row, steps[i]) };
    const passed = steps.slice(first, i + 1);
    if (passed.some(({ min, max }) => min !== max)) break;
    from += sumOf(passed, 'min');
  }
  return longest;
}

/** How long a row of letters and digits is at most, and what follows it: what is none ends it. */
function endOfRow(row: readonly TokenStep[], next: TokenStep | undefined): Pick<Row, 'most' | 'behind'> {
  const isEnded = next !== undefined && next.min > 0 && !next.bytes.some((bit, byte) => bit === 1 && WORDS[byte] === 1);
  return isEnded ? { most: sumOf(row, 'max'), behind: next.bytes } : { most: ENDLESS, behind: ANY };
}

/** The row of letters and digits that begins where a form is marked. */
function markedRow(steps: readonly TokenStep[], markedAt: number): Pick<Row, 'least' | 'behind'> {
  let from = 0;
  let first = 0;
  while (from + steps[first]!.min <= markedAt) from += steps[first++]!.min;
  let last = first;
  while (last < steps.length && steps[last]!.bytes.every(isOfWord)) last++;
  const row = steps.slice(first, last);
  return { least: Math.max(0, sumOf(row, 'min') - (markedAt - from)), behind: endOfRow(row, steps[last]).behind };
}

function leastOf(rows: readonly Pick<Row, 'least'>[]): number {
  return Math.min(SEEN, ...rows.map(({ least }) => least));
}

function endsOf(rows: readonly Pick<Row, 'behind'>[]): ByteSet {
  return ANY.map((_, byte) => (rows.some(({ behind }) => behind[byte] === 1) ? 1 : 0));
}

function isOfWord(bit: number, byte: number): boolean {
  return bit === 0 || WORDS[byte] === 1;
}

function sumOf(steps: readonly TokenStep[], bound: 'min' | 'max'): number {
  return steps.reduce((sum, step) => sum + step[bound], 0);
}

/** Makes them, form by form. */
export class FormTableBuilder {
  readonly #byFour = new PairIndex<number>();
  readonly #byPair = new PairIndex<number>();
  readonly #steps: number[] = [];
  /** By form: the letters and digits it has where it is marked. */
  readonly #rows = new Map<number, Pick<Row, 'least' | 'behind'>>();
  /** By byte: the tokens that are marked at it. */
  readonly #tokens: readonly number[][] = Array.from({ length: 256 }, () => []);
  readonly #sets = new Map<string, number>();
  /** The same by the set itself: most forms share theirs, and a key takes longer to make than to be looked up. */
  readonly #ids = new Map<ByteSet, number>();

  /** Adds a form that is a token: see {@link add}. */
  addToken(marked: readonly [ByteSet, ByteSet], markedAt: number, steps: readonly TokenStep[]): void {
    for (const byte of bytesOf(marked[0])) this.#tokens[byte]!.push(this.#steps.length);
    this.add(marked, markedAt, steps);
  }

  /**
   * @param marked what may stand at the place that is marked, and behind it
   * @param markedAt how far behind the beginning that place is
   */
  add(marked: readonly [ByteSet, ByteSet], markedAt: number, steps: readonly TokenStep[]): void {
    const eight = fixedSets(steps).slice(markedAt, markedAt + 2 * TOLD_BY);
    const four = eight.slice(0, TOLD_BY);
    const row = longestRow(steps, markedAt);
    const hashes = hashesOfFour(four);
    if (hashes === undefined) this.#byPair.add(...marked, this.#steps.length);
    else for (const hash of hashes) this.#byFour.addPair(hash >> KEYED_BY, this.#steps.length);
    this.#rows.set(this.#steps.length, markedRow(steps, markedAt));
    this.#steps.push(
      markedAt,
      steps.length,
      sumOf(steps, 'min'),
      ...sameBits(four),
      ...sameBits(eight.slice(TOLD_BY)),
      row.from,
      row.least,
      row.most,
      this.#idOf(row.behind),
    );
    for (const { bytes, min, max } of steps) this.#steps.push(this.#idOf(bytes), min, max);
  }

  get tables(): FormTables {
    const flat: number[] = [];
    const laid = ({ positions, lists }: PairIndex<number>): Uint16Array => {
      const begins = lists.map((list) => flat.push(list.length, ...this.#rowsOf(list), ...list) - list.length - HEAD);
      return positions.map((position) => begins[position]!);
    };
    return {
      keyed: laid(this.#byFour).subarray(0, KEYED_LISTS),
      listed: laid(this.#byPair),
      lists: Uint16Array.from(flat),
      steps: Uint16Array.from(this.#steps),
      tokenRows: Uint16Array.from(this.#tokens.flatMap((list) => this.#rowsOf(list))),
      sets: new Uint8Array(Uint32Array.from([...this.#sets.keys()].flatMap((key) => key.split(' ').map(Number))).buffer),
    };
  }

  /** Of the rows of a list: the least of those that may go on, of those that end and are long, and what ends these and short ones. */
  #rowsOf(list: readonly number[]): readonly number[] {
    const rows = list.map((form) => this.#rows.get(form)!);
    const open = rows.filter(({ behind }) => behind === ANY);
    const ended = rows.filter(({ behind }) => behind !== ANY);
    const [long, short] = [ended.filter(({ least }) => least >= LONG), ended.filter(({ least }) => least < LONG)];
    return [leastOf(open), leastOf(long), this.#idOf(endsOf(long)), this.#idOf(endsOf(short))];
  }

  #idOf(set: ByteSet): number {
    let id = this.#ids.get(set);
    if (id !== undefined) return id;
    const key = bitsOf(set).join(' ');
    id = this.#sets.get(key) ?? this.#sets.size;
    this.#sets.set(key, id);
    this.#ids.set(set, id);
    return id;
  }
}
