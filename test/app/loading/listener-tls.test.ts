import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { readListenerTls } from '../../../src/app/loading/listener-tls.ts';
import { createTestCa } from '../../support/certificates.ts';

describe('readListenerTls()', () => {
  let directory: string;
  const file = (name: string): string => join(directory, name);

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'cordon-listener-'));
    const ca = await createTestCa();
    const [own, other] = [await ca.good('a.example'), await ca.good('b.example')];
    await writeFile(file('ca.pem'), ca.pem);
    await writeFile(file('own.pem'), own.cert);
    await writeFile(file('own.key'), own.key, { mode: 0o600 });
    await writeFile(file('open.key'), own.key, { mode: 0o644 });
    await writeFile(file('other.key'), other.key, { mode: 0o600 });
    await writeFile(file('text.pem'), 'no certificate', { mode: 0o600 });
  });

  it('reads certificate, key and trust anchors', async () => {
    const files = { certificate: file('own.pem'), key: file('own.key') };
    expect(await readListenerTls('t', files)).toMatchObject({ ok: true, value: { certificate: expect.any(String) as string } });
    expect(await readListenerTls('t', { ...files, 'client-ca': file('ca.pem') })).toMatchObject({
      ok: true,
      value: { clientCa: expect.stringContaining('BEGIN CERTIFICATE') as string },
    });
  });

  it.each<[what: string, files: Readonly<Record<string, string>>, found: RegExp]>([
    ['a file that is missing', { certificate: 'none.pem' }, /^t\.certificate: .*none\.pem/],
    ['a file without a certificate', { certificate: 'text.pem' }, /^t\.certificate: .*found no certificate/],
    ['the key of another certificate', { key: 'other.key' }, /^t\.key: .*found another key than that of/],
    ['a file without a key', { key: 'text.pem' }, /^t\.key: .*expected the unencrypted key/],
    ['a key that others can read', { key: 'open.key' }, /^t\.key: .*found mode 0644, expected 0600/],
    ['trust anchors that are none', { 'client-ca': 'text.pem' }, /^t\.client-ca: .*found no certificate/],
    ['revocation lists without trust anchors', { crl: 'ca.pem' }, /^t\.crl: Found it without client-ca/],
    [
      'revocation lists that are none',
      { 'client-ca': 'ca.pem', crl: 'text.pem' },
      /^t\.crl: .*text\.pem: found no certificate revocation list/,
    ],
    ['revocation lists that are missing', { 'client-ca': 'ca.pem', crl: 'none.pem' }, /^t\.crl: .*none\.pem/],
    ['trust anchors that are missing', { 'client-ca': 'none.pem' }, /^t\.client-ca: .*none\.pem/],
  ])('refuses %s', async (_, named, found) => {
    const files = { certificate: 'own.pem', key: 'own.key', ...named };
    const paths = Object.fromEntries(Object.entries(files).map(([member, name]) => [member, file(name)]));
    const read = await readListenerTls('t', paths as { certificate: string; key: string });
    expect(read.ok ? '' : read.failure).toMatch(found);
  });
});
