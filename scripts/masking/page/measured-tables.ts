import { ENTITIES } from '../../../src/masking/catalogue.ts';
import type { FalseFindings } from '../precision.ts';
import { total, type Recall, type Score } from '../recall.ts';
import type { Proof } from '../values/kinds.ts';
import { markdownTable } from './page-block.ts';

const PROOFS: readonly Proof[] = ['A', 'B', 'name'];

/** Sums first, then the entities of which something was missed; the others are all found. */
export function recallTable(recall: Recall): string {
  const sums = PROOFS.map((proof) => [WORDING[proof], ...cells(total(recall, proof))]);
  const { planted, found } = recall.unproven;
  sums.push(['a word would be needed and there is none (need not be found)', planted, found, share({ planted, found })]);
  const rows = [...ENTITIES.keys()].flatMap((id) => {
    const scores = recall.scores.get(id);
    return scores === undefined
      ? []
      : PROOFS.filter((proof) => scores[proof].planted > 0).map((proof) => [`\`${id}\``, proof, ...cells(scores[proof])]);
  });
  const head = ['planted', 'found', 'recall'];
  return [
    markdownTable(['proved by', ...head], '|---|---:|---:|---:|', sums),
    `<details><summary>By entity</summary>\n\n${markdownTable(['entity', 'found by', ...head], '|---|---|---:|---:|---:|', rows)}\n\n</details>`,
  ].join('\n\n');
}

const WORDING: Readonly<Record<Proof, string>> = {
  A: 'its form alone (tier A)',
  B: 'its form and a word before it (tier B)',
  name: 'the name of its field',
};

function cells(score: Score): readonly (string | number)[] {
  return [score.planted, score.found, share(score)];
}

function share({ planted, found }: Score): string {
  return `${((100 * found) / planted).toFixed(2)} %`;
}

/** False findings per megabyte. */
export function precisionTable(measured: readonly FalseFindings[]): string {
  const rows = measured.map(({ kind, megabytes, found }) => [
    kind,
    megabytes.toFixed(1),
    found.length,
    (found.length / megabytes).toFixed(2),
    kindsFound(found),
  ]);
  return markdownTable(['clean text', 'MB', 'false findings', 'per MB', 'taken for'], '|---|---:|---:|---:|---|', rows);
}

function kindsFound(found: FalseFindings['found']): string {
  return [...new Set(found.map(({ entity }) => `\`${entity}\``))].sort().join(', ');
}
