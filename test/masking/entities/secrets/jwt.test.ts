import { describe, expect, it } from 'vitest';
import { JWT } from '../../../../src/masking/entities/secrets/jwt.ts';
import { readSpecimen } from './support/reference-matcher.ts';

describe('JWT', () => {
  it.each(JWT.specimens)('shows a token as a library would read it: %s', (specimen) => {
    const parts = readSpecimen(specimen).value.split('.');
    const header: unknown = JSON.parse(Buffer.from(parts[0] ?? '', 'base64url').toString());
    expect(header).toHaveProperty('alg');
    expect(parts).toHaveLength(Object.hasOwn(Object(header), 'enc') ? 5 : 3);
    for (const part of parts) expect(part).toMatch(/^[A-Za-z0-9_-]+$/);
  });
});
