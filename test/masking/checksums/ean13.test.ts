import { describe, expect, it } from 'vitest';
import { isEan13Valid } from '../../../src/masking/checksums/ean13.ts';
import { ascii } from './support/ascii.ts';

describe('isEan13Valid()', () => {
  it.each(['4006381333931', '7569217076985', '9780306406157'])('accepts %s', (text) => {
    expect(isEan13Valid(ascii(text), 0)).toBe(true);
  });

  it.each(['4006381333932', '7569217076984', '756921707698', '756921707698A'])('refuses %s', (text) => {
    expect(isEan13Valid(ascii(text), 0)).toBe(false);
  });

  it('begins where it is told', () => {
    expect(isEan13Valid(ascii('X4006381333931'), 1)).toBe(true);
  });
});
