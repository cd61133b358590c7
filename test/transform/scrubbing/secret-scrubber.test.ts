import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scrubbed, SecretPatterns, SecretScrubber } from '../../../src/transform/scrubbing/secret-scrubber.ts';

const SECRET = 'sk-live/9aB+"c%d_Zz';
const PATTERNS = new SecretPatterns([SECRET, 'sk-live/9aB+"c%d_Zz-and-more']);

function scrub(pieces: readonly Uint8Array[]): string {
  const scrubber = new SecretScrubber(PATTERNS);
  return Buffer.concat([...pieces.map((piece) => scrubber.push(piece)), scrubber.finish()]).toString('latin1');
}

const SPELLINGS: readonly (readonly [string, string])[] = [
  ['as it is', SECRET],
  ['percent-encoded', encodeURIComponent(SECRET)],
  ['percent-encoded in lower case', encodeURIComponent(SECRET).replaceAll(/%../g, (escape) => escape.toLowerCase())],
  ['as a string of JSON', JSON.stringify(SECRET).slice(1, -1)],
  ['with its slashes escaped', SECRET.replaceAll('/', '\\/')],
];

describe('SecretScrubber', () => {
  it.each(SPELLINGS)('replaces a secret %s', (_, spelling) => {
    expect(scrub([Buffer.from(`a ${spelling} b ${spelling}${spelling}`)])).toBe(
      'a REDACTED_SECRET b REDACTED_SECRETREDACTED_SECRET',
    );
  });

  it('replaces a secret in base64, wherever it stands among other bytes', () => {
    for (const before of ['', 'x', 'xy', 'user:']) {
      for (const after of ['', '!', '!!']) {
        for (const coding of ['base64', 'base64url'] as const) {
          const coded = Buffer.from(before + SECRET + after).toString(coding);
          expect(scrub([Buffer.from(`Basic ${coded}.`)])).toContain('REDACTED_SECRET');
        }
      }
    }
  });

  it('takes the longer one of two that begin alike', () => {
    expect(scrub([Buffer.from(`${SECRET}-and-more`)])).toBe('REDACTED_SECRET');
    expect(scrub([Buffer.from(`${SECRET}-and`)])).toBe('REDACTED_SECRET-and');
  });

  it('gives the same however a text is cut, and touches nothing else', () => {
    const words = fc.constantFrom(
      SECRET,
      SECRET.slice(0, 7),
      SECRET.slice(3),
      'sk-',
      'sk-sk-live/',
      ' ',
      'é',
      ...SPELLINGS.map(([, text]) => text),
    );
    fc.assert(
      fc.property(fc.array(words, { maxLength: 12 }), fc.array(fc.nat(200), { maxLength: 8 }), (parts, cuts) => {
        const text = Buffer.from(parts.join(''));
        const edges = [0, ...cuts.map((cut) => Math.min(cut, text.length)), text.length].sort((a, b) => a - b);
        const pieces = edges.slice(1).map((edge, i) => text.subarray(edges[i], edge));
        const whole = scrub([text]);
        expect(scrub(pieces)).toBe(whole);
        expect(scrub(Array.from(text, (byte) => Uint8Array.of(byte)))).toBe(whole);
        expect(whole).not.toContain(SECRET);
      }),
    );
  });

  it('looks for no secret that is too short, and holds nothing without one', () => {
    const none = new SecretPatterns(['short']);
    expect(scrubbed('a short text', none)).toBe('a short text');
    expect(Buffer.from(new SecretScrubber(none).push(Buffer.from('all'))).toString()).toBe('all');
  });

  it('scrubs texts of the log', () => {
    expect(scrubbed(`failed with ${SECRET}`, PATTERNS)).toBe('failed with REDACTED_SECRET');
  });
});
