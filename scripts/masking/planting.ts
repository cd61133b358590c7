import { escaped } from './marks.ts';
import type { Random } from './random.ts';
import { plainSentence } from './texts/plain-prose.ts';
import { timestamp } from './texts/identifiers.ts';
import type { Kind } from './values/kinds.ts';

/** Kinds of texts that values are planted in. */
export type Place = 'chat' | 'prose' | 'markdown' | 'log' | 'code' | 'csv';

/** A value that was planted. */
export interface Planting {
  readonly kind: Kind;
  readonly isProven: boolean;
  readonly value: string;
  /** How it was written. */
  readonly manner: string;
}

interface Piece {
  readonly random: Random;
  readonly kind: Kind;
  /** The word or the name; undefined where there is none. */
  readonly word: string | undefined;
  /** The value with its marks, and what belongs around it. */
  readonly value: string;
}

/** A piece of text that holds the value. */
type Writer = (piece: Piece) => string;

/** The word as names of fields are written. */
function fieldName({ word, random, kind }: Piece): string {
  const name = (word ?? 'note').replaceAll(/[\s.'/-]+/g, '_');
  if (kind.proof === 'name') return random.chance(0.3) ? name.toUpperCase() : name;
  return /^[a-z_]+$/.test(name) && random.chance(0.3)
    ? name.replaceAll(/_(.)/g, (_, letter: string) => letter.toUpperCase())
    : name;
}

const inProse: Writer = (piece) => {
  const { random, word, value, kind } = piece;
  if (kind.proof === 'name')
    return random.pick([
      `${fieldName(piece)}: "${value}"`,
      `\`${fieldName(piece)}="${value}"\``,
      `{"${fieldName(piece)}": "${value}"}`,
    ]);
  if (word === undefined)
    return random.pick([
      `It says ${value}, I think.`,
      `(${value})`,
      `${plainSentence(random)} ${value}`,
      `"${value}"`,
      `Here it is: ${value}.`,
      `${value}\n`,
    ]);
  return random.pick([
    `${word}: ${value}`,
    `My ${word} is ${value}, I think.`,
    `${word} ${value}.`,
    `The ${word} of this person is "${value}"`,
  ]);
};

const inMarkdown: Writer = (piece) => {
  const { random, word, value, kind } = piece;
  if (kind.proof === 'name') return `\`\`\`\n${fieldName(piece)}: '${value}'\n\`\`\``;
  return random.pick([
    `- **${word ?? 'Note'}:** ${value}`,
    `| ${word ?? 'note'} | ${value} |`,
    `> ${word ?? 'it is'} ${value}`,
    `${word ?? ''}\n\n    ${value}`,
  ]);
};

const inLog: Writer = (piece) => {
  const { random, kind, value } = piece;
  const line = random.pick([
    `{"level":"info","time":"${timestamp(random)}","msg":"saved","${fieldName(piece)}":"${value}","ok":true}`,
    `Nov 12 04:11:09 host app[${random.between(100, 9999)}]: ${fieldName(piece)}="${value}" done`,
    kind.proof === 'name'
      ? `${fieldName(piece)}="${value}"`
      : `${timestamp(random)} WARN ${fieldName(piece)}=${value} rejected`,
  ]);
  return line;
};

const inCode: Writer = (piece) => {
  const { random, value, word, kind } = piece;
  const name = fieldName(piece);
  return random.pick([
    `const record = { ${name}: '${value}', active: true };`,
    `row = {"${name}": "${value}"}  # imported`,
    `${name}: "${value}"`,
    kind.proof === 'name' ? `export ${name.toUpperCase()}="${value}"` : `// ${word ?? 'see'}\nconst example = '${value}';`,
    `UPDATE people SET ${name} = '${value}' WHERE id = 7;`,
  ]);
};

const WRITERS: Readonly<Record<Place, Writer>> = {
  prose: inProse,
  markdown: inMarkdown,
  log: inLog,
  code: inCode,
  chat: (piece) => piece.random.pick([inProse, inProse, inMarkdown, inLog, inCode])(piece),
  csv: (piece) => `${fieldName(piece)}\t${piece.value}`,
};

/** Entities whose values have lines or spaces that none of these places can hold as they are. */
const BLOCKS: ReadonlySet<string> = new Set(['private-key', 'seed-phrase', 'url-credentials']);
/** What may be spelt as an escape. */
const ESCAPABLE = /[@ .:/-]/;

/**
 * Writes a value into a text of its place.
 * @param mark puts the marks around the value
 */
export function statementsFor(
  random: Random,
  place: Place,
  { kind, isProven }: Pick<Planting, 'kind' | 'isProven'>,
  mark: (text: string) => string,
): { readonly text: string; readonly planting: Planting } {
  const value = kind.make(random);
  const word = kind.proof === 'A' || !isProven ? undefined : random.pick(kind.words);
  const [before, after] = kind.around ?? ['', ''];
  const planting = (manner: string): Planting => ({ kind, isProven, value, manner });
  const piece = (text: string): Piece => ({ random, kind, word, value: before + mark(text) + after });
  if (BLOCKS.has(kind.entity)) {
    const text =
      place === 'csv'
        ? `${word ?? 'note'}\t"${piece(value).value}"`
        : `${plainSentence(random)}\n${word ?? 'see'}: ${piece(value).value}\n`;
    return { text, planting: planting('as it is') };
  }
  if (place === 'chat' && random.chance(0.2) && ESCAPABLE.test(value)) {
    const spelt = value.replace(ESCAPABLE, (character) => escaped(character));
    return { text: `\n${inProse(piece(spelt))}`, planting: planting('with an escape') };
  }
  if (place !== 'csv' && random.chance(0.15) && isAscii(word)) {
    const name = fieldName(piece(value)).toLowerCase();
    const query = `${word === undefined ? 'q' : name}=${piece(encodeURIComponent(value)).value}&page=2`;
    return { text: `GET https://app.example/find?lang=en&${query}`, planting: planting('in a URL') };
  }
  return { text: WRITERS[place](piece(value)), planting: planting('as it is') };
}

function isAscii(word: string | undefined): boolean {
  return word === undefined || /^[ -~]+$/.test(word);
}
