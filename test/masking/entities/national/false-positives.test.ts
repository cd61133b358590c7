import { describe, expect, it } from 'vitest';
import { NATIONAL_ENTITIES } from '../../../../src/masking/entities/national/national-entities.ts';
import { passes } from './support/reference-matcher.ts';
import { fill, seededRandom } from './support/seeded-random.ts';

const SAMPLES = 6_000;
/** Three standard deviations above 1 % of the samples. */
const LIMIT = 0.01 + 3 * Math.sqrt((0.01 * 0.99) / SAMPLES);

/** Forms that are found anywhere although no check digit thins them out, and what stands in for it. */
const BY_FORM_ALONE = new Map([
  ['uk-nino', 'three letters around three pairs, four gaps, a list of prefixes'],
  ['us-mbi', 'five letters at fixed places out of twenty, two gaps'],
]);

/** How rare the characters are that stand for themselves. */
function shareOfLiterals(form: string): number {
  const letters = form.match(/[A-Z]/g)?.length ?? 0;
  const digits = form.match(/[0-9]/g)?.length ?? 0;
  return 26 ** -letters * 10 ** -digits;
}

describe('forms of tier A', () => {
  const rows = NATIONAL_ENTITIES.filter((entity) => !BY_FORM_ALONE.has(entity.id)).flatMap((entity) =>
    (entity.shapes ?? []).filter((shape) => shape.tier === 'A').map((shape) => [entity.id, shape.form, shape] as const),
  );

  it.each(rows)('%s as %s takes no more than one random text in a hundred', (_id, form, shape) => {
    const random = seededRandom(20_261_126);
    let accepted = 0;
    for (let i = 0; i < SAMPLES; i++) if (passes(shape, fill(form, random))) accepted++;
    expect((accepted / SAMPLES) * shareOfLiterals(form)).toBeLessThanOrEqual(LIMIT);
  });

  it.each([...BY_FORM_ALONE])('%s has %s', (id) => {
    const entity = NATIONAL_ENTITIES.find((candidate) => candidate.id === id);
    const anywhere = entity?.shapes?.filter((shape) => shape.tier === 'A') ?? [];
    expect(anywhere.length).toBeGreaterThan(0);
    expect(anywhere.filter((shape) => !/[@^].*[- ].*[@^]/.test(shape.form))).toEqual([]);
  });
});
