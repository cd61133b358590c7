import type { Entity } from '../../src/masking/entity.ts';
import { marked, readMarks } from './marks.ts';
import { statementsFor, type Place, type Planting } from './planting.ts';
import { Random } from './random.ts';
import { chatBody, message } from './texts/chat.ts';
import { logLine } from './texts/logs.ts';
import { plainSentence } from './texts/plain-prose.ts';
import { sentence } from './texts/prose.ts';
import { sourceCode } from './texts/source-code.ts';
import { kindsOf, type Kind } from './values/kinds.ts';

/** A planted value as it stands in its document. */
export interface Planted {
  readonly entity: string;
  readonly proof: Kind['proof'];
  /** A word speaks for it, where it needs one. */
  readonly isProven: boolean;
  /** Where it was put, and how it was written there. */
  readonly manner: string;
  readonly value: string;
  /** In bytes of the document. */
  readonly start: number;
  readonly end: number;
}

export interface Document {
  readonly place: Place;
  readonly bytes: Uint8Array;
  readonly planted: readonly Planted[];
}

/** One in so many values that need a word stands without one. */
const WITHOUT_WORD = 6;
const PER_DOCUMENT = 12;
const PLACES: readonly Place[] = ['chat', 'chat', 'prose', 'log', 'code', 'chat', 'markdown', 'csv'];

/**
 * The corpus: documents of all kinds, in which every entity is planted so many times, in each of its forms and each way of
 * escaping in turn.
 */
export function plantedDocuments(
  entities: readonly Entity[],
  { seed, perEntity }: { readonly seed: number; readonly perEntity: number },
): Document[] {
  const random = new Random(seed);
  const queue = entities.flatMap((entity) => {
    const kinds = kindsOf(entity);
    const first = random.between(0, kinds.length - 1);
    return Array.from({ length: perEntity }, (_, i) => ({
      kind: kinds[(first + i) % kinds.length]!,
      isProven: i % WITHOUT_WORD !== WITHOUT_WORD - 1,
    }));
  });
  shuffle(random, queue);
  const documents: Document[] = [];
  for (let at = 0; at < queue.length; at += PER_DOCUMENT) {
    documents.push(documentOf(random, PLACES[documents.length % PLACES.length]!, queue.slice(at, at + PER_DOCUMENT)));
  }
  return documents;
}

function shuffle(random: Random, list: unknown[]): void {
  for (let i = list.length - 1; i > 0; i--) {
    const j = random.between(0, i);
    [list[i], list[j]] = [list[j], list[i]];
  }
}

type Planned = Pick<Planting, 'kind' | 'isProven'>;

function documentOf(random: Random, place: Place, planned: readonly Planned[]): Document {
  const plantings: Planting[] = [];
  const statements = planned.map(({ kind, isProven }) => {
    const { text, planting } = statementsFor(random, place, { kind, isProven: isProven || kind.proof !== 'B' }, (value) =>
      marked(plantings.length, value),
    );
    plantings.push(planting);
    return text;
  });
  const { text, marks } = readMarks(WRITERS[place](random, statements));
  return {
    place,
    bytes: new TextEncoder().encode(text),
    planted: marks.map(({ number, start, end }) => {
      const { kind, isProven, manner, value } = plantings[number]!;
      return { entity: kind.entity, proof: kind.proof, isProven, manner: `${place}: ${manner}`, value, start, end };
    }),
  };
}

/** Puts statements into a text of its kind. None may be lost. */
const WRITERS: Readonly<Record<Place, (random: Random, statements: readonly string[]) => string>> = {
  prose: (random, statements) =>
    statements.flatMap((statement) => [sentence(random), statement, plainSentence(random)]).join(' '),
  markdown: (random, statements) =>
    statements.map((statement) => `## ${plainSentence(random)}\n\n${plainSentence(random)}\n\n${statement}\n`).join('\n'),
  log: (random, statements) => statements.flatMap((statement) => [logLine(random), statement]).join('\n'),
  code: (random, statements) => statements.flatMap((statement) => [sourceCode(random), statement]).join('\n'),
  csv: (_, statements) => {
    const cells = statements.map((statement) => statement.split('\t') as [string, string]);
    return `${cells.map(([name]) => name).join(',')}\r\n${cells.map(([, value]) => value).join(',')}\r\n`;
  },
  chat: (random, statements) => {
    const left = [...statements];
    const bodies: string[] = [];
    while (left.length > 0)
      bodies.push(chatBody(random, () => [message(random), left.pop() ?? '', plainSentence(random)].join('\n')));
    return bodies.join('\n');
  },
};
