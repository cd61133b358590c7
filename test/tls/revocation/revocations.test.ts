import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { parseRevocationList } from '../../../src/tls/revocation/revocation-list.ts';
import { Revocations } from '../../../src/tls/revocation/revocations.ts';
import { createTestCa, rootWithList, type ServerCertificate } from '../../support/certificates.ts';

const NOW = Date.parse('2026-11-27T10:00:00Z');
const ca = await createTestCa('Lists');
const other = await createTestCa('Other lists');
const client = (): Promise<ServerCertificate> => ca.issue({ hosts: ['a.example'], usage: 'client' });
const [first, second] = [await client(), await client()];
const derOf = (pem: string): Buffer => Buffer.from(pem.replaceAll(/-----.*-----|\s/g, ''), 'base64');
const chainOf = ({ cert }: ServerCertificate): Buffer[] => [new X509Certificate(cert).raw, new X509Certificate(ca.pem).raw];

function parsed(text: string | Uint8Array): Revocations {
  const read = Revocations.parse(typeof text === 'string' ? Buffer.from(text) : text);
  if (!read.ok) throw new Error(read.failure);
  return read.value;
}

/** IssuingDistributionPoint with one member that is true. */
function partOf(member: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array([0x30, 0x03, member, 0x01, 0xff]);
}

/** The list with the element that begins so made into an octet string. */
function altered(der: Buffer, ...begin: readonly number[]): Buffer {
  const copy = Buffer.from(der);
  copy[copy.indexOf(Buffer.from(begin))] = 0x04;
  return copy;
}

describe('Revocations', () => {
  it('names what was revoked, in PEM and in DER, and nothing else', async () => {
    const pem = await ca.revoking([first]);
    for (const lists of [parsed(pem), parsed(derOf(pem))]) {
      expect(lists.problem(chainOf(first), NOW)).toBe('it was revoked');
      expect(lists.problem(chainOf(second), NOW)).toBeUndefined();
    }
  });

  it('takes what the lists of one issuer revoke together, and the latest end of them', async () => {
    const short = await ca.revoking([first], new Date('2026-01-01T00:00:00Z'));
    const lists = parsed(short + (await ca.revoking([second], new Date('2027-01-01T00:00:00Z'))));
    expect(lists.problem(chainOf(first), NOW)).toBe('it was revoked');
    expect(lists.problem(chainOf(second), NOW)).toBe('it was revoked');
    const neither = await client();
    expect(lists.problem(chainOf(neither), NOW)).toBeUndefined();
    expect(lists.ended(NOW)).toBeUndefined();
    const then = Date.parse('2027-01-01T00:00:00Z');
    expect(lists.problem(chainOf(neither), then)).toContain('has ended (2027-01-01T00:00:00.000Z)');
    expect(lists.ended(then)).toContain('2027-01-01T00:00:00.000Z');
  });

  it('vouches for nobody whose issuer has no list, nor for what is no certificate', async () => {
    const lists = parsed(await other.revoking([]));
    expect(lists.problem(chainOf(first), NOW)).toBe('there is no revocation list of its issuer');
    expect(lists.problem([Buffer.from('nothing')], NOW)).toBe('there is no revocation list of its issuer');
  });
});

