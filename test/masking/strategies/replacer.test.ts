import { createHmac } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isLuhnValid } from '../../../src/masking/checksums/luhn.ts';
import { isReplacement } from '../../../src/masking/strategies/recognise-replacement.ts';
import { createReplacer, type ReplacerMeans } from '../../../src/masking/strategies/replacer.ts';
import type { Strategy } from '../../../src/masking/strategies/strategy.ts';

const encoder = new TextEncoder();

/** As in a jurisdiction whose key is that text. */
function hashUnder(key: string): ReplacerMeans['hash'] {
  return (text) => createHmac('sha256', key).update(text).digest();
}

function replace(
  entity: string,
  value: string | Uint8Array,
  strategy: Strategy,
  { kind = 'text', ...means }: Partial<ReplacerMeans> & { kind?: 'text' | 'number' } = {},
): string {
  const replacer = createReplacer(new Map([[entity, strategy]]), { hash: hashUnder('eu'), ...means });
  const bytes = typeof value === 'string' ? encoder.encode(value) : value;
  return new TextDecoder().decode(replacer.replace(entity, bytes, kind));
}

const ENTITY = fc.constantFrom('email', 'phone', 'iban', 'payment-card', 'ip-address', 'us-ssn', 'github-token', 'password');
const VALUE = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1, maxLength: 60 }),
  fc.emailAddress(),
  fc.ipV4(),
  fc.ipV6(),
  fc.stringMatching(/^[0-9 -]{8,20}$/),
  fc.stringMatching(/^(ghp_|sk-ant-api03-|AKIA|hf_)[A-Za-z0-9_-]{0,40}$/),
);

