import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { parseRevocationList } from '../../../src/tls/revocation/revocation-list.ts';
import { Revocations } from '../../../src/tls/revocation/revocations.ts';
import { createTestCa, type ServerCertificate } from '../../support/certificates.ts';

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

describe('parseRevocationList()', () => {
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
