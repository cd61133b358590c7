import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Findings } from '../../../src/masking/finding.ts';
import { openMasker } from '../../../src/masking/open-masker.ts';
import type { OwnEntity } from '../../../src/masking/own/own-entity.ts';
import { compileDetection } from '../../../src/masking/scanning/detection.ts';
import { createReplacer } from '../../../src/masking/strategies/replacer.ts';
import { ENTITIES } from '../../../src/masking/catalogue.ts';
import { filter } from '../support/mask-text.ts';

const OWN: readonly OwnEntity[] = [
  { id: 'employee', pattern: 'EMP-\\d{6}', context: [], max: 10 },
  { id: 'project', pattern: 'Project [A-Z][a-z]{2,12}', context: [], max: 21 },
  { id: 'badge', pattern: '\\b[0-9]{6}\\b', context: ['badge', 'ausweis'], max: 6 },
  { id: 'part', pattern: 'PN[0-9]{2,12}', checksum: 'luhn', context: [], max: 14 },
  { id: 'street', pattern: '[A-Z][a-zß-ü]{2,20}straße', context: [], max: 30 },
];
const detection = compileDetection([ENTITIES.get('email')!], OWN);
const encoder = new TextEncoder();

function mask(text: string, cuts: readonly number[] = []): { text: string; found: Record<string, number> } {
  const plan = new Map([...OWN.map(({ id }) => id), 'email'].map((id) => [id, 'redact' as const]));
  const findings = new Findings();
  const masker = openMasker({ detection, replacer: createReplacer(plan, { hash: () => new Uint8Array(32) }), findings });
  return {
    text: new TextDecoder().decode(filter(masker, encoder.encode(text), cuts)),
    found: Object.fromEntries(findings.counts),
  };
}

describe('OwnMasker', () => {
  it.each([
    ['ask EMP-123456 about it', 'ask REDACTED_EMPLOYEE about it'],
    ['{"id":"EMP-123456","to":"anna@example.org"}', '{"id":"REDACTED_EMPLOYEE","to":"REDACTED_EMAIL"}'],
    ['it is Project Apollo, the new one', 'it is REDACTED_PROJECT, the new one'],
    ['{"t":"\\nEMP\\u002d123456"}', '{"t":"\\nREDACTED_EMPLOYEE"}'],
    ['badge 123456 lost', 'badge REDACTED_BADGE lost'],
    ['order 123456 lost', 'order 123456 lost'],
    ['badge 1234567 lost', 'badge 1234567 lost'],
    ['PN79927398713', 'REDACTED_PART'],
    ['PN79927398714', 'PN79927398714'],
    ['wohnt Lindenstraße 5', 'wohnt REDACTED_STREET 5'],
    ['EMP-12345', 'EMP-12345'],
    ['{"badge": 123456}', '{"badge": 0}'],
  ])('masks %j as %j', (text, masked) => {
    expect(mask(text).text).toBe(masked);
  });

  it('gives the same however a text is cut', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        'EMP-123456',
        'EMP-',
        'Project ',
        'Apollo',
        'badge ',
        '123456',
        'PN79927398713',
        'PN',
        'Lindenstraße',
        '\\n',
        '\\u002d',
        '\\',
        ' ',
        'é',
        '卡',
        '"',
        ',',
        'anna@example.org',
      ),
      fc.string({ maxLength: 6 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), fc.array(fc.nat(400), { maxLength: 8 }), (pieces, places) => {
        const text = pieces.join('');
        const { length } = encoder.encode(text);
        const cuts = [...new Set(places.filter((place) => place < length))].sort((a, b) => a - b);
        expect(mask(text, cuts)).toEqual(mask(text));
      }),
      { numRuns: 500 },
    );
  });

  it('holds back no more than what may still match', () => {
    const plan = new Map([
      ['employee', 'redact' as const],
      ['email', 'redact' as const],
    ]);
    const masker = openMasker({
      detection: compileDetection([], OWN.slice(0, 1)),
      replacer: createReplacer(plan, { hash: () => new Uint8Array(32) }),
      findings: new Findings(),
    });
    expect(new TextDecoder().decode(masker.push(encoder.encode('some words and EMP-12')))).toBe('some words and ');
    expect(new TextDecoder().decode(masker.push(encoder.encode('x, then.\n')))).toBe('EMP-12x, then.\n');
  });
});
