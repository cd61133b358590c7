import { describe, expect, it } from 'vitest';
import { plantedDocuments } from '../../../scripts/masking/documents.ts';
import { measurePrecision } from '../../../scripts/masking/precision.ts';
import { measureRecall, total, type Score } from '../../../scripts/masking/recall.ts';
import { ENTITIES } from '../../../src/masking/catalogue.ts';
import { ALL } from '../support/mask-text.ts';

const DOCUMENTS = plantedDocuments([...ENTITIES.values()], { seed: 5, perEntity: 8 });
const RECALL = measureRecall(ALL, DOCUMENTS);

function share({ planted, found }: Score): number {
  return found / planted;
}

describe('the corpus', () => {
  it('holds every entity, in each kind of text', () => {
    const planted = new Set(DOCUMENTS.flatMap((document) => document.planted.map(({ entity }) => entity)));
    expect([...planted].sort()).toEqual([...ENTITIES.keys()].sort());
    expect([...new Set(DOCUMENTS.map(({ place }) => place))].sort()).toEqual([
      'chat',
      'code',
      'csv',
      'log',
      'markdown',
      'prose',
    ]);
  });

  it('says where its values stand', () => {
    for (const { bytes, planted, place } of DOCUMENTS) {
      for (const { value, start, end, manner } of planted) {
        const text = new TextDecoder().decode(bytes.subarray(start, end));
        if (place !== 'chat' && manner.endsWith('as it is')) expect(text).toBe(value);
        expect(text.length).toBeGreaterThanOrEqual(value.length);
      }
    }
  });

  it('is the same for the same seed', () => {
    const few = [...ENTITIES.values()].slice(0, 20);
    expect(plantedDocuments(few, { seed: 9, perEntity: 2 })).toEqual(plantedDocuments(few, { seed: 9, perEntity: 2 }));
  });
});

describe('recall on the corpus', () => {
  it('is 99.5 % of what shows by its form', () => {
    expect(share(total(RECALL, 'A')), missed('A')).toBeGreaterThanOrEqual(0.995);
  });

  it('is 97 % of what a word speaks for', () => {
    expect(share(total(RECALL, 'B')), missed('B')).toBeGreaterThanOrEqual(0.97);
  });

  it('is 97 % of what the name of a field tells', () => {
    expect(share(total(RECALL, 'name')), missed('name')).toBeGreaterThanOrEqual(0.97);
  });

  it('does not come from finding what nothing speaks for', () => {
    expect(RECALL.unproven.planted).toBeGreaterThan(50);
    expect(share(RECALL.unproven)).toBeLessThanOrEqual(0.03);
  });
});

describe('false findings', () => {
  it.each(measurePrecision(ALL, { seed: 5, length: 1_000_000 }))(
    'are at most one per megabyte of clean $kind',
    ({ found, megabytes }) => {
      expect(found.length / megabytes, JSON.stringify(found)).toBeLessThanOrEqual(1);
    },
  );
});

function missed(proof: string): string {
  return RECALL.misses
    .filter((miss) => miss.proof === proof)
    .map(({ entity, around }) => `${entity}: ${around}`)
    .join('\n');
}
