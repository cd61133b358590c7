import { execFileSync } from 'node:child_process';
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isOpenToOthers, readPem } from '../../src/tls/pem-file.ts';
import { directoryWith } from '../config/temporary-directory.ts';

describe('readPem()', () => {
  it('reads a file, and a secret only where nobody else can', async () => {
    const path = join(directoryWith({ 'a.pem': 'text' }), 'a.pem');
    chmodSync(path, 0o644);
    expect(await readPem(path)).toEqual({ ok: true, value: 'text' });
    expect(await readPem(path, 'the key')).toMatchObject({
      failure: `${path}: found mode 0644, expected 0600: the key must be readable by the gateway alone`,
    });
    chmodSync(path, 0o600);
    expect(await readPem(path, 'the key')).toEqual({ ok: true, value: 'text' });
  });

  it('refuses what is missing, too large or no file, and waits for no pipe', async () => {
    const directory = directoryWith({ 'big.pem': 'x'.repeat(1024 * 1024 + 1) });
    const pipe = join(directory, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const failures = await Promise.all(
      ['none.pem', 'big.pem', 'pipe', '.'].map(async (name) => {
        const read = await readPem(join(directory, name));
        return read.ok ? '' : read.failure;
      }),
    );
    expect(failures[0]).toMatch(/none\.pem: ENOENT/);
    expect(failures[1]).toMatch(/big\.pem: found 1048577 bytes, expected PEM of at most 1048576$/);
    expect(failures.slice(2)).toEqual(
      [pipe, directory].map((path) => `${path}: found something that is not a regular file, expected PEM`),
    );
  });
});

describe('isOpenToOthers()', () => {
  it.each([
    [0o600, 1000, 1000, false],
    [0o400, 1000, 1000, false],
    [0o640, 1000, 1000, true],
    [0o604, 1000, 1000, true],
    [0o601, 1000, 1000, true],
    // A secret that Kubernetes mounts for `fsGroup`: root owns it, the group of the process reads it.
    [0o440, 0, 1000, false],
    [0o640, 0, 1000, false],
    [0o660, 0, 1000, true],
    [0o444, 0, 1000, true],
    [0o640, 0, 0, true],
    [0o600, 0, 0, false],
  ])('ESC-05: mode %o of user %i, read by user %i: %s', (mode, owner, self, expected) => {
    expect(isOpenToOthers(0o100000 | mode, owner, self)).toBe(expected);
  });
});
