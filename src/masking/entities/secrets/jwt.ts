import type { Entity } from '../../entity.ts';

/**
 * Signed and encrypted tokens in compact form whose first part decodes to a JSON object that states `alg`. Found by a matcher
 * of its own.
 */
export const JWT: Entity = {
  id: 'jwt',
  groups: ['secrets'],
  title: 'JSON Web Token',
  context: [],
  source: 'RFC 7519, section 3; RFC 7515, section 7.1; RFC 7516, section 7.1',
  specimens: [
    '«eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkV4YW1wbGUifQ.abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG»',
    '{"id": "«eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiIsImtpZCI6ImtleS0xIn0.eyJpc3MiOiJodHRwczovL2lzc3Vlci5leGFtcGxlIn0.abcdefghijklmnopqrstuvwxyz_0123456789-ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstu»"}',
    'Cookie: login=«eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJiYXIiOiJiYXoifQ.ABCDEFGHIJKLMNOPQRSTUVWXYZ-abcdefghijklmnop»; lang=en',
    'encrypted: «eyJhbGciOiJSU0EtT0FFUCIsImVuYyI6IkEyNTZHQ00ifQ.abcdefghijklmnopqrstuvwxyz0123456789.ABCDEFGHIJKLMNOP.abcdefghijklmnopqrstuvwxyz.ABCDEFGHIJKLMNOPQRSTUV».',
  ],
  counterExamples: [
    'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9 is a header alone',
    'eyJmb28iOiJiYXIifQ.eyJiYXIiOiJiYXoifQ.abcdefghijklmnopqrstuvwxyz states no algorithm',
    'eyJust.looks.alike and eyJsoDoesThis.because.ofItsDots',
    'import eyJhbGciOi.from.elsewhere',
  ],
};
