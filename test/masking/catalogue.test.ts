import { describe, expect, it } from 'vitest';
import { ENTITIES, GROUPS } from '../../src/masking/catalogue.ts';
import { compileDetection, type Detection } from '../../src/masking/scanning/detection.ts';
import { mask, readSpecimen } from './support/mask-text.ts';

const detections = new Map<string, Detection>();

function detectionOf(id: string): Detection {
  let detection = detections.get(id);
  if (detection === undefined) detections.set(id, (detection = compileDetection([ENTITIES.get(id)!])));
  return detection;
}

describe.each([...ENTITIES.values()].map((entity) => [entity.id, entity] as const))('%s', (id, entity) => {
  it('finds every specimen, and nothing beside it', () => {
    for (const specimen of entity.specimens) {
      const { text, value } = readSpecimen(specimen);
      const label = id.toUpperCase().replaceAll('-', '_');
      const masked = mask(text, { detection: detectionOf(id) });
      expect.soft([specimen, masked.found], specimen).toEqual([specimen, { [id]: 1 }]);
      const replaced = [text.replace(value, () => `REDACTED_${label}`), text.replace(value, () => '0')];
      expect.soft(replaced, specimen).toContain(masked.text);
    }
  });

  it('finds nothing in its counter-examples', () => {
    for (const example of entity.counterExamples) {
      const masked = mask(example, { detection: detectionOf(id) });
      expect.soft([example, masked.text], example).toEqual([example, example]);
    }
  });
});

describe('GROUPS', () => {
  it('has the entities that the contract names', () => {
    const ids = [
      'email',
      'phone',
      'iban',
      'payment-card',
      'us-ssn',
      'de-steuer-id',
      'fr-nir',
      'ip-address',
      'aws-access-key',
      'private-key',
      'jwt',
    ];
    expect(ids.filter((id) => !ENTITIES.has(id))).toEqual([]);
    expect(GROUPS.get('pii')).toContain('email');
    expect(GROUPS.get('pii')).not.toContain('aws-access-key');
    expect(GROUPS.get('secrets')).toContain('jwt');
  });
});
