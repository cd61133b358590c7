import { createPrivateKey } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { PRIVATE_KEY } from '../../../../src/masking/entities/secrets/private-key.ts';
import { readSpecimen } from './support/reference-matcher.ts';

const VALUES = PRIVATE_KEY.specimens.map((specimen) => readSpecimen(specimen).value);

describe('PRIVATE_KEY', () => {
  it.each(VALUES)('shows a block from BEGIN to its END, or cut off: %s', (block) => {
    const [, label] = /^-----BEGIN ([A-Z ]*PRIVATE KEY(?: BLOCK)?)-----/.exec(block) ?? [];
    expect(label).toBeDefined();
    if (block.includes('-----END ')) expect(block.endsWith(`-----END ${label}-----`)).toBe(true);
  });

  it('shows a block that a library reads, whole and cut off', () => {
    expect(createPrivateKey(VALUES[0] ?? '').asymmetricKeyType).toBe('ed25519');
    expect(VALUES.some((block) => !block.includes('-----END '))).toBe(true);
  });

  it.each(PRIVATE_KEY.counterExamples)('holds against it what begins no private key: %s', (text) => {
    expect(text).not.toMatch(/-----BEGIN [A-Z ]*PRIVATE KEY/);
  });
});
