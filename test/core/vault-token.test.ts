import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isTokenBody, labelOf, LONGEST_TOKEN, spellDigits, spellToken } from '../../src/core/vault/vault-token.ts';
import { isLuhnValid } from '../../src/masking/checksums/luhn.ts';

const DIGEST = fc.uint8Array({ minLength: 32, maxLength: 32 });
const ENTITY = fc.stringMatching(/^[a-z][a-z0-9-]{0,39}$/);

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

describe('spellToken()', () => {
  it('spells a label and twelve symbols, of which no four digits follow each other', () => {
    fc.assert(
      fc.property(ENTITY, DIGEST, (entity, digest) => {
        const token = spellToken(entity, digest, 'text');
        expect(token).toMatch(/^[A-Z][A-Z0-9_]{0,31}_[b-df-hjkmnp-tv-z][b-df-hjkmnp-tv-z2-9]{11}$/);
        expect(token.length).toBeLessThanOrEqual(LONGEST_TOKEN);
        const body = token.slice(-12);
        expect(body).not.toMatch(/\d{4}/);
        expect(isTokenBody(bytesOf(body), 0, 12)).toBe(true);
      }),
    );
  });

  it('cuts the label of an entity that is named at length', () => {
    const digest = createHash('sha256').update('x').digest();
    const token = spellToken('x'.repeat(200), digest, 'text');
    expect(token).toHaveLength(LONGEST_TOKEN);
    expect(token.startsWith('X'.repeat(32) + '_')).toBe(true);
  });

  it('makes no token that another one begins with', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.tuple(ENTITY, DIGEST), { minLength: 2, maxLength: 12 }), (values) => {
        const tokens = new Set(values.map(([entity, digest]) => spellToken(entity, digest, 'text')));
        for (const a of tokens) for (const b of tokens) expect(a !== b && a.startsWith(b)).toBe(false);
      }),
    );
    // The label of one reads like the whole of another.
    const digest = createHash('sha256').update('x').digest();
    const token = spellToken('email', digest, 'text');
    expect(spellToken(token.toLowerCase().replace('_', '-'), digest, 'text').startsWith(token)).toBe(false);
  });

  it('spells numbers that are no card and that doubles hold exactly', () => {
    fc.assert(
      fc.property(DIGEST, (digest) => {
        const token = spellToken('payment-card', digest, 'number');
        expect(token).toMatch(/^9\d{15}$/);
        expect(isLuhnValid(bytesOf(token), 0, token.length)).toBe(false);
        expect(JSON.stringify(JSON.parse(token))).toBe(token);
      }),
    );
  });

  it('tells digests apart', () => {
    const digests = Array.from({ length: 2000 }, (_, i) => createHash('sha256').update(`${i}`).digest());
    expect(new Set(digests.map((digest) => spellToken('email', digest, 'text'))).size).toBe(2000);
    expect(new Set(digests.map((digest) => spellDigits(digest, 16))).size).toBe(2000);
  });
});

describe('labelOf()', () => {
  it('is the id in capitals', () => {
    expect(labelOf('de-steuer-id')).toBe('DE_STEUER_ID');
  });
});
