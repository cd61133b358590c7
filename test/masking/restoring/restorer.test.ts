import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AgentId, SessionId } from '../../../src/core/ids.ts';
import type { VaultSession } from '../../../src/core/vault/vault.ts';
import { LONGEST_TOKEN, type TokenKind } from '../../../src/core/vault/vault-token.ts';
import { Restorer, type RestorerOptions } from '../../../src/masking/restoring/restorer.ts';
import { SessionCipher } from '../../../src/store/vault/session-cipher.ts';
import { SessionValues } from '../../../src/store/vault/session-values.ts';
import { MACHINE_RANDOM } from '../../support/clock.ts';

const SCOPE = { home: 'eu', subject: 'support-bot' as AgentId, session: 'n-1' as SessionId };

/** The tokens of a session, as the vault makes them, toward the one destination that answers. */
class Tokens implements Pick<VaultSession, 'tokenEnding' | 'valueOf' | 'isForeign'> {
  readonly #values = new SessionValues(
    new SessionCipher(new Uint8Array(32), SCOPE, MACHINE_RANDOM),
    { values: 1000, bytes: 1 << 20 },
    () => false,
  );

  mint(entity: string, value: string, kind: TokenKind = 'text', destination = 'here'): string {
    const found = this.#values.tokenFor(destination, entity, value, kind);
    if (found === undefined) throw new Error('There is no token');
    return found.token;
  }

  tokenEnding(ending: string): string | undefined {
    return this.#values.tokenEnding(ending);
  }

  valueOf(token: string): string | undefined {
    return this.#values.valueOf('here', token);
  }

  isForeign(token: string): boolean {
    return this.#values.isForeign('here', token);
  }
}

const encoder = new TextEncoder();

interface Cut {
  /** Where the text is cut; `each`: after each byte. */
  readonly cuts?: readonly number[] | 'each';
}

function restore(tokens: Tokens, text: string, { cuts = [], ...options }: Partial<RestorerOptions> & Cut = {}): string {
  const restorer = new Restorer({ tokens, escape: 'none', ...options });
  const bytes = encoder.encode(text);
  const ends = cuts === 'each' ? [...bytes.keys()] : cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b);
  const sent: Uint8Array[] = [];
  let start = 0;
  for (const end of [...ends, bytes.length]) {
    sent.push(restorer.push(bytes.slice(start, end)));
    start = end;
  }
  return Buffer.concat([...sent, restorer.finish()]).toString();
}

const ENTITY = fc.constantFrom('email', 'payment-card', 'a', 'an-entity-with-a-name-that-is-longer-than-a-label', 'x9-9');
const CUTS = fc.array(fc.nat(4000), { maxLength: 12 });
/** Much of what tokens are made of, so that tokens stand beside what looks like more of them. */
const PROSE = fc.string({
  unit: fc.constantFrom('E', 'MAIL_', '_', 'A9', '9', '99', 'k7v', 'b', 'é', ' ', '.', '"', '\\n', 'EMAIL_k7v2x9rtm4b'),
  maxLength: 8,
});

