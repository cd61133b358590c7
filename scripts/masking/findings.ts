import { CsvFilter } from '../../src/masking/media/csv-filter.ts';
import { Findings } from '../../src/masking/finding.ts';
import { Masker } from '../../src/masking/masker.ts';
import { filterWhole } from '../../src/masking/media/filter-whole.ts';
import type { Detection } from '../../src/masking/scanning/detection.ts';
import { Scanner } from '../../src/masking/scanning/scanner.ts';
import { createReplacer } from '../../src/masking/strategies/replacer.ts';

/** Something that was found, in bytes of the text. */
export interface Found {
  readonly entity: string;
  readonly start: number;
  readonly end: number;
}

/** All that is found in a text, in order. */
export function findAll(detection: Detection, bytes: Uint8Array): Found[] {
  const found: Found[] = [];
  let open: { entity: string; start: number } | undefined;
  const scanner = new Scanner(detection, {
    found: (entity, start, end) => found.push({ entity: detection.entities[entity]!.id, start, end }),
    opened: (entity, start) => {
      open = { entity: detection.entities[entity]!.id, start };
    },
    closed: (end) => {
      if (open !== undefined) found.push({ ...open, end });
      open = undefined;
    },
  });
  scanner.scan(bytes, 0, 0, true);
  return found;
}

/** What is left of comma-separated values, each cell masked under the name of its column. */
export function maskCsv(detection: Detection, bytes: Uint8Array): string {
  const plan = new Map(detection.entities.map(({ id }) => [id, 'redact' as const]));
  const masking = { detection, replacer: createReplacer(plan, { hash: () => new Uint8Array(32) }), findings: new Findings() };
  const filter = new CsvFilter((name) =>
    name === undefined ? new Masker(masking) : Masker.forField(masking, new TextEncoder().encode(name)),
  );
  return new TextDecoder().decode(filterWhole(filter, bytes));
}
