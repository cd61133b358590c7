import { describe, expect, it } from 'vitest';
import { awsCredential, signedFields, type Signing } from '../../src/credentials/aws-sigv4.ts';

/** The credential, date and scope of the test suite that AWS publishes ("aws-sig-v4-test-suite"). */
const SUITE: Signing = {
  id: 'AKIDEXAMPLE',
  key: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
  sessionToken: undefined,
  service: 'service',
  region: 'us-east-1',
  now: Date.UTC(2015, 7, 30, 12, 36),
};
const HOST = ['Host', 'example.amazonaws.com'];
const VANILLA = '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31';
const UNRESERVED = '-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const OF_CONTENT = '9095672bbd1f56dfc5b65f3e153adc8731a4a654192329106275f4c7b24d0b6e';

function signature(method: string, target: string, fields: readonly string[] = [], digest?: string, signing = SUITE): string {
  const signed = signedFields({ method, target, fields: [...HOST, ...fields], digest }, signing);
  return signed[signed.indexOf('authorization') + 1] ?? '';
}

function own(names: string, hex: string): string {
  return `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=${names}, Signature=${hex}`;
}

describe('signedFields()', () => {
  it.each([
    ['get-vanilla', 'GET', '/', [], 'host;x-amz-date', '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31'],
    ['post-vanilla', 'POST', '/', [], 'host;x-amz-date', '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b'],
    [
      'get-vanilla-query-order-key-case',
      'GET',
      '/?Param2=value2&Param1=value1',
      [],
      'host;x-amz-date',
      'b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500',
    ],
    [
      'get-vanilla-empty-query-key',
      'GET',
      '/?Param1=value1',
      [],
      'host;x-amz-date',
      'a67d582fa61cc504c4bae71f336f98b97f1ea3c7a6bfe1b6e45aec72011b9aeb',
    ],
    ['get-slash', 'GET', '//', [], 'host;x-amz-date', '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31'],
    [
      'get-relative-relative',
      'GET',
      '/example1/example2/../..',
      [],
      'host;x-amz-date',
      '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31',
    ],
    [
      'get-header-value-trim',
      'GET',
      '/',
      ['My-Header1', ' value1', 'My-Header2', ' "a   b   c"'],
      'host;my-header1;my-header2;x-amz-date',
      'acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736',
    ],
    ['get-relative', 'GET', '/example/..', [], 'host;x-amz-date', VANILLA],
    ['get-slash-dot-slash', 'GET', '/./', [], 'host;x-amz-date', VANILLA],
    [
      'get-slash-pointless-dot',
      'GET',
      '/./example',
      [],
      'host;x-amz-date',
      'ef75d96142cf21edca26f06005da7988e4f8dc83a165a80865db7089db637ec5',
    ],
    [
      'get-slashes',
      'GET',
      '//example//',
      [],
      'host;x-amz-date',
      '9a624bd73a37c9a373b5312afbebe7a714a789de108f0bdfe846570885f57e84',
    ],
    [
      'get-unreserved',
      'GET',
      `/${UNRESERVED}`,
      [],
      'host;x-amz-date',
      '07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f',
    ],
    // The suite writes these two as no request line can: a path that is encoded already is encoded once more, as services have it.
    ['get-utf8', 'GET', '/ሴ', [], 'host;x-amz-date', '8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85'],
    [
      'get-space',
      'GET',
      '/example space/',
      [],
      'host;x-amz-date',
      '652487583200325589f1fba4c7e578f72c47cb61beeca81406b39ddec1366741',
    ],
    [
      'get-vanilla-query-unreserved',
      'GET',
      `/?${UNRESERVED}=${UNRESERVED}`,
      [],
      'host;x-amz-date',
      '9c3e54bfcdf0b19771a7f523ee5669cdf59bc7cc0884027167c21bb143a40197',
    ],
    [
      'get-vanilla-utf8-query',
      'GET',
      '/?%E1%88%B4=bar',
      [],
      'host;x-amz-date',
      '2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04',
    ],
    [
      'get-header-key-duplicate',
      'GET',
      '/',
      ['My-Header1', 'value2', 'My-Header1', 'value2', 'My-Header1', 'value1'],
      'host;my-header1;x-amz-date',
      'c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea',
    ],
    [
      'get-header-value-order',
      'GET',
      '/',
      ['My-Header1', 'value4', 'My-Header1', 'value1', 'My-Header1', 'value3', 'My-Header1', 'value2'],
      'host;my-header1;x-amz-date',
      '08c7e5a9acfcfeb3ab6b2185e75ce8b1deb5e634ec47601a50643f830c755c01',
    ],
    [
      'post-header-key-sort',
      'POST',
      '/',
      ['My-Header1', 'value1'],
      'host;my-header1;x-amz-date',
      'c5410059b04c1ee005303aed430f6e6645f61f4dc9e1461ec8f8916fdf18852c',
    ],
    [
      'post-header-value-case',
      'POST',
      '/',
      ['My-Header1', 'VALUE1'],
      'host;my-header1;x-amz-date',
      'cdbc9802e29d2942e5e10b5bccfdd67c5f22c7c4e8ae67b53629efa58b974b7d',
    ],
    [
      'post-vanilla-query',
      'POST',
      '/?Param1=value1',
      [],
      'host;x-amz-date',
      '28038455d6de14eafc1f9222cf5aa6f1a96197d7deb8263271d420d138af7f11',
    ],
  ] as const)('%s', (...[, method, target, fields, names, hex]) => {
    expect(signature(method, target, fields)).toBe(own(names, hex));
  });

  it('post-x-www-form-urlencoded: the digest of the content is signed', () => {
    expect(signature('POST', '/', ['Content-Type', 'application/x-www-form-urlencoded'], OF_CONTENT)).toBe(
      own('content-type;host;x-amz-date', 'ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a'),
    );
  });

  it('get-object of the documentation of S3: its digest is in a field of its own, and in no path twice', () => {
    const signing = {
      ...SUITE,
      id: 'AKIAIOSFODNN7EXAMPLE',
      key: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
      service: 's3',
      now: Date.UTC(2013, 4, 24),
    };
    const empty = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
    const fields = ['Host', 'examplebucket.s3.amazonaws.com', 'Range', 'bytes=0-9'];
    const signed = signedFields({ method: 'GET', target: '/test.txt', fields, digest: empty }, signing);
    expect(signed.at(-1)).toContain('Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41');
  });

  it('leaves nothing of a signature or token that the agent made', () => {
    const fields = [...HOST, 'Authorization', 'mine', 'X-Amz-Security-Token', 'mine', 'X-AMZ-DATE', 'mine'];
    const signed = signedFields({ method: 'GET', target: '/', fields }, { ...SUITE, sessionToken: 'theirs' });
    expect(signed).not.toContain('mine');
    expect(signed[signed.indexOf('x-amz-security-token') + 1]).toBe('theirs');
  });
});

describe('awsCredential()', () => {
  it('takes ID:SECRET and ID:SECRET:TOKEN', () => {
    expect(awsCredential('A:b')).toEqual({ ok: true, value: { id: 'A', key: 'b', sessionToken: undefined } });
    expect(awsCredential('A:b:c:d')).toEqual({ ok: true, value: { id: 'A', key: 'b', sessionToken: 'c:d' } });
  });

  it.each(['', 'A', 'A:', ':b'])('refuses %j without repeating it', (text) => {
    const refused = awsCredential(text);
    expect(refused.ok).toBe(false);
    expect(JSON.stringify(refused)).toContain('ID:SECRET');
  });
});