describe('createReplacer()', () => {
  it('writes nothing but letters, digits, underscores and stars, and numbers for numbers', () => {
    fc.assert(
      fc.property(
        ENTITY,
        VALUE,
        fc.constantFrom<Strategy>('redact', 'hash', 'partial', 'token'),
        fc.boolean(),
        (entity, value, strategy, isSecret) => {
          const means = { isSecret: () => isSecret };
          const text = replace(entity, value, strategy, means);
          expect(text).toMatch(/^[A-Za-z0-9_*]+$/);
          expect(isReplacement(encoder.encode(text))).toBe(true);
          expect(replace(entity, value, strategy, { ...means, kind: 'number' })).toMatch(/^(?:0|[1-9]\d{0,15})$/);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('refuses an entity that is not in the plan', () => {
    const replacer = createReplacer(new Map(), { hash: hashUnder('eu') });
    expect(() => replacer.replace('email', encoder.encode('a@b.example'), 'text')).toThrow('not in the plan');
  });
});

describe('redact', () => {
  it('leaves the kind of the value', () => {
    expect(replace('de-steuer-id', '86095742719', 'redact')).toBe('REDACTED_DE_STEUER_ID');
    expect(replace('de-steuer-id', '86095742719', 'redact', { kind: 'number' })).toBe('0');
  });

  it('is what becomes of bytes that are no text, whatever the strategy', () => {
    for (const strategy of ['hash', 'partial', 'token'] as const) {
      const means = { tokenFor: () => 'EMAIL_never' };
      expect(replace('email', Uint8Array.of(0x61, 0xff), strategy, means)).toBe('REDACTED_EMAIL');
    }
  });
});

describe('hash', () => {
  it.each([
    ['email', 'Anna@Example.org', 'anna@example.ORG'],
    ['iban', 'DE89 3704 0044 0532 0130 00', 'de89370400440532013000'],
    ['payment-card', '4111-1111-1111-1111', '4111 1111 1111 1111'],
    ['payment-card', '4111111111111111', '４１１１１１１１１１１１１１１１'],
    ['de-steuer-id', '86 095 742 719', '86095742719'],
    ['email', 'anna@example.org', 'anna\u200b@example.org'],
    ['date-of-birth', '1.1.1990', '01/01/1990'],
  ])('is the same for every spelling: %s %s', (entity, one, other) => {
    expect(replace(entity, one, 'hash')).toBe(replace(entity, other, 'hash'));
  });

  it.each([
    ['ip-address', '1.11.0.1', '11.1.0.1'],
    ['date-of-birth', '1.11.1990', '11.1.1990'],
    ['email', 'a.b@example.org', 'ab@example.org'],
    ['password', '!!!!', '????'],
  ])('tells values apart: %s %s', (entity, one, other) => {
    expect(replace(entity, one, 'hash')).not.toBe(replace(entity, other, 'hash'));
  });

  it('takes secrets as they stand', () => {
    const isSecret = () => true;
    expect(replace('password', 'abcDEF', 'hash', { isSecret })).not.toBe(replace('password', 'ABCdef', 'hash', { isSecret }));
  });

  it('differs between jurisdictions and between entities', () => {
    const value = '86095742719';
    const here = replace('de-steuer-id', value, 'hash');
    expect(here).toMatch(/^DE_STEUER_ID_HASH_[b-df-hjkmnp-tv-z2-9]{16}$/);
    expect(replace('de-steuer-id', value, 'hash', { hash: hashUnder('ch') })).not.toBe(here);
    expect(replace('in-aadhaar', value, 'hash').slice(-16)).not.toBe(here.slice(-16));
  });

  it('is a number of 15 digits for a number, and no card', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[1-9]\d{5,15}$/), (value) => {
        const text = replace('payment-card', value, 'hash', { kind: 'number' });
        expect(text).toMatch(/^9\d{14}$/);
        expect(String(Number(text))).toBe(text);
        expect(isLuhnValid(encoder.encode(text), 0, text.length)).toBe(false);
      }),
    );
  });
});

describe('partial', () => {
  it.each([
    ['payment-card', '4111 1111 1111 1234', '****1234'],
    ['iban', 'DE89 3704 0044 0532 0130 00', '****3000'],
    ['phone', '+49 30 1234567', '****67'],
    ['email', 'anna.lindgren@example.org', 'a***_at_***_org'],
    ['email', 'anna@example.org', 'a***_at_***'],
    ['email', 'a@b', '***_at_***'],
    ['email', 'änne@example.org', '***_at_***_org'],
    ['ip-address', '10.123.45.167', '10_****'],
    ['ip-address', '10.1.2.3', '****'],
    ['ip-address', '2001:db8:85a3::8a2e:370:7334', '2001_****'],
    ['ip-address', '::1', '****'],
    ['github-token', `ghp_${'a1B2'.repeat(9)}`, 'ghp_****'],
    ['anthropic-key', `sk-ant-api03-${'a1B2'.repeat(20)}`, 'sk_ant_api03_****'],
    ['aws-access-key', 'AKIAIOSFODNN7EXAMPLE', 'AKIA****'],
    ['password', 'correct horse 42', '****'],
  ])('shows what a person recognises: %s %s', (entity, value, expected) => {
    expect(replace(entity, value, 'partial')).toBe(expected);
  });

  it('shows the last two of what is no secret, where there are eight', () => {
    const isSecret = () => false;
    expect(replace('us-ssn', '078-05-1120', 'partial', { isSecret })).toBe('****20');
    expect(replace('us-ssn', '1234-567', 'partial', { isSecret })).toBe('****');
  });

  it('shows at most a quarter of the letters and digits, but of cards and accounts the last four', () => {
    fc.assert(
      fc.property(ENTITY, VALUE, fc.boolean(), (entity, value, isSecret) => {
        const text = replace(entity, value, 'partial', { isSecret: () => isSecret });
        const shown = text.replace('_at_', '').replaceAll(/[^A-Za-z0-9]/g, '').length;
        const all = value.replaceAll(/[^A-Za-z0-9]/g, '').length;
        const isReceipt = entity === 'iban' || entity === 'payment-card';
        expect(shown).toBeLessThanOrEqual(isReceipt && all >= 8 ? 4 : all / 4);
      }),
      { numRuns: 500 },
    );
  });
});

describe('token', () => {
  it('is the one it is given, for the value as it stands', () => {
    const asked: unknown[] = [];
    const tokenFor: ReplacerMeans['tokenFor'] = (...request) => {
      asked.push(request);
      return 'EMAIL_k7v2x9rtm4bc';
    };
    expect(replace('email', '\uFEFFAnna@example.org', 'token', { tokenFor })).toBe('EMAIL_k7v2x9rtm4bc');
    expect(asked).toEqual([['email', '\uFEFFAnna@example.org', 'text']]);
  });

  it('is a redaction where there is none', () => {
    expect(replace('email', 'anna@example.org', 'token', { tokenFor: () => undefined })).toBe('REDACTED_EMAIL');
    expect(replace('email', 'anna@example.org', 'token')).toBe('REDACTED_EMAIL');
    expect(replace('us-ssn', '078051120', 'token', { kind: 'number' })).toBe('0');
  });
});

describe('isReplacement()', () => {
  it.each([
    'hunter2',
    'EMAIL_lowercase12',
    'EMAIL_k7v2x9rtm4b',
    'x EMAIL_k7v2x9rtm4bc',
    'a**b',
    '****.1',
    `A${'*'.repeat(200)}`,
  ])('is false for %s', (text) => {
    expect(isReplacement(encoder.encode(text))).toBe(false);
  });
});
