import { CLASSES, DIGIT, GLUE, LETTER, UPPER } from './byte-classes.ts';

const SPACE = 0x20;
const OPEN = 0x28;
const CLOSE = 0x29;

/** What may stand on one side of a space or a parenthesis that belongs to a run. */
interface Neighbours {
  readonly classes: number;
  readonly others: readonly number[];
}

const BETWEEN = new Uint8Array(256);
const MAY_PRECEDE = new Uint8Array(256);
const MAY_FOLLOW = new Uint8Array(256);

/** Each of them has a bit of its own, which stands with the bytes that may be its neighbours. */
function join(byte: number, bit: number, before: Neighbours, after: Neighbours): void {
  BETWEEN[byte] = bit;
  mark(MAY_PRECEDE, bit, before);
  mark(MAY_FOLLOW, bit, after);
}

function mark(table: Uint8Array, bit: number, { classes, others }: Neighbours): void {
  for (const [byte, bits] of CLASSES.entries()) if ((bits & classes) !== 0 || others.includes(byte)) table[byte]! |= bit;
}

const NO_LETTERS = CLASSES.reduce<number[]>((bytes, bits, byte) => ((bits & LETTER) === 0 ? [...bytes, byte] : bytes), []);
join(SPACE, 1, { classes: DIGIT | UPPER, others: [CLOSE] }, { classes: DIGIT | UPPER, others: [OPEN] });
join(OPEN, 2, { classes: 0, others: NO_LETTERS }, { classes: DIGIT, others: [] });
join(CLOSE, 4, { classes: DIGIT, others: [] }, { classes: DIGIT | GLUE, others: [SPACE] });

/** Whether a space or a parenthesis belongs to a run, by the bytes right before and behind it; false for any other character. */
export function joins(value: number, before: number, after: number): boolean {
  return (BETWEEN[value]! & MAY_PRECEDE[before]! & MAY_FOLLOW[after]!) !== 0;
}

/** Whether what comes behind it decides whether this character belongs to a run: a space or a parenthesis. */
export function mayJoin(value: number, before: number): boolean {
  return value >= 0 && (BETWEEN[value]! & MAY_PRECEDE[before]!) !== 0;
}
