import { describe, expect, it } from 'vitest';
import { recordedPath, recordedSentence } from '../../../src/transform/masking/recorded-text.ts';

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
