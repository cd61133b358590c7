import { chmod, mkdir, rename, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createEnvironmentSecrets } from '../../../src/store/secrets/environment-secrets.ts';
import { createMountedSecrets } from '../../../src/store/secrets/mounted-secrets.ts';
import { temporaryDirectory } from '../fixtures.ts';

describe('createEnvironmentSecrets()', () => {
  it('finds what is in its variables, and says where to change it', async () => {
    const secrets = createEnvironmentSecrets({ CORDON_SECRET_OPENAI_KEY: 'sk-1', CORDON_SECRET_EMPTY: '', CORDON_TOKEN: 't' });
    expect(await secrets.find('openai-key')).toEqual({ ok: true, value: 'sk-1' });
    expect(await secrets.find('empty')).toEqual({ ok: true, value: undefined });
    expect(await secrets.find('token')).toEqual({ ok: true, value: undefined });
    expect(await secrets.find('../x')).toMatchObject({ ok: false });
    expect(await secrets.list()).toEqual({ ok: true, value: ['openai_key'] });
    for (const refused of [await secrets.set('openai-key', 'x'), await secrets.remove('openai-key')]) {
      expect(refused).toEqual({ ok: false, failure: expect.stringContaining('CORDON_SECRET_OPENAI_KEY') as string });
    }
  });
});

describe('createMountedSecrets()', () => {
  it('reads files anew, without the end of their line, through the links that Kubernetes makes', async () => {
    const directory = temporaryDirectory();
    const secrets = createMountedSecrets(directory);
    const version = async (name: string, value: string): Promise<void> => {
      await mkdir(join(directory, name));
      await writeFile(join(directory, name, 'key'), value, { mode: 0o644 });
      await symlink(name, join(directory, '..data_tmp'));
      await rename(join(directory, '..data_tmp'), join(directory, '..data'));
    };
    expect(await secrets.find('key')).toEqual({ ok: true, value: undefined });
    await version('..one', 'first\n');
    await symlink('..data/key', join(directory, 'key'));
    expect(await secrets.find('key')).toEqual({ ok: true, value: 'first' });
    await version('..two', 'second');
    expect(await secrets.find('key')).toEqual({ ok: true, value: 'second' });
    expect(await secrets.list()).toEqual({ ok: true, value: ['key'] });
    expect(await secrets.set('key', 'x')).toMatchObject({ ok: false });
    expect(await secrets.remove('key')).toMatchObject({ ok: false });
  });

  it('reads nothing that leads out of the mount, is too large, no file, or open to be changed', async () => {
    const directory = temporaryDirectory();
    const outside = join(temporaryDirectory(), 'secret');
    await writeFile(outside, 'outside');
    await symlink(outside, join(directory, 'link'));
    await writeFile(join(directory, 'large'), 'x'.repeat(65 * 1024));
    await mkdir(join(directory, 'folder'));
    await writeFile(join(directory, 'open'), 'x');
    await chmod(join(directory, 'open'), 0o666);
    await writeFile(join(directory, 'empty'), '\n');
    const secrets = createMountedSecrets(directory);
    for (const [name, why] of [
      ['link', 'expected a file of that directory'],
      ['large', 'at most 65536 bytes'],
      ['folder', 'at most 65536 bytes'],
      ['open', 'can be changed by others'],
      ['../secret', 'Found the name'],
    ] as const) {
      expect(await secrets.find(name)).toEqual({ ok: false, failure: expect.stringContaining(why) as string });
    }
    expect(await secrets.find('empty')).toEqual({ ok: true, value: undefined });
    expect(await createMountedSecrets(join(directory, 'none')).list()).toMatchObject({ ok: false });
  });
});
