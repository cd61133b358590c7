import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { originTlsOf } from '../../../src/app/loading/origin-tls-of.ts';
import { policyReader, readNamedFiles, type PolicySource } from '../../../src/app/loading/policy-source.ts';
import { policyFiles } from '../../../src/config/policy-files.ts';
import type { CompiledPolicy } from '../../../src/policy/model.ts';
import { directoryWith } from '../../config/temporary-directory.ts';
import { createTestCa } from '../../support/certificates.ts';

let [one, two] = ['', ''];
beforeAll(async () => {
  [one, two] = await Promise.all([createTestCa().then(({ pem }) => pem), createTestCa().then(({ pem }) => pem)]);
});

const policy = (path: string): string => `destinations: [{ id: d, hosts: [b.example], tls: { trust: "${path}" } }]\n`;

async function read(directory: string): Promise<PolicySource> {
  const source = await policyReader(directory)();
  if (!source.ok) throw new Error(JSON.stringify(source.failure));
  return source.value;
}

describe('policyReader()', () => {
  it('starts relative paths in the directory of the policy file', async () => {
    const directory = directoryWith({
      'rules/a.yaml': policy('../certs/ca.pem'),
      'rules/b.yaml': policy('/nowhere/ca.pem'),
      'certs/ca.pem': one,
    });
    const files = [...(await read(join(directory, 'rules'))).tlsFiles.values()];
    expect(files.map((file) => (file.ok ? file.value.certificates.length : file.failure))).toEqual([
      1,
      expect.stringMatching(/^\/nowhere\/ca\.pem: ENOENT/),
    ]);
  });

  it('gives another digest when a named file is replaced, broken or mended, and the same when it is the same', async () => {
    const directory = directoryWith({ 'a.yaml': policy('ca.pem') });
    const reader = policyReader(directory);
    const digests: string[] = [];
    for (const text of [one, two, 'garbled', one]) {
      writeFileSync(join(directory, 'ca.pem'), text);
      const source = await reader();
      digests.push(source.ok ? source.value.digest : '');
    }
    expect(new Set(digests).size).toBe(3);
    expect(digests[3]).toBe(digests[0]);
  });

  it('finds what a changed policy file names now', async () => {
    const directory = directoryWith({ 'a.yaml': policy('one.pem'), 'one.pem': one, 'two.pem': two });
    const reader = policyReader(directory);
    await reader();
    writeFileSync(join(directory, 'a.yaml'), policy('two.pem'));
    const source = await reader();
    expect(source.ok && [...source.value.tlsFiles.keys()]).toEqual(['["a.yaml","trust","two.pem"]']);
  });

  it('leaves the digest of a policy that names nothing as it is', async () => {
    const files = policyFiles([{ file: 'a.yaml', text: 'rules: []' }]);
    expect((await readNamedFiles(files)).digest).toBe(files.digest);
  });

  it('reads nothing for a policy file that lies in no directory', async () => {
    const source = await readNamedFiles(policyFiles([{ file: 'a.yaml', text: policy('/etc/hostname') }]));
    expect([...source.tlsFiles.values()]).toEqual([
      { ok: false, failure: '/etc/hostname: the policy file that names it lies in no directory' },
    ]);
  });
});

describe('originTlsOf()', () => {
  it('shows nothing of what it holds unless asked', async () => {
    const directory = directoryWith({ 'a.yaml': policy('ca.pem'), 'ca.pem': one });
    const tls = { trust: 'ca.pem', key: 'k' };
    const destinations = [{ tls, position: { file: 'a.yaml', line: 1, column: 1 } }];
    const materials = originTlsOf({ destinations } as unknown as CompiledPolicy, await read(directory));
    expect(JSON.stringify([...materials])).toBe('[["k",{"key":"k"}]]');
    expect(materials.get('k')?.reveal().anchors).toHaveLength(1);
  });
});
