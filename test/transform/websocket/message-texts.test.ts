import { describe, expect, it } from 'vitest';
import { UnreadableContent } from '../../../src/masking/unreadable.ts';
import { CARD, MASKED_CARD, redactingTexts } from './messages.ts';

const TOKEN = `ghp_${'A1b2C3d4E5'.repeat(3)}F6g7H8`;

/** What leaves for these messages, and what was found. */
function filtered(messages: readonly string[]): { readonly left: string[]; readonly found: object } {
  const { texts, findings } = redactingTexts();
  const left = messages.flatMap((message) => texts.message(Buffer.from(message)));
  const held = texts.finish();
  return { left: [...left, ...held].map((each) => Buffer.from(each).toString()), found: Object.fromEntries(findings.counts) };
}

describe('MessageTexts', () => {
  it('finds a value wherever it is cut in two messages: its rest never leaves', () => {
    for (let cut = 1; cut < TOKEN.length; cut++) {
      const { left, found } = filtered([`a ${TOKEN.slice(0, cut)}`, `${TOKEN.slice(cut)} b`]);
      expect(left).toEqual([`a ${TOKEN.slice(0, cut)}`, 'REDACTED_GITHUB_TOKEN b']);
      expect(found).toEqual({ 'github-token': 1 });
    }
  });

  it('finds a value that is sent letter by letter, when it is whole', () => {
    const { left } = filtered(`${CARD} ok`.split(''));
    expect(left.slice(0, 15).join('')).toBe(CARD.slice(0, 15));
    expect(left[15]).toBe(MASKED_CARD);
    expect(left.slice(16).join('')).toBe(' ok');
  });

  it('never sends again what was replaced, although the text goes on so that it would be no value', () => {
    expect(filtered([`pay ${CARD}`, '2345']).left).toEqual([`pay ${MASKED_CARD}`, '2345']);
  });

  it('finds a private key that comes line by line', () => {
    const body = Array.from({ length: 12 }, (_, i) => `MIIEvQIBADANBgkqhkiG9w0BAQEFAASC${'ABCDEFGHIJKL'[i]!.repeat(32)}\n`);
    const { left } = filtered(['-----BEGIN PRIVATE KEY-----\n', ...body, '-----END PRIVATE KEY-----\n', 'done']);
    expect(left.join('')).not.toContain('MIIE');
    expect(left.at(-1)).toBe('done');
  });

  it('a value that reaches far into a long message is replaced as far as it reaches', () => {
    const body = 'MIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n'.repeat(300);
    const { left } = filtered(['-----BEGIN PRIVATE KEY-----\n', `${body}-----END PRIVATE KEY----- done`]);
    expect(left.join('')).toMatch(/^REDACTED_PRIVATE_KEY\s*REDACTED_PRIVATE_KEY done$/);
    expect(filtered(['4111 1111 ', `1111 1111${' word'.repeat(2_000)}`]).left[1]).toMatch(/^REDACTED_PAYMENT_CARD word/);
  });

  it('values of two messages that touch are two', () => {
    expect(filtered([`${CARD},`, CARD]).left).toEqual([`${MASKED_CARD},`, MASKED_CARD]);
  });

  it('objects of JSON are filtered each by itself, byte for byte', () => {
    const json = ' {"a": 1.0, "b": "\\u0041", "card":"4111 1111 1111 1111"}';
    const { left, found } = filtered([json, '{"rest":"x"}']);
    expect(left).toEqual([json.replace('4111 1111 1111 1111', MASKED_CARD), '{"rest":"x"}']);
    expect(found).toEqual({ 'payment-card': 1 });
  });

  it('refuses an object with two members of one name, since receivers read it in two ways', () => {
    expect(() => filtered(['{"a":1,"a":2}'])).toThrow(UnreadableContent);
  });

  it('a long object is filtered as a text', () => {
    const { left } = filtered([`{"text":"${'x '.repeat(600_000)}","card":"${CARD}"}`]);
    expect(left[0]?.slice(-30)).toBe(`"card":"${MASKED_CARD}"}`.slice(-30));
  });

  it('what a lane holds back leaves in a message of its own', () => {
    const delta = (text: string): string =>
      JSON.stringify({ type: 'response.text.delta', item_id: 'i', output_index: 0, content_index: 0, delta: text });
    const { left } = filtered([delta('it is 4111 1111'), delta(' 1111 '), delta('1111')]);
    const events = left.map((each) => JSON.parse(each) as { type: string; delta: string });
    expect(events.every(({ type }) => type === 'response.text.delta')).toBe(true);
    expect(events.map((event) => event.delta).join('')).toBe(`it is ${MASKED_CARD}`);
  });

  it('control payloads stay within their bound, in whole characters', () => {
    const { texts } = redactingTexts();
    expect(Buffer.from(texts.control(Buffer.from(`${'x'.repeat(100)} ${CARD}`), 110)).toString()).toBe(
      `${'x'.repeat(100)} REDACTED_`,
    );
    expect(Buffer.from(texts.control(Buffer.from('aü'), 2)).toString()).toBe('a');
  });
});
