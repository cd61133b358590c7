import { describe, expect, it } from 'vitest';
import { OWN_CHECKSUMS } from '../../../src/masking/own/own-checksums.ts';

function isValid(checksum: string, text: string): boolean {
  const bytes = new TextEncoder().encode(text);
  // A match may lie in a longer buffer: what stands behind it must not count.
  const buffer = new Uint8Array(bytes.length + 3).fill(0x37);
  buffer.set(bytes);
  return OWN_CHECKSUMS.get(checksum)?.(buffer, bytes.length) ?? false;
}

describe('OWN_CHECKSUMS', () => {
  it.each([
    ['luhn', '79927398713'],
    ['verhoeff', '2363'],
    ['mod11-10', '07945'],
    ['ean13', '4006381333931'],
    ['mod11-2', '000000012146438X'],
    // The digits of an IBAN, rearranged as ISO 13616 asks: country and check digits last.
    ['mod97', 'WEST12345698765432GB82'],
  ])('%s takes %s and no neighbour of it', (checksum, valid) => {
    expect(isValid(checksum, valid)).toBe(true);
    for (let digit = 0; digit <= 9; digit++) {
      const changed = valid.replace(/\d(?=\D*$)/, String(digit));
      if (changed !== valid) expect(isValid(checksum, changed), changed).toBe(false);
    }
  });

  it.each(['luhn', 'verhoeff', 'mod11-10', 'ean13'])('%s leaves letters before the digits aside', (checksum) => {
    const valid = { luhn: '79927398713', verhoeff: '2363', 'mod11-10': '07945', ean13: '4006381333931' }[checksum] ?? '';
    expect(isValid(checksum, `EMP${valid}`)).toBe(true);
  });

  it('takes no ean13 of another length', () => {
    expect(isValid('ean13', '40063813339310')).toBe(false);
  });
});
