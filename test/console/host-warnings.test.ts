import { domainToASCII } from 'node:url';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hostWarnings } from '../../src/console/text/host-warnings.ts';
import { decodePunycode } from '../../src/console/text/punycode.ts';

describe('decodePunycode()', () => {
  it('undoes what the platform encodes', () => {
    const letters = fc.stringMatching(/^[a-zäöüßéèñçøåæαβγδабвгдежзאבגדہو東京한글]{1,20}$/u);
    fc.assert(
      fc.property(letters, (name) => {
        const ascii = domainToASCII(name);
        fc.pre(ascii.startsWith('xn--'));
        expect(decodePunycode(ascii.slice(4))).toBe(name.normalize('NFC'));
      }),
    );
  });

  it.each(['é', '99999999', 'a-!'])('refuses %j', (text) => {
    expect(decodePunycode(text)).toBeUndefined();
  });
});

describe('hostWarnings()', () => {
  it('says nothing about names that are what they look like', () => {
    expect(hostWarnings('https://api.openai.com')).toEqual([]);
    expect(hostWarnings('http://127.0.0.1:8080')).toEqual([]);
  });

  it('warns of a name that mixes scripts, and says which', () => {
    expect(hostWarnings(`https://www.${domainToASCII('раypal.com')}:8443`)).toEqual([
      expect.stringMatching(
        /^xn--\S+ stands for “раypal”, which mixes Latin and Cyrillic letters: it may imitate another name$/,
      ),
    ]);
  });

  it('warns of a name of one script whose letters look Latin', () => {
    expect(hostWarnings(`https://${domainToASCII('аррӏе.com')}`)).toEqual([expect.stringContaining('look like Latin ones')]);
  });

  it('says what an honest international name stands for', () => {
    expect(hostWarnings(`https://${domainToASCII('bücher.example')}`)).toEqual(['xn--bcher-kva stands for “bücher” (Latin)']);
    expect(hostWarnings('https://xn--99999999.example')).toEqual(['xn--99999999 is no valid international name']);
  });
});
