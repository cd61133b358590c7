import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { policyFiles, readPolicyFiles } from '../../src/config/policy-files.ts';
import { directoryWith } from './temporary-directory.ts';

async function messages(directory: string): Promise<string[]> {
  const read = await readPolicyFiles(directory);
  return read.ok ? [] : read.failure.map(({ file, message }) => `${file === directory ? '.' : file}: ${message}`);
}

describe('readPolicyFiles()', () => {
  it('readPolicyFiles() takes *.yaml sorted by name, without tests, hidden files and others', async () => {
    const directory = directoryWith({
      'b.yaml': 'b',
      'a.yaml': 'a',
      '.hidden.yaml': 'h',
      'tests/t.yaml': 't',
      'README.md': 'r',
      'policy.schema.json': '{}',
    });
    const read = await readPolicyFiles(directory);
    expect(read.ok && read.value.files).toEqual([
      { file: 'a.yaml', text: 'a', directory },
      { file: 'b.yaml', text: 'b', directory },
    ]);
    expect(read.ok && read.value.digest).toMatch(/^sha256:[0-9a-f]{64}$/);
  });

  it('readPolicyFiles() follows the links of a mounted ConfigMap', async () => {
    const directory = directoryWith({ '..2026_11_22/base.yaml': 'x' });
    symlinkSync('..2026_11_22', join(directory, '..data'));
    symlinkSync('..data/base.yaml', join(directory, 'base.yaml'));
    const read = await readPolicyFiles(directory);
    expect(read.ok && read.value.files).toEqual([{ file: 'base.yaml', text: 'x', directory }]);
  });

  it('readPolicyFiles() refuses a policy file with another ending instead of leaving it out', async () => {
    expect(await messages(directoryWith({ 'a.yaml': '', 'deny.yml': '', 'b.YAML': '' }))).toEqual([
      'b.YAML: Policy files end in .yaml',
      'deny.yml: Policy files end in .yaml',
    ]);
  });

  it('POL-13: readPolicyFiles() refuses a directory without policy files, or none at all', async () => {
    const empty = directoryWith({});
    expect(await messages(empty)).toEqual(['.: Found no *.yaml file, expected at least one policy file']);
    expect((await messages(join(empty, 'gone')))[0]).toMatch(/cannot be read: ENOENT/);
  });

  it('readPolicyFiles() refuses bytes that are not UTF-8, directories and broken links', async () => {
    const directory = directoryWith({ 'a.yaml': '' });
    writeFileSync(join(directory, 'b.yaml'), Uint8Array.of(0x61, 0xff));
    expect(await messages(directory)).toEqual(['b.yaml: Found bytes that are not UTF-8']);
    mkdirSync(join(directory, 'c.yaml'));
    expect(await messages(directory)).toEqual(['c.yaml: Found something that is not a regular file']);
    symlinkSync('gone', join(directory, 'd.yaml'));
    expect((await messages(directory))[0]).toMatch(/^\.: The policy files cannot be read: ENOENT/);
  });

  it('readPolicyFiles() refuses a file that is larger than any policy, without reading it', async () => {
    const directory = directoryWith({ 'a.yaml': '' });
    writeFileSync(join(directory, 'big.yaml'), Buffer.alloc(8 * 1024 * 1024 + 1, '#'));
    expect(await messages(directory)).toEqual(['big.yaml: Found 8388609 bytes, expected at most 8388608']);
  });
});

describe('policyFiles()', () => {
  const anyFiles = fc.uniqueArray(
    fc.record({ file: fc.string({ minLength: 1, maxLength: 5 }), text: fc.string({ maxLength: 5 }) }),
    {
      selector: ({ file }) => file,
      maxLength: 4,
    },
  );

  it('policyFiles() gives one digest for one set of files, in whatever order they come', () => {
    fc.assert(
      fc.property(anyFiles, (files) => {
        expect(policyFiles(files.toReversed()).digest).toBe(policyFiles(files).digest);
      }),
    );
  });

  it('policyFiles() gives different sets of files different digests', () => {
    fc.assert(
      fc.property(anyFiles, anyFiles, (a, b) => {
        const same = JSON.stringify(policyFiles(a).files) === JSON.stringify(policyFiles(b).files);
        expect(policyFiles(a).digest === policyFiles(b).digest).toBe(same);
      }),
    );
  });

  it('policyFiles() does not let text move from one file into the next', () => {
    const one = policyFiles([{ file: 'a', text: '1:1:bx' }]);
    const two = policyFiles([
      { file: 'a', text: '' },
      { file: 'b', text: 'x' },
    ]);
    expect(one.digest).not.toBe(two.digest);
  });
});
