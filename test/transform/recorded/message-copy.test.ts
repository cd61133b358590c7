import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MessageCopy } from '../../../src/transform/recorded/message-copy.ts';
import { previewMasking } from '../../../src/transform/preview/preview-masking.ts';
import { SecretPatterns } from '../../../src/transform/scrubbing/secret-scrubber.ts';

const CARD = '4111111111111111';
const EMAIL = 'anna.schmidt@example.org';
const TOKEN = `ghp_${'A1b2C3d4E5'.repeat(3)}F6g7H8`;
const LABEL = 'REDACTED_PAYMENT_CARD';

/** What is recorded of these messages, message by message. */
function copied(messages: readonly string[], secrets?: SecretPatterns): readonly string[] {
  const recorded: string[] = [];
  let whole = '';
  const masking = previewMasking({ masks: [], own: [] }).of('content')!;
  const copy = new MessageCopy(
    { masking, secrets },
    {
      text: (_at, masked, isWhole) => {
        whole += Buffer.from(masked).toString('latin1');
        if (!isWhole) return;
        recorded.push(Buffer.from(whole, 'latin1').toString());
        whole = '';
      },
      unread: (_at, message) => void recorded.push(`unread ${message.length}`),
    },
  );
  messages.forEach((message, at) => copy.text(at, Buffer.from(message)));
  copy.finish();
  expect(whole).toBe('');
  return recorded;
}

describe('MessageCopy', () => {
  it('gives messages as they are, but for values', () => {
    expect(copied(['hello', `pay ${CARD} now`, '', 'grüße', '["a", 1]'])).toEqual([
      'hello',
      `pay ${LABEL} now`,
      '',
      'grüße',
      '["a", 1]',
    ]);
  });

  it.each([
    [CARD, LABEL],
    [EMAIL, 'REDACTED_EMAIL'],
    [TOKEN, 'REDACTED_GITHUB_TOKEN'],
  ])('replaces %s wherever it is cut in two messages, in both', (value, label) => {
    for (let cut = 1; cut < value.length; cut++) {
      const recorded = copied([`a ${value.slice(0, cut)}`, `${value.slice(cut)} b`]);
      expect(recorded).toHaveLength(2);
      // A part may be a value by itself, of another kind.
      expect(recorded.join('|')).toMatch(/^a .*REDACTED_\w+\|.*REDACTED_\w+ b$/);
      if (value === CARD) expect(recorded).toEqual([`a ${label}`, `${label} b`]);
    }
  });

  it('replaces a value that comes letter by letter, in all of them', () => {
    const recorded = copied(`x ${CARD} ok`.split(''));
    expect(recorded.join('').replaceAll(LABEL, '')).toBe('x  ok');
  });

  it('finds one across a message of another kind, and begun by what is no object yet', () => {
    expect(copied([`{"card":"${CARD.slice(0, 8)}`, `${CARD.slice(8)}"}`])).toEqual([`{"card":"${LABEL}`, `${LABEL}"}`]);
  });

  it('masks objects of JSON each by itself', () => {
    expect(copied([`{"a":"${CARD}"}`, '{"b":1.0}'])).toEqual([`{"a":"${LABEL}"}`, '{"b":1.0}']);
    expect(copied([`{"a":1,"a":"${CARD}"}`, 'on'])).toEqual([expect.stringMatching(/^unread \d+$/), 'on']);
  });

  it('keeps no more than the end of a long message', () => {
    const long = `${'word '.repeat(20_000)}${CARD.slice(0, 8)}`;
    expect(copied([long, `${CARD.slice(8)} end`])).toEqual([`${'word '.repeat(20_000)}${LABEL}`, `${LABEL} end`]);
    expect(copied([CARD.slice(0, 8), `${CARD.slice(8)} ${long}`])).toEqual([LABEL, `${LABEL} ${long}`]);
  });

  it('gives on what lies far back, and what comes between in its order', () => {
    const recorded: string[] = [];
    const masking = previewMasking({ masks: [], own: [] }).of('content')!;
    const copy = new MessageCopy(
      { masking },
      { text: (_at, masked) => recorded.push(Buffer.from(masked).toString()), unread: () => {} },
    );
    copy.text(0, Buffer.from('first'));
    copy.behind(() => recorded.push('binary'));
    expect(recorded).toEqual([]);
    copy.text(1, Buffer.from('x '.repeat(2_500)));
    expect(recorded.slice(0, 2)).toEqual(['first', 'binary']);
    for (let i = 0; i < 2_000; i++) copy.text(2, new Uint8Array());
    expect(recorded.length).toBeGreaterThan(900);
    copy.finish();
  });

  it('knows what was put into the handshake, cut anywhere', () => {
    const secret = 'my-injected-secret';
    for (let cut = 1; cut < secret.length; cut++) {
      const recorded = copied([`got ${secret.slice(0, cut)}`, `${secret.slice(cut)}!`], new SecretPatterns([secret]));
      expect(recorded).toEqual(['got REDACTED_SECRET', 'REDACTED_SECRET!']);
    }
  });

  it('shows no part of a value, in whatever pieces it comes', () => {
    const cuts = fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(cuts, fc.constantFrom(CARD, TOKEN), (lengths, value) => {
        const text = `see ${value} there`;
        const messages: string[] = [];
        for (let at = 0, i = 0; at < text.length; i++) {
          messages.push(text.slice(at, at + lengths[i % lengths.length]!));
          at += lengths[i % lengths.length]!;
        }
        expect(
          copied(messages)
            .join('')
            .replaceAll(/REDACTED(?:_[A-Z0-9]+)+/g, ''),
        ).toBe('see  there');
      }),
      { numRuns: 200 },
    );
  });
});
