import { execFileSync, spawnSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { pkcs12TrustStore } from '../../../src/cli/environment/pkcs12-trust-store.ts';
import { systemClock, systemRandom } from '../../../src/app/system.ts';
import { writeTrustFiles } from '../../../src/cli/environment/write-trust-files.ts';
import { openIssuingCa } from '../../../src/tls/issuing-ca.ts';
import { directoryWith } from '../../config/temporary-directory.ts';
import { createTestCa } from '../../support/certificates.ts';

const has = (program: string): boolean => spawnSync(program, ['-version']).error === undefined;

describe('pkcs12TrustStore()', () => {
  it.skipIf(!has('keytool'))(
    'pkcs12TrustStore() is a store that Java takes every certificate of as trusted, without a password',
    async () => {
      const directory = directoryWith({});
      const cas = await Promise.all([createTestCa('One'), createTestCa('Two')]);
      writeFileSync(join(directory, 't.p12'), pkcs12TrustStore(cas.map(({ pem }) => new X509Certificate(pem))));
      const listed = execFileSync('keytool', ['-list', '-storetype', 'PKCS12', '-keystore', join(directory, 't.p12')], {
        encoding: 'utf8',
        input: '',
        stdio: ['pipe', 'pipe', 'ignore'],
      });
      expect(listed).toContain('Your keystore contains 2 entries');
      expect(listed.match(/trustedCertEntry/g)).toHaveLength(2);
      for (const { pem } of cas) expect(listed).toContain(new X509Certificate(pem).fingerprint256);
    },
  );

  it('pkcs12TrustStore() is DER from end to end', async () => {
    const { pem } = await createTestCa();
    const certificate = new X509Certificate(pem);
    const store = Buffer.from(pkcs12TrustStore([certificate]));
    expect(store.readUInt16BE(2)).toBe(store.length - 4);
    expect(store.includes(certificate.raw)).toBe(true);
  });
});

describe('writeTrustFiles()', () => {
  it('writeTrustFiles() puts the CA first and every root once', async () => {
    const directory = directoryWith({});
    const ca = await openIssuingCa({ directory, clock: systemClock, random: systemRandom });
    if (!ca.ok) throw new Error(ca.failure);
    const written = await writeTrustFiles(ca.value, directory);
    if (!written.ok) throw new Error(written.failure);
    const pems =
      readFileSync(written.value.bundle, 'utf8').match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
    expect(new X509Certificate(pems[0] ?? '').fingerprint256).toBe(ca.value.fingerprint);
    expect(new Set(pems).size).toBe(pems.length);
    expect(pems.length).toBeGreaterThan(50);
  });
});
