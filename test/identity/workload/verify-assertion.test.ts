import { createHmac } from 'node:crypto';
import { exportJWK, exportSPKI, generateKeyPair, SignJWT, type CryptoKey, type JWTPayload } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { IssuerKeys } from '../../../src/app/people/workload/issuer-keys.ts';
import { fail, ok } from '../../../src/core/result.ts';
import { verifyAssertion, type FindKey } from '../../../src/identity/workload/verify-assertion.ts';

const ISSUER = 'https://token.actions.githubusercontent.com';
const AUDIENCE = 'https://cordon.acme.example';
const NOW = Date.parse('2026-11-22T10:00:00Z');
const SECOND = 1000;
const at = (seconds: number): number => NOW / SECOND + seconds;

const GOOD: JWTPayload = {
  iss: ISSUER,
  aud: AUDIENCE,
  sub: 'repo:acme/app:ref:refs/heads/main',
  iat: at(-5),
  exp: at(300),
  jti: 'a1',
  environment: 'production',
};

let ours: CryptoKey;
let published: string;
let foreign: CryptoKey;
let elliptic: CryptoKey;
let findKey: FindKey;

beforeAll(async () => {
  const [rsa, other, ec] = await Promise.all([generateKeyPair('RS256'), generateKeyPair('RS256'), generateKeyPair('ES256')]);
  ours = rsa.privateKey;
  foreign = other.privateKey;
  elliptic = ec.privateKey;
  published = await exportSPKI(rsa.publicKey);
  const keys = [
    { ...(await exportJWK(rsa.publicKey)), kid: 'main', use: 'sig' },
    { ...(await exportJWK(ec.publicKey)), kid: 'curve' },
    // A shared secret that somebody published: signs nothing.
    { kty: 'oct', k: Buffer.from('published').toString('base64url'), kid: 'shared' },
  ];
  const issuer = new IssuerKeys(() => Promise.resolve(ok({ keys })), { monotonic: () => 0 });
  findKey = (name, hint) =>
    name === ISSUER ? issuer.find(hint) : Promise.resolve(fail({ code: 'unidentified', detail: 'unknown issuer' }));
});

interface Forged {
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly header?: Readonly<Record<string, unknown>>;
  readonly key?: CryptoKey;
}

async function assertion({ claims = {}, header = {}, key = ours }: Forged = {}): Promise<string> {
  const payload = Object.fromEntries(Object.entries({ ...GOOD, ...claims }).filter(([, value]) => value !== undefined));
  return await new SignJWT(payload).setProtectedHeader({ alg: 'RS256', kid: 'main', typ: 'JWT', ...header }).sign(key);
}

/** A JWT put together by hand, for what no library signs. */
function written(header: object, claims: object, sign: (input: string) => string): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const input = `${part(header)}.${part(claims)}`;
  return `${input}.${sign(input)}`;
}

const verify = (text: string, now = NOW) => verifyAssertion(text, { audience: AUDIENCE, findKey, now });

async function reason(text: string, now?: number): Promise<string> {
  const verified = await verify(text, now);
  return verified.ok ? 'verified' : verified.failure.detail;
}

