import { createPrivateKey } from 'node:crypto';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { readClientCertificateFile, readTrustFile } from '../../src/tls/origin-tls-file.ts';
import { directoryWith } from '../config/temporary-directory.ts';
import { createTestCa, selfSigned, type ServerCertificate } from '../support/certificates.ts';

let root: string;
let one: ServerCertificate;
let two: ServerCertificate;

beforeAll(async () => {
  const ca = await createTestCa();
  [root, one, two] = [ca.pem, await ca.good('one'), await selfSigned('two')];
});

function fileWith(text: string, mode = 0o600): string {
  const path = join(directoryWith({}), 'a.pem');
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
}

async function failureOf(read: typeof readTrustFile, path: string): Promise<string> {
  const file = await read(path);
  return file.ok ? '' : file.failure.replace(path, 'a.pem');
}

describe('readTrustFile()', () => {
  it('reads every certificate, whoever else may read the file', async () => {
    const file = await readTrustFile(fileWith(`${root}\n${two.cert}`, 0o644));
    expect(file.ok && file.value.certificates).toHaveLength(2);
    expect(file.ok && file.value.privateKey).toBeUndefined();
  });

  it('tells contents apart, and not how they are written', async () => {
    const digests = [root, `# a comment\n${root}\n\n`, two.cert].map(async (text) => {
      const file = await readTrustFile(fileWith(text));
      return file.ok ? file.value.digest : '';
    });
    const [a, b, c] = await Promise.all(digests);
    expect(a).toMatch(/^[0-9a-f]{64}$/);
    expect([a === b, a === c]).toEqual([true, false]);
  });

  it('refuses what holds no certificate, or a broken one', async () => {
    expect(await failureOf(readTrustFile, fileWith('nonsense'))).toBe(
      'a.pem: Found no certificate, expected PEM with "BEGIN CERTIFICATE"',
    );
    const broken = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----';
    expect(await failureOf(readTrustFile, fileWith(root + broken))).toMatch(/^a\.pem: Found a certificate that cannot be read/);
  });
});

describe('readClientCertificateFile()', () => {
  it('takes certificate, chain and key in one file, in any order', async () => {
    for (const text of [one.cert + root + one.key, one.key + one.cert + root]) {
      const file = await readClientCertificateFile(fileWith(text));
      expect(file.ok && [file.value.certificates.length, typeof file.value.privateKey]).toEqual([2, 'string']);
    }
  });

  it('ESC-05: refuses a key that others can read', async () => {
    expect(await failureOf(readClientCertificateFile, fileWith(one.cert + one.key, 0o644))).toBe(
      'a.pem: found mode 0644, expected 0600: the key of a client certificate must be readable by the gateway alone',
    );
  });

  it('refuses a missing, broken or foreign key, and quotes none', async () => {
    const secret = 'c2VjcmV0';
    const broken = `-----BEGIN PRIVATE KEY-----\n${secret}\n-----END PRIVATE KEY-----`;
    const none = 'a.pem: Found no private key or several, expected one, unencrypted, in PEM beside the certificate';
    const encrypted = createPrivateKey(one.key).export({
      type: 'pkcs8',
      format: 'pem',
      cipher: 'aes-256-cbc',
      passphrase: 'x',
    });
    const legacy =
      '-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\nAAAA\n-----END EC PRIVATE KEY-----';
    for (const key of ['', one.key + two.key, encrypted.toString(), legacy]) {
      expect(await failureOf(readClientCertificateFile, fileWith(one.cert + key))).toBe(none);
    }
    expect(await failureOf(readClientCertificateFile, fileWith(one.cert + broken))).toBe(
      'a.pem: Found a private key that cannot be read, expected one in PEM',
    );
    expect(await failureOf(readClientCertificateFile, fileWith(one.key))).toContain('Found no certificate');
    expect(await failureOf(readClientCertificateFile, fileWith(one.cert + two.key))).toBe(
      'a.pem: Found the key of another certificate, expected that of the first one',
    );
  });
});
