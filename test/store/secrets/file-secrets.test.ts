import { chmod, copyFile, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createFileSecrets } from '../../../src/store/secrets/file-secrets.ts';
import { MACHINE_RANDOM } from '../../support/clock.ts';
import { temporaryDirectory } from '../fixtures.ts';

const KEY = new Uint8Array(32).fill(7);

describe('createFileSecrets()', () => {
  it('keeps, replaces, lists and forgets values; files are private and sealed', async () => {
    const directory = join(temporaryDirectory(), 'secrets');
    const secrets = createFileSecrets(directory, KEY, MACHINE_RANDOM);
    expect(await secrets.list()).toEqual({ ok: true, value: [] });
    expect(await secrets.find('hook')).toEqual({ ok: true, value: undefined });
    for (const value of ['first-value', 'second-väluе']) {
      expect(await secrets.set('hook', value)).toMatchObject({ ok: true });
      expect(await createFileSecrets(directory, KEY, MACHINE_RANDOM).find('hook')).toEqual({ ok: true, value });
    }
    expect((await stat(join(directory, 'hook'))).mode & 0o777).toBe(0o600);
    expect((await stat(directory)).mode & 0o777).toBe(0o700);
    expect(await readFile(join(directory, 'hook'), 'latin1')).not.toContain('value');
    expect(await readdir(directory)).toEqual(['hook']);
    expect(await secrets.list()).toEqual({ ok: true, value: ['hook'] });
    expect(await secrets.remove('hook')).toEqual({ ok: true, value: true });
    expect(await secrets.remove('hook')).toEqual({ ok: true, value: false });
  });

  it('opens nothing under another name, another key, or a mode that lets others read', async () => {
    const directory = temporaryDirectory();
    const secrets = createFileSecrets(directory, KEY, MACHINE_RANDOM);
    await secrets.set('hook', 'value');
    await copyFile(join(directory, 'hook'), join(directory, 'copy'));
    await chmod(join(directory, 'copy'), 0o600);
    const unsealed = { ok: false, failure: expect.stringContaining('does not open') as string };
    expect(await secrets.find('copy')).toEqual(unsealed);
    expect(
      await createFileSecrets(
        directory,
        KEY.map((byte) => byte + 1),
        MACHINE_RANDOM,
      ).find('hook'),
    ).toEqual(unsealed);
    await chmod(join(directory, 'hook'), 0o640);
    expect(await secrets.find('hook')).toMatchObject({
      ok: false,
      failure: expect.stringContaining('open to others') as string,
    });
  });

  it.each(['', '../hook', 'A', 'a/b', '.hook', 'a'.repeat(65)])('has no secret named %j', async (name) => {
    const secrets = createFileSecrets(temporaryDirectory(), KEY, MACHINE_RANDOM);
    for (const tried of [secrets.find(name), secrets.set(name, 'x'), secrets.remove(name)]) {
      expect(await tried).toMatchObject({ ok: false, failure: expect.stringContaining('Found the name') as string });
    }
  });

  it('takes no value that is empty or longer than 64 KiB', async () => {
    const secrets = createFileSecrets(temporaryDirectory(), KEY, MACHINE_RANDOM);
    expect(await secrets.set('hook', '')).toMatchObject({ ok: false });
    expect(await secrets.set('hook', 'x'.repeat(64 * 1024 + 1))).toMatchObject({ ok: false });
  });
});
