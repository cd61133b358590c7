/**
 * Measures how much of what is planted in the corpus is found, and how much is found in texts that hold nothing.
 *
 * `--write` puts the tables into `docs/masking.md`.
 *
 * `npm run corpus -- [--per-entity 60] [--megabytes 6] [--seed 1] [--show 20] [--write]`
 */
import { parseArgs } from 'node:util';
import { ENTITIES } from '../../src/masking/catalogue.ts';
import { compileDetection } from '../../src/masking/scanning/detection.ts';
import { plantedDocuments } from './documents.ts';
import { catalogueTable } from './page/catalogue-table.ts';
import { precisionTable, recallTable } from './page/measured-tables.ts';
import { writeBlocks } from './page/page-block.ts';
import { measurePrecision } from './precision.ts';
import { measureRecall, total } from './recall.ts';

const { values } = parseArgs({
  options: {
    'per-entity': { type: 'string', default: '60' },
    megabytes: { type: 'string', default: '6' },
    seed: { type: 'string', default: '1' },
    show: { type: 'string', default: '20' },
    write: { type: 'boolean', default: false },
  },
});

const seed = Number(values.seed);
const show = Number(values.show);
const detection = compileDetection([...ENTITIES.values()]);
const documents = plantedDocuments([...ENTITIES.values()], { seed, perEntity: Number(values['per-entity']) });
const recall = measureRecall(detection, documents);
const precision = measurePrecision(detection, { seed, length: Number(values.megabytes) * 1e6 });

const lines: string[] = [];
for (const proof of ['A', 'B', 'name'] as const) {
  const { planted, found } = total(recall, proof);
  lines.push(`${proof}: ${found} of ${planted} (${((100 * found) / planted).toFixed(2)} %)`);
}
lines.push(
  `without a word: ${recall.unproven.found} of ${recall.unproven.planted}; found where nothing was planted: ${recall.others.length}`,
);
for (const { kind, megabytes, found } of precision)
  lines.push(`${kind}: ${found.length} in ${megabytes.toFixed(1)} MB, ${(found.length / megabytes).toFixed(2)} per MB`);
for (const miss of recall.misses.slice(0, show))
  lines.push(`missed ${miss.entity} (${miss.proof}, ${miss.manner}): ${JSON.stringify(miss.around)}`);
for (const { entity, around } of [...precision.flatMap(({ found }) => found.slice(0, show)), ...recall.others.slice(0, show)])
  lines.push(`false ${entity}: ${JSON.stringify(around)}`);
process.stdout.write(`${lines.join('\n')}\n`);
if (values.write) {
  await writeBlocks({ catalogue: catalogueTable(), recall: recallTable(recall), precision: precisionTable(precision) });
}
