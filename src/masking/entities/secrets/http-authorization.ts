import type { Entity } from '../../entity.ts';

const ZERO = 0x30;
const NINE = 0x39;
const CAPITAL_A = 0x41;
const CAPITAL_Z = 0x5a;
const SMALL_A = 0x61;
const SMALL_Z = 0x7a;

/** Credentials of HTTP authentication where a header is quoted: in a log, a list of fields, the call of a tool. */
export const HTTP_AUTHORIZATION: Entity = {
  id: 'http-authorization',
  groups: ['secrets'],
  title: 'Credentials of an Authorization field',
  fields: [{ names: ['authorization', 'proxyauthorization'], value: 'any', min: 12, max: 2048, check: isNoWord }],
  context: [],
  source: 'RFC 9110, section 11.6.2; RFC 6750, section 2.1; RFC 7617, section 2',
  specimens: [
    '{"Authorization": "«Bearer abcdefghij0123456789KLMNOPQRSTUV»"}',
    '{"authorization": "«token abcdefghijklm~nopqrstuvwxyz.0123456789»", "accept": "*/*"}',
    '{"Proxy-Authorization": "«Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==»"}',
    '{"authorization": "«basic dXNlcjpwYXNz»"}',
  ],
  counterExamples: [
    '{"authorization": "Bearer authentication, as described below"}',
    '{"authorization": "Basic authentication"}',
    '{"authorization": "Bearer $TOKEN"}',
    '{"authorization_url": "https://login.example/v2/authorize"}',
    'authorization: asked for on 2030-01-01',
  ],
};

/**
 * Whether the text after the scheme's name holds a digit, or a capital after a small letter: what follows the name in prose
 * does not, and base64 nearly always does.
 */
function isNoWord(text: Uint8Array, length: number): boolean {
  let afterSmall = false;
  for (let i = text.indexOf(0x20) + 1; i < length; i++) {
    const byte = text[i] ?? 0;
    if (byte >= ZERO && byte <= NINE) return true;
    if (afterSmall && byte >= CAPITAL_A && byte <= CAPITAL_Z) return true;
    afterSmall = byte >= SMALL_A && byte <= SMALL_Z;
  }
  return false;
}
