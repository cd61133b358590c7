import { describe, expect, it } from 'vitest';
import { isCalledVersion } from '../../../src/masking/scanning/coded/called-version.ts';

const ADDRESS = '10.1.2.3';

function isCalled(before: string, address = ADDRESS): boolean {
  const text = new TextEncoder().encode(`${before}${address} and more`);
  return isCalledVersion(text, text.length - address.length - ' and more'.length);
}

describe('isCalledVersion', () => {
  it.each([
    'version ',
    'Version: ',
    '"version":"',
    'v',
    'V',
    ' v',
    'rev',
    'ver=',
    'release v',
    'Build ',
    'section ',
    '§ ',
    '§',
    'chrome/',
    'lib)/',
    'openssl-',
    'OID: ',
  ])('says so of %j and four numbers', (before) => expect(isCalled(before)).toBe(true));

  it.each(['', ' ', 'from ', '"ip":"', 'conversion of ', 'http://', '= ', 'driver at ', 'xv', '9-'])(
    'takes %j and four numbers for an address',
    (before) => expect(isCalled(before)).toBe(false),
  );

  it('knows the arcs of certificates and of organisations', () => {
    expect(isCalled('', '2.5.4.3')).toBe(true);
    expect(isCalled('', '1.3.6.1')).toBe(true);
    expect(isCalled('', '2.5.40.3')).toBe(false);
  });
});