describe('verifyAssertion()', () => {
  it('says who the workload is, with its claims, and when it ends', async () => {
    expect(await verify(await assertion())).toMatchObject({
      ok: true,
      value: {
        workload: { issuer: ISSUER, subject: GOOD.sub, claims: { environment: 'production', jti: 'a1' } },
        endsAt: NOW + 360_000,
        jti: 'a1',
        digest: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
      },
    });
    expect(await reason(await assertion({ header: { alg: 'ES256', kid: 'curve' }, key: elliptic }))).toBe('verified');
    // Kubernetes names neither a type nor, in older versions, an id; aud is a list there.
    expect(await reason(await assertion({ header: { typ: undefined }, claims: { jti: undefined, aud: [AUDIENCE] } }))).toBe(
      'verified',
    );
  });

  it('takes no signature but one of a key that the issuer publishes', async () => {
    const good = await assertion();
    const claims = { ...GOOD, sub: 'repo:acme/other' };
    const [head = '', , signature = ''] = good.split('.');
    const swapped = `${head}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.${signature}`;
    const hmac = (secret: string) => (input: string) => createHmac('sha256', secret).update(input).digest('base64url');
    const another = /another algorithm/;
    for (const [text, because] of [
      [swapped, /ERR_JWS_SIGNATURE_VERIFICATION_FAILED/],
      [await assertion({ key: foreign }), /ERR_JWS_SIGNATURE_VERIFICATION_FAILED/],
      [written({ alg: 'none', kid: 'main' }, GOOD, () => ''), another],
      [written({ alg: 'None', kid: 'main' }, GOOD, () => ''), another],
      [written({ kid: 'main' }, GOOD, () => 'AA'), another],
      // The public key as the secret of an HMAC.
      [written({ alg: 'HS256', kid: 'main' }, GOOD, hmac(published)), another],
      [written({ alg: 'HS256', kid: 'shared' }, GOOD, hmac('published')), another],
      [written({ alg: 'RS256', kid: 'main', b64: false, crit: ['b64'] }, GOOD, () => 'AA'), /ERR_J/],
      [await assertion({ header: { kid: 'shared' } }), /ERR_JWKS_NO_MATCHING_KEY/],
      [await assertion({ header: { kid: '../../../../dev/null' } }), /ERR_JWKS_NO_MATCHING_KEY/],
      [await assertion({ header: { kid: "x' OR '1'='1" } }), /ERR_JWKS_NO_MATCHING_KEY/],
      [await assertion({ header: { kid: '\u0000' } }), /key id that is none/],
      [await assertion({ header: { kid: 'k'.repeat(201) } }), /key id that is none/],
      [await assertion({ header: { alg: 'RS256', kid: 'curve' } }), /ERR_JWKS_NO_MATCHING_KEY/],
    ] as const) {
      expect(await reason(text)).toMatch(because);
    }
  });

  it('takes no key, and no address of one, from the assertion itself', async () => {
    const own = await generateKeyPair('RS256', { extractable: true });
    const jwk = await exportJWK(own.publicKey);
    const header = { jwk, jku: 'https://evil.example/keys', x5u: 'https://evil.example/cert', kid: 'main' };
    expect(await reason(await assertion({ header, key: own.privateKey }))).toMatch(/SIGNATURE_VERIFICATION_FAILED/);
  });

  it.each([
    ['another audience', { aud: 'https://other.example' }, /aud/],
    ['no audience', { aud: undefined }, /aud/],
    ['several audiences', { aud: [AUDIENCE, 'https://other.example'] }, /several audiences/],
    ['another issuer', { iss: 'https://evil.example' }, /unknown issuer/],
    ['an issuer with a slash more', { iss: `${ISSUER}/` }, /unknown issuer/],
    ['no issuer', { iss: undefined }, /without issuer/],
    ['an issuer that is a list', { iss: [ISSUER] }, /without issuer/],
    ['no subject', { sub: undefined }, /sub/],
    ['an empty subject', { sub: '' }, /without a subject/],
    ['a subject of two lines', { sub: 'repo:acme/app\nrepo:evil' }, /without a subject/],
    ['a subject too long', { sub: 's'.repeat(256) }, /without a subject/],
    ['an azp that is a list', { azp: [AUDIENCE] }, /azp/],
    ['no end', { exp: undefined }, /exp/],
    ['no beginning', { iat: undefined }, /iat/],
    ['an end that is a text', { exp: '9999999999' }, /exp/],
    ['an end long ago', { exp: at(-61) }, /exp/],
    ['a beginning to come', { nbf: at(61) }, /nbf/],
    ['from the future', { iat: at(61), exp: at(300) }, /from the future/],
    ['for more than a day', { iat: at(0), exp: at(86_401) }, /longer than a day/],
    ['an end before its beginning', { iat: at(30), exp: at(20) }, /longer than a day/],
    ['an id that is a number', { jti: 7 }, /jti/],
  ])('refuses %s', async (_, claims, because) => {
    expect(await reason(await assertion({ claims }))).toMatch(because);
  });

  it('lets the clock of an issuer be a minute off, and no more', async () => {
    const text = await assertion({ claims: { iat: at(0), nbf: at(0), exp: at(300) } });
    expect(await reason(text, NOW - 59_000)).toBe('verified');
    expect(await reason(text, NOW - 61_000)).toMatch(/nbf/);
    expect(await reason(text, NOW + 359_000)).toBe('verified');
    expect(await reason(text, NOW + 360_000)).toMatch(/exp/);
  });

  it('reads nothing long, and nothing that is no JWT of a workload', async () => {
    expect(await reason('a'.repeat(16_385))).toMatch(/16385 characters/);
    expect(await reason(await assertion({ claims: { groups: 'g'.repeat(20_000) } }))).toMatch(/characters, expected/);
    for (const text of ['', 'a', 'a.b', 'a.b.c', 'a.b.c.d', 'a.b.c.d.e', 'bnVsbA.bnVsbA.', '[].[].[]', '.'.repeat(1000)]) {
      expect(await reason(text)).toMatch(/no signed JWT|another algorithm/);
    }
    for (const typ of ['logout+jwt', 'dpop+jwt', 'secevent+jwt', 7 as unknown as string]) {
      expect(await reason(written({ alg: 'RS256', kid: 'main', typ }, GOOD, () => 'AA'))).toMatch(
        /something else|no signed JWT/,
      );
    }
  });

  it('digests what counts as the same: by its id, else by what is signed, however the signature is written', async () => {
    const digest = async (text: string): Promise<string> => {
      const verified = await verify(text);
      return verified.ok ? verified.value.digest : expect.fail(verified.failure.detail);
    };
    const first = await digest(await assertion());
    expect(await digest(await assertion({ claims: { environment: 'staging' } }))).toBe(first);
    expect(await digest(await assertion({ claims: { jti: 'a2' } }))).not.toBe(first);
    const header = { alg: 'ES256', kid: 'curve' };
    const unnamed = await assertion({ header, key: elliptic, claims: { jti: undefined } });
    const [head = '', claims = '', signature = ''] = unnamed.split('.');
    const twin = `${head}.${claims}.${otherSignature(Buffer.from(signature, 'base64url'))}`;
    expect(twin).not.toBe(unnamed);
    expect(await digest(twin)).toBe(await digest(unnamed));
  });
});

/** Of an ECDSA signature (r, s), (r, n − s) is one too (SEC 1 §4.1.4). */
function otherSignature(signature: Buffer): string {
  const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
  const s = order - BigInt(`0x${signature.subarray(32).toString('hex')}`);
  return Buffer.concat([signature.subarray(0, 32), Buffer.from(s.toString(16).padStart(64, '0'), 'hex')]).toString('base64url');
}
