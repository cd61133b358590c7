import { describe, expect, it } from 'vitest';
import { agreedTerms, readableOffers } from '../../../src/wire/websocket/deflate-extension.ts';

describe('readableOffers()', () => {
  it.each([
    ['permessage-deflate', 'permessage-deflate'],
    ['permessage-deflate; client_max_window_bits', 'permessage-deflate; client_max_window_bits'],
    [
      'x-webkit-deflate-frame, permessage-deflate;server_max_window_bits="10"',
      'permessage-deflate;server_max_window_bits="10"',
    ],
    [
      'permessage-deflate; server_no_context_takeover; client_no_context_takeover, permessage-deflate',
      'permessage-deflate; server_no_context_takeover; client_no_context_takeover, permessage-deflate',
    ],
  ])('keeps of %s what can be read', (offered, left) => {
    expect(readableOffers(offered)).toBe(left);
  });

  it.each([
    'x-webkit-deflate-frame',
    'permessage-bzip2',
    'permessage-deflate; unknown',
    'permessage-deflate; server_max_window_bits',
    'permessage-deflate; server_max_window_bits=7',
    'permessage-deflate; client_max_window_bits=16',
    'permessage-deflate; client_max_window_bits=08',
    'permessage-deflate; client_max_window_bits=',
    'permessage-deflate; server_no_context_takeover=1',
    'permessage-deflate; client_no_context_takeover; client_no_context_takeover',
    '',
  ])('drops %s', (offered) => {
    expect(readableOffers(offered)).toBeUndefined();
  });
});

describe('agreedTerms()', () => {
  const OFFER = 'permessage-deflate; client_max_window_bits';
  const whole = { keepsContext: true, windowBits: 15 };

  it.each([
    ['permessage-deflate', { client: whole, server: whole }],
    [
      'permessage-deflate; server_no_context_takeover; client_max_window_bits=10',
      { client: { keepsContext: true, windowBits: 10 }, server: { keepsContext: false, windowBits: 15 } },
    ],
    [undefined, undefined],
    [' ', undefined],
  ])('reads %s', (accepted, terms) => {
    expect(agreedTerms(OFFER, accepted)).toEqual({ ok: true, value: terms });
  });

  it.each([
    [undefined, 'permessage-deflate'],
    [OFFER, 'permessage-bzip2'],
    [OFFER, 'permessage-deflate, permessage-deflate'],
    [OFFER, 'permessage-deflate; client_max_window_bits'],
  ])('refuses, offered %s, the answer %s', (offered, accepted) => {
    expect(agreedTerms(offered, accepted)).toMatchObject({ ok: false });
  });
});
