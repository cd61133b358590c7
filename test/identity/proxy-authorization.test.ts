import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseProxyAuthorization } from '../../src/identity/proxy-authorization.ts';

function basic(userPass: string | Uint8Array): string {
  return `Basic ${Buffer.from(userPass).toString('base64')}`;
}

describe('parseProxyAuthorization()', () => {
  it.each([
    ['Basic', basic('support-bot:cdn_1.x'), { scheme: 'basic', agent: 'support-bot', token: 'cdn_1.x' }],
    ['Basic with a session', basic('bot+run-7:t'), { scheme: 'basic', agent: 'bot', session: 'run-7', token: 't' }],
    ['a password with colons', basic('bot:a:b'), { scheme: 'basic', agent: 'bot', token: 'a:b' }],
    ['an empty password', basic('bot:'), { scheme: 'basic', agent: 'bot', token: '' }],
    ['the scheme in any case', basic('bot:t').replace('Basic', 'bASIC'), { scheme: 'basic', agent: 'bot', token: 't' }],
    ['Bearer', 'Bearer cdn_1.x-Y_z', { scheme: 'bearer', token: 'cdn_1.x-Y_z' }],
    ['more than one space', 'Bearer   abc', { scheme: 'bearer', token: 'abc' }],
  ])('reads %s', (_, value, credentials) => {
    expect(parseProxyAuthorization(value)).toEqual({ ok: true, value: credentials });
  });

  it.each([
    ['nothing', ''],
    ['a scheme alone', 'Basic'],
    ['an empty token', 'Bearer '],
    ['another scheme', 'Digest abc'],
    ['no scheme', 'abc'],
    ['two credentials in one value', `${basic('bot:t')}, ${basic('bot:t')}`],
    ['parameters', 'Bearer realm="x"'],
    ['a tab', 'Bearer\tabc'],
    ['white space at the end', 'Bearer abc '],
    ['a line break', 'Bearer abc\r\nX: y'],
    ['base64 without its padding', basic('bot:t').replace('=', '')],
    ['a control character', 'Basic Ym90OnQx\u0000'],
    ['base64 with leftover bits', 'Basic Ym90OnR='],
    [
      'base64url',
      basic(new Uint8Array([0xfb, 0xff, 0xfe]))
        .replaceAll('+', '-')
        .replaceAll('/', '_'),
    ],
    ['no colon', basic('bot')],
    ['no user', basic(':t')],
    ['an agent in capitals', basic('Bot:t')],
    ['an agent that is a path', basic('../bot:t')],
    ['an agent with a line break', basic('bot\n:t')],
    ['an empty session (AUD-08)', basic('bot+:t')],
    ['a session that is a path (AUD-08)', basic('bot+../../x:t')],
    ['a session with a second plus', basic('bot+a+b:t')],
    ['a session that is too long', basic(`bot+${'a'.repeat(65)}:t`)],
    ['bytes that are not UTF-8', basic(new Uint8Array([0x62, 0x3a, 0xff]))],
    ['a byte order mark', basic('\uFEFFbot:t')],
    ['too many characters', `Bearer ${'a'.repeat(2000)}`],
  ])('refuses %s, and repeats nothing of it', (_, value) => {
    const parsed = parseProxyAuthorization(value);
    expect(parsed).toMatchObject({ ok: false, failure: { code: 'unidentified' } });
    if (value.length > 8) expect(JSON.stringify(parsed)).not.toContain(value.slice(6));
  });

  it('reads back every agent, session and token it is written with, and only those', () => {
    const id = fc.stringMatching(/^[a-z][a-z0-9-]{0,20}$/);
    const name = fc.stringMatching(/^[A-Za-z0-9._-]{1,64}$/);
    fc.assert(
      fc.property(id, fc.option(name, { nil: undefined }), fc.string({ maxLength: 50 }), (agent, session, token) => {
        const value = basic(`${agent}${session === undefined ? '' : `+${session}`}:${token}`);
        const expected = {
          scheme: 'basic',
          agent,
          ...(session !== undefined && { session }),
          token: Buffer.from(token).toString(),
        };
        expect(parseProxyAuthorization(value)).toEqual({ ok: true, value: expected });
      }),
    );
  });

  it('takes any value without throwing', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string().map(basic), fc.uint8Array().map(basic)), (value) => {
        expect(typeof parseProxyAuthorization(value).ok).toBe('boolean');
      }),
    );
  });
});
