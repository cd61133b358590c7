import type { Detection } from '../../src/masking/scanning/detection.ts';
import type { Document, Planted } from './documents.ts';
import { findAll, maskCsv } from './findings.ts';
import type { Proof } from './values/kinds.ts';

/** How many were planted, and how many of them are covered from end to end. */
export interface Score {
  planted: number;
  found: number;
}

/** A planted value that was not found, with what stands around it. */
export interface Miss extends Planted {
  readonly around: string;
}

export interface Recall {
  /** By entity and by what proves it. */
  readonly scores: ReadonlyMap<string, Readonly<Record<Proof, Score>>>;
  /** Those that no word speaks for: they need not be found. */
  readonly unproven: Score;
  readonly misses: readonly Miss[];
  /** Found where nothing was planted. */
  readonly others: readonly { readonly entity: string; readonly around: string }[];
}

/** Looks for everything that was planted. */
export function measureRecall(detection: Detection, documents: readonly Document[]): Recall {
  const scores = new Map<string, Record<Proof, Score>>();
  const unproven = { planted: 0, found: 0 };
  const misses: Miss[] = [];
  const others: { entity: string; around: string }[] = [];
  for (const document of documents) {
    const isCovered = document.place === 'csv' ? coveredInCsv(detection, document) : coveredIn(detection, document, others);
    for (const planted of document.planted) {
      const score = planted.isProven ? scoreOf(scores, planted) : unproven;
      score.planted++;
      if (isCovered(planted)) score.found++;
      else if (planted.isProven) misses.push({ ...planted, around: around(document.bytes, planted.start, planted.end) });
    }
  }
  return { scores, unproven, misses, others };
}

function scoreOf(scores: Map<string, Record<Proof, Score>>, { entity, proof }: Planted): Score {
  let score = scores.get(entity);
  if (score === undefined) {
    score = { A: { planted: 0, found: 0 }, B: { planted: 0, found: 0 }, name: { planted: 0, found: 0 } };
    scores.set(entity, score);
  }
  return score[proof];
}

function coveredInCsv(detection: Detection, { bytes }: Document): (planted: Planted) => boolean {
  const masked = maskCsv(detection, bytes);
  return ({ value }) => !masked.includes(value);
}

function coveredIn(
  detection: Detection,
  { bytes, planted }: Document,
  others: { entity: string; around: string }[],
): (planted: Planted) => boolean {
  const found = findAll(detection, bytes);
  for (const { entity, start, end } of found) {
    if (planted.every((value) => value.end <= start || value.start >= end))
      others.push({ entity, around: around(bytes, start, end) });
  }
  return ({ start, end }) => {
    let to = start;
    for (const each of found) if (each.start <= to && each.end > to) to = each.end;
    return to >= end;
  };
}

/** The place in the text, with the value between marks. */
export function around(bytes: Uint8Array, start: number, end: number): string {
  const text = (from: number, to: number): string => new TextDecoder().decode(bytes.subarray(Math.max(0, from), to));
  return `${text(start - 60, start)}«${text(start, end)}»${text(end, end + 20)}`;
}

/** Sums of all entities for one proof. */
export function total({ scores }: Recall, proof: Proof): Score {
  const sum = { planted: 0, found: 0 };
  for (const score of scores.values()) {
    sum.planted += score[proof].planted;
    sum.found += score[proof].found;
  }
  return sum;
}
