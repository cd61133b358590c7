import 'reflect-metadata';
import { execFileSync } from 'node:child_process';
import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as peculiar from '@peculiar/x509';
import { describe, expect, it } from 'vitest';
import type { Host } from '../../src/core/address.ts';
import { buildCaCertificate, buildLeafCertificate, type Issuer } from '../../src/tls/certificate.ts';
import { pem } from '../../src/tls/der.ts';
import { readIssuer } from '../../src/tls/issuer.ts';
import { MACHINE_RANDOM, ManualClock } from '../support/clock.ts';
import { host } from '../support/host.ts';

const NOW = new ManualClock('2026-11-22T12:00:00Z').now();
const HOUR = 3_600_000;
const VALIDITY = { notBefore: NOW - HOUR, notAfter: NOW + 1000 * HOUR };

type Keys = ReturnType<typeof newKeys>;
function newKeys() {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' });
}
const spki = ({ publicKey }: Pick<Keys, 'publicKey'>): Buffer => publicKey.export({ type: 'spki', format: 'der' });

const CA_KEYS = newKeys();
const CA = buildCaCertificate({
  commonName: 'Test interception CA',
  key: CA_KEYS.privateKey,
  publicKey: spki(CA_KEYS),
  serial: MACHINE_RANDOM.bytes(16),
  validity: VALIDITY,
});
const ISSUER = issuerOf(pem('CERTIFICATE', CA), CA_KEYS.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
const LEAF_KEYS = newKeys();

function issuerOf(certificate: string, key: string): Issuer {
  const read = readIssuer(certificate, key, NOW);
  if (!read.ok) throw new Error(read.failure);
  return read.value.issuer;
}

function leafFor(name: Host, issuer = ISSUER, serial = MACHINE_RANDOM.bytes(16)) {
  const validity = { notBefore: NOW - HOUR, notAfter: NOW + HOUR };
  return buildLeafCertificate({ host: name, serial, validity, publicKey: spki(LEAF_KEYS), issuer });
}

function leaf(name: string, issuer = ISSUER): Uint8Array<ArrayBuffer> {
  const built = leafFor(host(name), issuer);
  if (!built.ok) throw new Error(built.failure);
  return built.value;
}

describe('buildCaCertificate()', () => {
  it('is a self-signed CA for leaves alone, as node reads it', () => {
    const certificate = new X509Certificate(CA);
    expect(certificate.ca).toBe(true);
    expect(certificate.verify(CA_KEYS.publicKey)).toBe(true);
    expect(certificate.checkIssued(certificate)).toBe(true);
    expect(certificate.subject).toBe('O=Cordon\nCN=Test interception CA');
  });

  it('has the constraints of RFC 5280, as an independent parser reads them', () => {
    const certificate = new peculiar.X509Certificate(CA);
    const basic = certificate.getExtension(peculiar.BasicConstraintsExtension);
    const usage = certificate.getExtension(peculiar.KeyUsagesExtension);
    expect([basic?.ca, basic?.pathLength, basic?.critical]).toEqual([true, 0, true]);
    expect([usage?.usages, usage?.critical]).toEqual([
      peculiar.KeyUsageFlags.keyCertSign | peculiar.KeyUsageFlags.cRLSign,
      true,
    ]);
    expect([certificate.notBefore.getTime(), certificate.notAfter.getTime()]).toEqual([VALIDITY.notBefore, VALIDITY.notAfter]);
  });
});

describe('buildLeafCertificate()', () => {
  it('is issued by the CA for one name and server use', async () => {
    const certificate = new X509Certificate(leaf('api.de.example'));
    expect(certificate.verify(CA_KEYS.publicKey)).toBe(true);
    expect(certificate.checkIssued(new X509Certificate(CA))).toBe(true);
    expect(certificate.subjectAltName).toBe('DNS:api.de.example');
    expect(certificate.checkHost('api.de.example')).toBe('api.de.example');
    expect(certificate.checkHost('de.example')).toBeUndefined();
    expect(certificate.ca).toBe(false);
    const other = new peculiar.X509Certificate(leaf('api.de.example'));
    expect(await other.verify({ publicKey: new peculiar.X509Certificate(CA).publicKey, date: new Date(NOW) })).toBe(true);
  });

  it('has the extensions of a server leaf, as an independent parser reads them', () => {
    const certificate = new peculiar.X509Certificate(leaf('api.de.example'));
    const ca = new peculiar.X509Certificate(CA);
    expect(certificate.getExtension(peculiar.BasicConstraintsExtension)).toMatchObject({ ca: false, critical: true });
    expect(certificate.getExtension(peculiar.KeyUsagesExtension)).toMatchObject({
      usages: peculiar.KeyUsageFlags.digitalSignature,
      critical: true,
    });
    expect(certificate.getExtension(peculiar.ExtendedKeyUsageExtension)?.usages).toEqual(['1.3.6.1.5.5.7.3.1']);
    const authority = certificate.getExtension(peculiar.AuthorityKeyIdentifierExtension);
    expect(authority?.keyId).toBe(ca.getExtension(peculiar.SubjectKeyIdentifierExtension)?.keyId);
    expect(authority?.keyId).toMatch(/^[0-9a-f]{40}$/);
    expect(certificate.issuer).toBe(ca.subject);
  });

  it.each([
    ['127.0.10.1', 'IP Address:127.0.10.1'],
    ['255.255.255.254', 'IP Address:255.255.255.254'],
    ['[2001:db8::ff00:42:8329]', 'IP Address:2001:DB8:0:0:0:FF00:42:8329'],
    ['[::1]', 'IP Address:0:0:0:0:0:0:0:1'],
  ])('names the address %s by its octets', (address, expected) => {
    const certificate = new X509Certificate(leaf(address));
    expect(certificate.subjectAltName).toBe(expected);
    expect(certificate.checkIP(address.replaceAll(/[[\]]/g, ''))).toBeDefined();
  });

  it('takes a name of 253 characters, which no common name could hold', () => {
    const name = `${'a'.repeat(63)}.${'b'.repeat(63)}.${'c'.repeat(63)}.${'d'.repeat(61)}`;
    expect(new X509Certificate(leaf(name)).checkHost(name)).toBe(name);
  });

  it.each([
    '*.com',
    '*',
    'a.example\0.evil.example',
    'A.example',
    'a.example.',
    '',
    'a..example',
    '-a.example',
    'a example',
    '1.2.3.4',
    'аpi.example',
    `${'a'.repeat(64)}.example`,
    `${'a.'.repeat(150)}example`,
  ])('TLS-15: refuses %j, which no parser of ours would have made', (name) => {
    expect(leafFor({ kind: 'name', name })).toMatchObject({ ok: false });
  });

  it('has a positive serial of at most 127 bits, whatever the randomness', () => {
    for (const octet of [0x00, 0x7f, 0x80, 0xff]) {
      const built = leafFor(host('a.example'), ISSUER, new Uint8Array(16).fill(octet));
      const serial = new X509Certificate(built.ok ? built.value : CA).serialNumber;
      expect(BigInt(`0x${serial}`)).toBeGreaterThan(0n);
      expect(serial.length).toBeLessThanOrEqual(32);
    }
  });
});

describe('certificates against OpenSSL', () => {
  const openssl = findOpenssl();

  it.skipIf(openssl === undefined)('a chain verifies with -x509_strict for its name and address', () => {
    for (const [name, check] of [
      ['api.de.example', '-verify_hostname'],
      ['10.1.2.3', '-verify_ip'],
    ] as const) {
      expect(verify(pem('CERTIFICATE', CA), pem('CERTIFICATE', leaf(name)), [check, name], NOW)).toContain(': OK');
    }
  });

  // A CA that people bring: made by OpenSSL, another key type, its SKI made another way, a name of other string types.
  it.skipIf(openssl === undefined).each([
    ['ec', ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-384']],
    ['rsa', ['-newkey', 'rsa:2048']],
  ])("a leaf under an OpenSSL-made %s CA repeats that CA's name and key identifier", (_type, newKey) => {
    const directory = mkdtempSync(join(tmpdir(), 'cordon-openssl-'));
    try {
      const [key, certificate] = [join(directory, 'k.pem'), join(directory, 'c.pem')];
      const subject = ['-subj', '/C=DE/O=Übung GmbH/CN=Corporate CA', '-utf8', '-days', '2'];
      const extensions = ['-addext', 'keyUsage=critical,keyCertSign', '-addext', 'basicConstraints=critical,CA:TRUE'];
      run(['req', '-x509', ...newKey, '-nodes', '-keyout', key, '-out', certificate, ...subject, ...extensions]);
      const pemText = run(['x509', '-in', certificate]);
      const read = readIssuer(pemText, run(['pkey', '-in', key]), new X509Certificate(pemText).validFromDate.getTime());
      if (!read.ok) throw new Error(read.failure);
      expect(read.value.issuer.keyIdentifier).toHaveLength(20);
      const validity = read.value.validity;
      const built = buildLeafCertificate({
        host: host('a.example'),
        serial: MACHINE_RANDOM.bytes(16),
        validity,
        publicKey: spki(LEAF_KEYS),
        issuer: read.value.issuer,
      });
      const end = pem('CERTIFICATE', built.ok ? built.value : new Uint8Array());
      expect(verify(pemText, end, ['-verify_hostname', 'a.example'], validity.notBefore + 1000)).toContain(': OK');
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  function verify(ca: string, end: string, check: readonly string[], at: number): string {
    const directory = mkdtempSync(join(tmpdir(), 'cordon-openssl-'));
    try {
      writeFileSync(join(directory, 'ca.pem'), ca);
      writeFileSync(join(directory, 'leaf.pem'), end);
      const files = ['-CAfile', join(directory, 'ca.pem'), join(directory, 'leaf.pem')];
      const strictly = ['-x509_strict', '-purpose', 'sslserver', '-attime', String(Math.floor(at / 1000))];
      return run(['verify', ...strictly, ...check, ...files]);
    } finally {
      rmSync(directory, { recursive: true });
    }
  }

  function run(parameters: string[]): string {
    return execFileSync(openssl!, parameters, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  }

  function findOpenssl(): string | undefined {
    try {
      execFileSync('openssl', ['version'], { stdio: 'ignore' });
      return 'openssl';
    } catch {
      return undefined;
    }
  }
});
