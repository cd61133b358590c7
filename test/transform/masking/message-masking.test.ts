import { describe, expect, it } from 'vitest';
import type { Mask } from '../../../src/core/exchange/decision.ts';
import type { Masking } from '../../../src/masking/masker.ts';
import { detectionFor } from '../../../src/transform/masking/detections.ts';
import { maskFields } from '../../../src/transform/masking/mask-fields.ts';
import { planMasks } from '../../../src/transform/masking/mask-plan.ts';
import { maskTarget } from '../../../src/transform/masking/mask-target.ts';
import { MessageMasking } from '../../../src/transform/masking/message-masking.ts';
import { recordedPath } from '../../../src/transform/masking/recorded-text.ts';
import { JurisdictionHashes } from '../../../src/transform/masking/jurisdiction-hashes.ts';

const mask = (entities: readonly string[], as: Mask['as'], parts: Mask['in']): Mask => ({
  entities,
  as,
  in: parts,
  unreadable: 'deny',
});
const MASKS = [mask(['email'], 'redact', ['content', 'query', 'path', 'fields']), mask(['iban'], 'partial', ['query'])];
const NO_HASH = { hash: () => new Uint8Array(32) };
const EMAIL = 'anna@example.org';

function maskingOf(part: 'content' | 'query' | 'path' | 'fields'): Masking {
  return new MessageMasking(planMasks(MASKS, []), NO_HASH).of(part)!;
}

describe('planMasks()', () => {
  it('gives each part its own entities, and parts that are alike one plan', () => {
    const { parts } = planMasks(MASKS, []);
    expect([...parts.keys()]).toEqual(['content', 'query', 'fields', 'path']);
    expect([...parts.get('query')!.strategies]).toEqual([
      ['email', 'redact'],
      ['iban', 'partial'],
    ]);
    expect(parts.get('content')).toBe(parts.get('path'));
    expect(planMasks(MASKS, [])).toBe(planMasks(MASKS, []));
  });

  it('tells whether anything can come back, and whether the unreadable passes', () => {
    expect(planMasks([mask(['email'], 'token', ['query'])], []).usesTokens).toBe(true);
    expect(planMasks(MASKS, [])).toMatchObject({ usesTokens: false, passesUnreadable: false });
    expect(planMasks([{ ...MASKS[0]!, unreadable: 'pass' }], []).passesUnreadable).toBe(true);
  });
});

describe('detectionFor()', () => {
  it('compiles a combination once, and another one for other own entities', () => {
    const own = { id: 'staff', pattern: 'S-[0-9]{4}', context: [], max: 6 };
    expect(detectionFor(['email'], [])).toBe(detectionFor(['email'], [own]));
    expect(detectionFor(['email', 'staff'], [own])).not.toBe(
      detectionFor(['email', 'staff'], [{ ...own, pattern: 'T-[0-9]{4}' }]),
    );
  });
});

describe('maskTarget()', () => {
  it('masks names and values of the query and segments of the path, and keeps every other byte', () => {
    const target = `/u/anna%40example.org/%7ex//?q=${EMAIL}&a+b=%41&c&IBAN=DE89+3704+0044+0532+0130+00`;
    expect(maskTarget(target, { path: maskingOf('path'), query: maskingOf('query') })).toBe(
      '/u/REDACTED_EMAIL/%7ex//?q=REDACTED_EMAIL&a+b=%41&c&IBAN=%2A%2A%2A%2A3000',
    );
  });

  it('leaves alone what no mask names', () => {
    const target = `/${EMAIL}?q=${EMAIL}`;
    expect(maskTarget(target, { path: undefined, query: undefined })).toBe(target);
    expect(maskTarget(target, { path: undefined, query: maskingOf('query') })).toBe(`/${EMAIL}?q=REDACTED_EMAIL`);
    expect(maskTarget('/x?', { path: undefined, query: maskingOf('query') })).toBe('/x?');
  });
});

describe('maskFields()', () => {
  it('masks values but for those that say how the message is read, and those to be kept', () => {
    const fields = [
      'Host',
      EMAIL,
      'From',
      `Anna <${EMAIL}>`,
      'X-Key',
      EMAIL,
      'Content-Type',
      `text/plain; x=${EMAIL}`,
      'X-Latin',
      'caf\xe9',
    ];
    const masked = fields.map((text) => (text.startsWith('Anna') ? 'Anna <REDACTED_EMAIL>' : text));
    expect(maskFields(fields, maskingOf('fields'), new Set(['x-key']))).toEqual(masked);
  });

  it('sees through the percent-encoding of URIs', () => {
    expect(maskFields(['Referer', 'https://x.example/a?to=anna%40example.org'], maskingOf('fields'), new Set())).toEqual([
      'Referer',
      'https://x.example/a?to=REDACTED_EMAIL',
    ]);
  });
});

describe('recordedPath()', () => {
  it.each([
    ['/v1/chat/completions', '/v1/chat/completions'],
    [`/u/${EMAIL}`, '/u/REDACTED_EMAIL'],
    ['/u/anna%40example.org/x', '/u/REDACTED_EMAIL/x'],
    ['/cards/4111111111111111', '/cards/REDACTED_PAYMENT_CARD'],
    ['/k/AKIAIOSFODNN7EXAMPL3', '/k/REDACTED_AWS_ACCESS_KEY'],
    ['/ip/203.0.113.9', '/ip/REDACTED_IP_ADDRESS'],
  ])('%s is recorded as %s', (path, recorded) => {
    expect(recordedPath(path)).toBe(recorded);
  });
});

describe('JurisdictionHashes', () => {
  it('gives the same for one home and key, and something else for any other', () => {
    const hashes = new JurisdictionHashes(new Uint8Array(32));
    const again = new JurisdictionHashes(new Uint8Array(32));
    const other = new JurisdictionHashes(new Uint8Array(32).fill(1));
    const all = [hashes.digest('eu', 'x'), hashes.digest('us', 'x'), hashes.digest('eu', 'y'), other.digest('eu', 'x')];
    expect(new Set(all.map((digest) => Buffer.from(digest).toString('hex'))).size).toBe(4);
    expect(again.digest('eu', 'x')).toEqual(hashes.digest('eu', 'x'));
    expect(all[0]).toHaveLength(32);
  });
});
