import 'reflect-metadata';
import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import * as peculiar from '@peculiar/x509';
import { describe, expect, it } from 'vitest';
import { buildCaCertificate, buildLeafCertificate } from '../../src/tls/certificate.ts';
import { pem } from '../../src/tls/der.ts';
import { readIssuer } from '../../src/tls/issuer.ts';
import { createTestCa } from '../support/certificates.ts';
import { MACHINE_RANDOM } from '../support/clock.ts';
import { host } from '../support/host.ts';

const NOW = Date.parse('2026-11-22T12:00:00Z');
const VALIDITY = { notBefore: NOW - 3_600_000, notAfter: NOW + 1000 * 3_600_000 };
const KEYS = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const CA_PEM = caPem(KEYS);
const KEY_PEM = privatePem(KEYS);

function caPem(keys: Pick<typeof KEYS, 'publicKey' | 'privateKey'>): string {
  const ca = buildCaCertificate({
    commonName: 'Test interception CA',
    key: keys.privateKey,
    publicKey: keys.publicKey.export({ type: 'spki', format: 'der' }),
    serial: MACHINE_RANDOM.bytes(16),
    validity: VALIDITY,
  });
  return pem('CERTIFICATE', ca);
}

function privatePem({ privateKey }: Pick<typeof KEYS, 'privateKey'>): string {
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

function failureOf(certificate: string, key: string, now = NOW): string {
  const read = readIssuer(certificate, key, now);
  return read.ok ? '' : read.failure;
}

describe('readIssuer()', () => {
  it('takes the name and the key identifier byte for byte', () => {
    const certificate = new peculiar.X509Certificate(CA_PEM);
    const read = readIssuer(CA_PEM, KEY_PEM, NOW);
    if (!read.ok) throw new Error(read.failure);
    const { name, keyIdentifier = new Uint8Array() } = read.value.issuer;
    expect(Buffer.from(name).equals(Buffer.from(certificate.subjectName.toArrayBuffer()))).toBe(true);
    expect(Buffer.from(keyIdentifier).toString('hex')).toBe(
      certificate.getExtension(peculiar.SubjectKeyIdentifierExtension)?.keyId,
    );
  });

  it('never repeats a private key that lies in the certificate file', () => {
    const read = readIssuer(`${KEY_PEM}${CA_PEM}`, KEY_PEM, NOW);
    expect(read.ok && read.value.certificatePem).toBe(new X509Certificate(CA_PEM).toString());
  });

  it('keeps what stands between leaf and anchor, and does not repeat the anchor on the wire', async () => {
    const root = await createTestCa();
    const { cert, key } = await root.subordinate();
    const read = readIssuer(`${cert}\n${root.pem}`, key, NOW);
    if (!read.ok) throw new Error(read.failure);
    expect(read.value.intermediates.map(({ subject }) => subject)).toEqual(['CN=Subordinate CA']);
    expect(read.value.certificatePem.match(/BEGIN CERTIFICATE/g)).toHaveLength(2);
  });

  it('says what does not fit', () => {
    const leaf = buildLeafCertificate({
      host: host('a.example'),
      serial: MACHINE_RANDOM.bytes(16),
      validity: VALIDITY,
      publicKey: KEYS.publicKey.export({ type: 'spki', format: 'der' }),
      issuer: { name: Uint8Array.of(0x30, 0), key: KEYS.privateKey },
    });
    const leafPem = pem('CERTIFICATE', leaf.ok ? leaf.value : new Uint8Array());
    const weak = generateKeyPairSync('rsa', { modulusLength: 1024 });
    expect(failureOf('', KEY_PEM)).toContain('Found no certificate');
    expect(failureOf('-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----', KEY_PEM)).toContain('cannot be read');
    expect(failureOf(CA_PEM, 'not a key')).toContain('private key that cannot be read');
    expect(failureOf(CA_PEM, privatePem(generateKeyPairSync('ec', { namedCurve: 'P-256' })))).toContain(
      'key of another certificate',
    );
    expect(failureOf(CA_PEM, KEY_PEM, VALIDITY.notAfter + 1)).toContain('expired on 2027-01-03');
    expect(failureOf(CA_PEM, KEY_PEM, VALIDITY.notBefore - 1)).toContain('valid from 2026-11-22');
    expect(failureOf(leafPem, KEY_PEM)).toContain('no CA');
    expect(failureOf(caPem(weak), privatePem(weak))).toContain('at least 2048 bits');
  });
});
