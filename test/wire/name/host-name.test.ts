import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseHostName } from '../../../src/wire/name/host-name.ts';

function failureOf(text: string): string {
  const result = parseHostName(text);
  return result.ok ? '' : result.failure;
}

describe('parseHostName', () => {
  it.each([
    ['example.com', 'example.com'],
    ['ApI.OpEnAi.CoM', 'api.openai.com'],
    ['example.com.', 'example.com'],
    ['localhost', 'localhost'],
    ['_dmarc.Example.com', '_dmarc.example.com'],
    ['r3---sn-abc.example.com', 'r3---sn-abc.example.com'],
    ['1.2.3.4.example', '1.2.3.4.example'],
    ['0xcafe.example', '0xcafe.example'],
    ['a.0xg', 'a.0xg'],
    ['1e100.net', '1e100.net'],
    ['XN--Bcher-KVA.example', 'xn--bcher-kva.example'],
    ['xn--fa-hia.de', 'xn--fa-hia.de'],
  ])('parseHostName() gives one canonical form (NAME-02): %s', (text, name) => {
    expect(parseHostName(text)).toEqual({ ok: true, value: name });
  });

  it.each([
    ['dots', 'example.com..'],
    ['dots', '.'],
    ['dots', '..'],
    ['NAME-10', ''],
    ['NAME-10', 'a..b'],
    ['NAME-10', '.example.com'],
    ['NAME-10', `${'a'.repeat(64)}.example`],
    ['NAME-10', `${'a.'.repeat(127)}a`],
    ['NAME-10', 'a'.repeat(100_000)],
    ['NAME-08', 'allowed.com\0.evil.com'],
    ['NAME-08', 'allowed.com\r\nX-A: b'],
    ['NAME-08', 'a\u007f.com'],
    ['NAME-09', 'exam%70le.com'],
    ['NAME-09', 'a%2eb'],
    ['space', 'a b.com'],
    ['hyphen', '-a.example'],
    ['hyphen', 'a-.example'],
    ['wildcard', '*.example.com'],
    ['port', 'example.com:443'],
    ['user', 'a@example.com'],
    ['ADDR-01', '2130706433'],
    ['ADDR-02', '0x7f000001'],
    ['ADDR-02', '0x7F.1'],
    ['ADDR-02', '0x'],
    ['ADDR-03', '0177.0.0.1'],
    ['ADDR-04', '127.1'],
    ['ADDR-05', '256.256.256.256'],
    ['ADDR-05', '127.0.0.1.1'],
    ['ADDR-05', '1.2.3.4.'],
    ['number', 'example.09'],
    ['NAME-03', 'xn--a.example'],
    ['NAME-03', 'xn--.example'],
    ['NAME-03', 'xn--zz--.example'],
    ['NAME-03', 'xn--1ug.example'],
    ['NAME-03', 'xn--google-.com'],
  ])('parseHostName() refuses %s: %j', (_, text) => {
    expect(parseHostName(text).ok).toBe(false);
  });

  it.each([
    ['NAME-03', 'bücher.example', 'xn--bcher-kva.example'],
    ['NAME-04', 'аpi.openai.com', 'xn--pi-6kc.openai.com'],
    ['NAME-05', 'example。com', 'example.com'],
    ['NAME-05', 'ｅxample.com', 'example.com'],
    ['kelvin', '\u212aeep.example', 'keep.example'],
  ])('parseHostName() refuses what is not ASCII and names the A-label (%s): %s', (_, text, hint) => {
    expect(failureOf(text)).toContain(`"${hint}"`);
  });

  it('parseHostName() gives no hint that hides a part of the text', () => {
    expect(failureOf('ü.example/evil')).not.toContain('xn--');
    expect(failureOf('ü@evil.example')).not.toContain('xn--');
  });

  it('parseHostName() accepts the longest name and label (NAME-10)', () => {
    const name = `${'a'.repeat(63)}.${'b'.repeat(63)}.${'c'.repeat(63)}.${'d'.repeat(61)}`;
    expect(name).toHaveLength(253);
    expect(parseHostName(`${name}.`)).toEqual({ ok: true, value: name });
    expect(parseHostName(`${name}e`).ok).toBe(false);
  });

  it('parseHostName() is idempotent, and agrees with URL about what it accepts', () => {
    const soup = fc.string({ unit: fc.constantFrom(...'aAzZ09x.-_nü*%\0 '.split('')), maxLength: 20 });
    fc.assert(
      fc.property(fc.oneof(fc.domain(), soup, fc.string({ unit: 'binary' })), (text) => {
        const result = parseHostName(text);
        if (!result.ok) return;
        expect(parseHostName(result.value)).toEqual(result);
        expect(new URL(`http://${result.value}/`).hostname).toBe(result.value);
        expect(result.value).toMatch(/^[a-z0-9_.-]{1,253}$/);
      }),
      { numRuns: 1000 },
    );
  });

  it('parseHostName() cannot tell cases apart', () => {
    fc.assert(
      fc.property(fc.domain(), (text) => {
        expect(parseHostName(text.toUpperCase())).toEqual(parseHostName(text));
      }),
    );
  });

  it('parseHostName() messages stay short and printable whatever was found (AUD-01)', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (text) => {
        const message = failureOf(text);
        expect(message.length).toBeLessThan(2500);
        expect(message).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
      }),
    );
  });
});
