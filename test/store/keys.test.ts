import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { createKeys, KeyError } from '../../src/store/keys.ts';
import { MACHINE_RANDOM } from '../support/clock.ts';
import { temporaryDirectory } from './fixtures.ts';

const KEYS_MODULE = join(import.meta.dirname, '../../src/store/keys.ts');

describe('createKeys()', () => {
  it('makes 32 bytes at the first use and gives the same ever after', async () => {
    const directory = join(temporaryDirectory(), 'keys');
    const first = await createKeys(directory, MACHINE_RANDOM).key('spool');
    expect(first).toHaveLength(32);
    expect(await createKeys(directory, MACHINE_RANDOM).key('spool')).toEqual(first);
    expect(await createKeys(directory, MACHINE_RANDOM).key('records')).not.toEqual(first);
    expect(readdirSync(directory).sort()).toEqual(['records.key', 'spool.key']);
    expect(statSync(directory).mode & 0o777).toBe(0o700);
    expect(statSync(join(directory, 'spool.key')).mode & 0o777).toBe(0o600);
  });

  it('gives the same key to many that ask at the same time, here and in other processes', async () => {
    const directory = join(temporaryDirectory(), 'keys');
    const script = `import { randomBytes } from 'node:crypto';
      import { createKeys } from ${JSON.stringify(KEYS_MODULE)};
      const key = await createKeys(process.argv[1], { bytes: (n) => randomBytes(n) }).key('spool');
      process.stdout.write(Buffer.from(key).toString('hex'));`;
    const children = Array.from({ length: 3 }, () =>
      spawn(process.execPath, ['--input-type=module', '-e', script, directory], { stdio: ['ignore', 'pipe', 'inherit'] }),
    );
    const theirs = await Promise.all(children.map((child) => text(child.stdout)));
    const keys = createKeys(directory, MACHINE_RANDOM);
    const ours = await Promise.all(Array.from({ length: 8 }, () => keys.key('spool')));
    const all = new Set([...theirs, ...ours.map((key) => Buffer.from(key).toString('hex'))]);
    expect([...all]).toEqual([readFileSync(join(directory, 'spool.key')).toString('hex')]);
  });

  it('gives copies, so that wiping one leaves the others', async () => {
    const keys = createKeys(temporaryDirectory(), MACHINE_RANDOM);
    const first = await keys.key('spool');
    const kept = first.slice();
    first.fill(0);
    expect(await keys.key('spool')).toEqual(kept);
  });

  it('refuses a key that others may have read, until it is mended', async () => {
    const directory = temporaryDirectory();
    const path = join(directory, 'spool.key');
    writeFileSync(path, new Uint8Array(32).fill(1));
    const keys = createKeys(directory, MACHINE_RANDOM);
    for (const mode of [0o640, 0o604, 0o620, 0o601]) {
      chmodSync(path, mode);
      await expect(keys.key('spool')).rejects.toThrow(KeyError);
      await expect(keys.key('spool')).rejects.toThrow(`mode 0${mode.toString(8)}, expected 0600`);
    }
    chmodSync(path, 0o400);
    expect(await keys.key('spool')).toEqual(new Uint8Array(32).fill(1));
  });

  it('refuses what is no key file: another length, a link, a directory', async () => {
    const directory = temporaryDirectory();
    writeFileSync(join(directory, 'short.key'), 'abc', { mode: 0o600 });
    writeFileSync(join(directory, 'target'), new Uint8Array(32), { mode: 0o600 });
    symlinkSync(join(directory, 'target'), join(directory, 'link.key'));
    mkdirSync(join(directory, 'directory.key'), { mode: 0o700 });
    const keys = createKeys(directory, MACHINE_RANDOM);
    await expect(keys.key('short')).rejects.toThrow('has 3 bytes, expected 32');
    await expect(keys.key('link')).rejects.toThrow('symbolic link');
    await expect(keys.key('directory')).rejects.toThrow('not a file');
  });

  it('refuses a purpose that is no file name of its own', async () => {
    const keys = createKeys(temporaryDirectory(), MACHINE_RANDOM);
    for (const purpose of ['../spool', '', 'a/b', 'A', '.hidden']) await expect(keys.key(purpose)).rejects.toThrow('purpose');
  });
});