describe('Revocations and who has signed them', () => {
  const rsa = { modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]), hash: 'SHA-384' };

  it.each([
    ['ECDSA with P-384', { name: 'ECDSA', namedCurve: 'P-384', hash: 'SHA-384' }],
    ['ECDSA with P-521', { name: 'ECDSA', namedCurve: 'P-521', hash: 'SHA-512' }],
    ['RSA, PKCS #1', { name: 'RSASSA-PKCS1-v1_5', ...rsa }],
    ['RSA, PSS', { name: 'RSA-PSS', ...rsa, saltLength: 48 }],
    ['Ed25519', { name: 'Ed25519' }],
  ])('believe a list of %s, and none of the same name by another key', async (_what, algorithm) => {
    const [own, namesake] = [await rootWithList('Namesake', algorithm), await rootWithList('Namesake', algorithm)];
    const chain = [new X509Certificate(own.pem).raw];
    expect(parsed(own.list).problem(chain, NOW)).toBeUndefined();
    expect(parsed(namesake.list).problem(chain, NOW)).toBe('there is no revocation list of its issuer');
  });

  it('a list of the same name by another key gives back nothing that was revoked, and ends nothing later', async () => {
    const namesake = await createTestCa('Lists');
    const forged = await namesake.revoking([]);
    expect(parsed(forged).problem(chainOf(first), NOW)).toBe('there is no revocation list of its issuer');
    expect(parsed(forged + (await ca.revoking([first]))).problem(chainOf(first), NOW)).toBe('it was revoked');
    const ended = await ca.revoking([], new Date('2026-01-01T00:00:00Z'));
    expect(parsed(ended + forged).problem(chainOf(second), NOW)).toContain('has ended (2026-01-01');
    // Nor does it cut off whom its forger would have revoked.
    const against = await namesake.revoking([second]);
    expect(parsed(against + (await ca.revoking([]))).problem(chainOf(second), NOW)).toBeUndefined();
  });

  it('one bit of a list changed makes it nobody’s', async () => {
    const der = derOf(await ca.revoking([first]));
    const serial = new X509Certificate(first.cert).serialNumber;
    der[der.indexOf(Buffer.from(serial, 'hex')) + 4]! ^= 1;
    expect(parsed(der).problem(chainOf(first), NOW)).toBe('there is no revocation list of its issuer');
  });

  it('a list that begins later counts for nobody yet', async () => {
    const thisUpdate = new Date('2026-11-27T10:00:01Z');
    const lists = parsed(await ca.revoking([], undefined, { thisUpdate }));
    expect(lists.problem(chainOf(first), NOW)).toBe('there is no revocation list of its issuer');
    expect(lists.problem(chainOf(first), NOW + 1_000)).toBeUndefined();
  });
});

describe('parseRevocationList()', () => {
  const number = new Uint8Array([0x02, 0x01, 0x07]);

  it.each([
    ['a delta', { oid: '2.5.29.27', critical: true, value: number }, 'found a delta of a revocation list'],
    [
      'one for certificates of authorities alone',
      { oid: '2.5.29.28', critical: true, value: partOf(0x82) },
      'for a part of the certificates',
    ],
    [
      'what must be understood and is not',
      { oid: '1.3.6.1.4.1.99999.1', critical: true, value: number },
      'a critical extension',
    ],
  ])('refuses %s', async (_what, extension, sentence) => {
    const list = parseRevocationList(derOf(await ca.revoking([], undefined, { extensions: [extension] })));
    expect(list).toEqual({ ok: false, failure: expect.stringContaining(sentence) as string });
  });

  it('takes a list with its number', async () => {
    const extensions = [{ oid: '2.5.29.20', critical: false, value: number }];
    expect(parsed(await ca.revoking([], undefined, { extensions })).problem(chainOf(first), NOW)).toBeUndefined();
  });

  it('refuses one that is signed with SHA-1', async () => {
    const { list } = await rootWithList('Old', {
      name: 'RSASSA-PKCS1-v1_5',
      modulusLength: 2048,
      publicExponent: new Uint8Array([1, 0, 1]),
      hash: 'SHA-1',
    });
    expect(Revocations.parse(Buffer.from(list))).toEqual({
      ok: false,
      failure: expect.stringContaining('no known kind') as string,
    });
  });

  it.each([
    ['nothing', () => Buffer.alloc(0), 'found no certificate revocation list'],
    ['a certificate', () => new X509Certificate(ca.pem).raw, 'found no certificate revocation list'],
    ['a list that is cut', (der: Buffer) => der.subarray(0, -1), 'found no certificate revocation list'],
    // A time behind 2049 has its own tag; numbers of the test's authorities have nine bytes and begin with 1.
    ['no end', (der: Buffer) => altered(der, 0x18, 0x0f), 'found a revocation list without nextUpdate'],
    ['an entry without number', (der: Buffer) => altered(der, 0x02, 0x09, 0x01), 'without serial number'],
  ])('refuses %s', async (_what, change, sentence) => {
    const list = parseRevocationList(change(derOf(await ca.revoking([first]))));
    expect(list).toEqual({ ok: false, failure: expect.stringContaining(sentence) as string });
  });
});
