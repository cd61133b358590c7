import { describe, expect, it } from 'vitest';
import { ENTITIES } from '../../../src/masking/catalogue.ts';
import {
  recordedAddress,
  recordedMediaType,
  recordedPath,
  recordedSentence,
} from '../../../src/transform/masking/recorded-text.ts';

describe('recordedSentence()', () => {
  it('redacts what an agent may have written, and leaves the sentence', () => {
    expect(recordedSentence('Found the charset "4111111111111111" from anna@example.org')).toBe(
      'Found the charset "REDACTED_PAYMENT_CARD" from REDACTED_EMAIL',
    );
  });

  it.each([
    'The address 198.51.100.7 of api.example is in no place that rule eu-2 permits',
    'ECONNREFUSED from 2001:db8::1',
    'The content did not go on for 60000 ms',
    'Found GPRMD, which is no coding',
  ])('leaves %j as it is', (sentence) => {
    expect(recordedSentence(sentence)).toBe(sentence);
  });
});

describe('recordedPath()', () => {
  it('redacts segments that hold a value, addresses among them', () => {
    expect(recordedPath('/users/anna%40example.org/8.8.4.4/v1')).toBe('/users/REDACTED_EMAIL/REDACTED_IP_ADDRESS/v1');
  });
});

describe('recordedAddress()', () => {
  /** Secrets that host and path make together, as the catalogue shows them. */
  const specimens = [...ENTITIES.values()]
    .flatMap((entity) => entity.specimens)
    .flatMap((specimen) => [...specimen.matchAll(/https:\/\/([a-z.]*)«([a-z.]+)(\/[^»]+)»/g)])
    .map(([, above = '', host = '', path = '']) => [`https://${above}${host}`, path] as const);

  it('APPR-14 redacts a secret that is an address, and says where it leads', () => {
    expect(specimens.length).toBeGreaterThan(5);
    for (const [origin, path] of specimens) {
      expect(recordedAddress(origin, path)).toMatch(new RegExp(`^${origin}/REDACTED_[A-Z]+_WEBHOOK$`));
    }
  });

  it.each([
    ['https://hooks.slack.com', '/api/methods'],
    ['https://api.github.com', '/repos/acme/site/hooks/1'],
    ['https://acme.example', '/webhook'],
    ['https://acme.example', ''],
  ])('leaves %s%s as it is', (origin, path) => {
    expect(recordedAddress(origin, path)).toBe(origin + path);
  });

  it('redacts by segments too', () => {
    expect(recordedAddress('https://acme.example', '/hooks/anna@example.org')).toBe(
      'https://acme.example/hooks/REDACTED_EMAIL',
    );
  });
});

describe('recordedMediaType()', () => {
  it.each(['application/json', 'application/vnd.acme.v2+json', 'multipart/form-data', 'text/x.a'])(
    'leaves %s as it is',
    (type) => {
      expect(recordedMediaType(type)).toBe(type);
    },
  );

  it('redacts values, and keeps nothing that is no media type', () => {
    expect(recordedMediaType('application/4111111111111111')).toBe('application/REDACTED_PAYMENT_CARD');
    for (const type of ['json', 'text/plain, anna@example.org', 'text/<b>', 'a/b/c', `text/${'x'.repeat(128)}`])
      expect(recordedMediaType(type)).toBeUndefined();
  });
});