describe('Restorer', () => {
  it('restores what was masked, however the text is cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(PROSE, ENTITY, fc.string({ unit: 'binary', maxLength: 20 }))),
        PROSE,
        CUTS,
        (pieces, rest, cuts) => {
          const tokens = new Tokens();
          const masked = pieces.map(([prose, entity, value]) => prose + tokens.mint(entity, value)).join('') + rest;
          const expected = pieces.map(([prose, , value]) => prose + value).join('') + rest;
          expect(restore(tokens, masked)).toBe(expected);
          expect(restore(tokens, masked, { cuts })).toBe(expected);
          expect(restore(tokens, masked, { cuts: 'each' })).toBe(expected);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('restores numbers where no digit stands beside them, however the text is cut', () => {
    const between = fc.constantFrom(',', ' ', '-', '.5,', 'A', '_', ',19,', ',9', '0', ']');
    fc.assert(
      fc.property(fc.array(fc.tuple(between, fc.stringMatching(/^[1-9]\d{3,15}$/))), CUTS, (pieces, cuts) => {
        const tokens = new Tokens();
        const masked = pieces.map(([before, value]) => before + tokens.mint('payment-card', value, 'number')).join('');
        const expected = masked.replaceAll(/(?<!\d)9\d{15}(?!\d)/g, (token) => tokens.valueOf(token) ?? token);
        expect(restore(tokens, masked)).toBe(expected);
        expect(restore(tokens, masked, { cuts })).toBe(expected);
      }),
    );
  });

  it('restores a number that ends the text, and in brackets', () => {
    const tokens = new Tokens();
    const token = tokens.mint('us-ssn', '78051120', 'number');
    expect(restore(tokens, token, { cuts: 'each' })).toBe('78051120');
    expect(restore(tokens, `{"id":${token}}`)).toBe('{"id":78051120}');
    expect(restore(tokens, `1${token} ${token}1`)).toBe(`1${token} ${token}1`);
  });

  it('leaves what it does not know, and every change of a token', () => {
    const tokens = new Tokens();
    const token = tokens.mint('email', 'anna@example.org');
    for (const text of [
      token.toLowerCase(),
      token.slice(0, -1),
      token.replace('_', ' '),
      'EMAIL_k7v2x9rtm4bc',
      'SOME_CONSTANT_name_of_it',
      '9999999999999998',
    ]) {
      expect(restore(tokens, `a ${text} b`, { cuts: 'each' })).toBe(`a ${text} b`);
    }
  });

  it('restores a token that ends without a delimiter, or follows a letter', () => {
    const tokens = new Tokens();
    const token = tokens.mint('email', 'anna@example.org');
    expect(restore(tokens, `${token}s ${token}${token} \\n${token} TO_${token}`)).toBe(
      'anna@example.orgs anna@example.organna@example.org \\nanna@example.org TO_anna@example.org',
    );
  });

  it('restores nothing in what it restored', () => {
    const tokens = new Tokens();
    const inner = tokens.mint('email', 'anna@example.org');
    const outer = tokens.mint('password', inner);
    expect(restore(tokens, outer, { cuts: 'each' })).toBe(inner);
  });

  it('takes of two tokens that overlap the first', () => {
    const tokens = new Tokens();
    const number = tokens.mint('us-ssn', '78051120', 'number');
    const token = tokens.mint(`x${number}`, 'anna@example.org');
    expect(restore(tokens, token, { cuts: 'each' })).toBe(token.replace(number, '78051120'));
    expect(restore(tokens, token)).toBe(token.replace(number, '78051120'));
  });

  it('tells how often it restored, and how often a token was not sent here: BODY-18', () => {
    const tokens = new Tokens();
    const ours = tokens.mint('email', 'anna@example.org');
    const theirs = tokens.mint('email', 'ben@example.org', 'text', 'elsewhere');
    const seen = { restored: 0, foreign: 0 };
    const text = restore(tokens, `${ours} ${theirs} X_${theirs} EMAIL_k7v2x9rtm4bc ${ours}`, {
      cuts: 'each',
      onRestored: () => seen.restored++,
      onForeign: () => seen.foreign++,
    });
    expect(text).toBe(`anna@example.org ${theirs} X_${theirs} EMAIL_k7v2x9rtm4bc anna@example.org`);
    expect(seen).toEqual({ restored: 2, foreign: 2 });
  });

  it('holds back less than a token, and of prose at most a last word in capitals', () => {
    fc.assert(
      fc.property(PROSE, (text) => {
        const bytes = encoder.encode(text);
        const sent = new Restorer({ tokens: new Tokens(), escape: 'none' }).push(bytes);
        expect(bytes.length - sent.length).toBeLessThan(LONGEST_TOKEN);
      }),
    );
    const held = (text: string): string => {
      const sent = new Restorer({ tokens: new Tokens(), escape: 'none' }).push(encoder.encode(text));
      return text.slice(sent.length);
    };
    expect(held('Dear Ms Lindgren')).toBe('');
    expect(held('call snake_case_name')).toBe('');
    expect(held('an EMAIL')).toBe('EMAIL');
    expect(held('an EMAIL_k7v2')).toBe('EMAIL_k7v2');
    expect(held('an EMAIL_a')).toBe('');
    expect(held('it is 99')).toBe('99');
    expect(held('it is 199')).toBe('');
    expect(held(`${'A'.repeat(100)}_`)).toBe(`${'A'.repeat(32)}_`);
    const restorer = new Restorer({ tokens: new Tokens(), escape: 'none' });
    const [digits, more] = [encoder.encode('1'), encoder.encode('99')];
    expect([restorer.push(digits), restorer.push(more)]).toEqual([digits, more]);
  });

  it('gives a view of the very bytes where there is nothing to restore', () => {
    const bytes = encoder.encode('plain prose, nothing else');
    const sent = new Restorer({ tokens: new Tokens(), escape: 'none' }).push(bytes);
    expect(sent.buffer).toBe(bytes.buffer);
    expect(sent).toEqual(bytes);
  });
});

describe('Restorer in JSON', () => {
  /** The value as a string in JSON, that in a string of JSON, and so on. */
  const nest = (value: string, depth: number): string => {
    let text = JSON.stringify({ to: `<${value}>`, n: 1 });
    for (let i = 1; i < depth; i++) text = JSON.stringify({ arguments: text, other: ['x', text] });
    return text;
  };

  it('escapes values for the depth they stand in, however the text is cut', () => {
    const value = fc.string({ unit: fc.constantFrom('a', '"', '\\', '\n', '\u0001', 'é', '{', ',', '\u2028'), minLength: 1 });
    fc.assert(
      fc.property(value, fc.integer({ min: 1, max: 4 }), CUTS, (secret, depth, cuts) => {
        const tokens = new Tokens();
        const token = tokens.mint('password', secret);
        expect(restore(tokens, nest(token, depth), { escape: 'json', cuts })).toBe(nest(secret, depth));
      }),
      { numRuns: 300 },
    );
  });

  it('leaves a token whose value cannot be written where it stands', () => {
    const tokens = new Tokens();
    const quoted = tokens.mint('password', 'a"b');
    const plain = tokens.mint('email', 'anna@example.org');
    expect(restore(tokens, `${quoted} ${plain}`, { escape: 'json' })).toBe(`${quoted} anna@example.org`);
    const deep = nest(quoted, 6);
    expect(restore(tokens, deep, { escape: 'json' })).toBe(deep);
  });

  it('leaves JSON well-formed when quotes of prose look like strings', () => {
    const tokens = new Tokens();
    const token = tokens.mint('password', 'a"b\\');
    for (const prose of [`he said, "${token}"`, `5" and ${token}`, `"${token}", "${token}" ["${token}`]) {
      const restored = restore(tokens, JSON.stringify({ prose }), { escape: 'json', cuts: 'each' });
      expect(restored).not.toContain(token);
      expect(() => JSON.parse(restored) as unknown).not.toThrow();
    }
  });
});
