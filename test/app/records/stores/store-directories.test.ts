import { cpSync, existsSync, mkdirSync, realpathSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { storeDirectories } from '../../../../src/app/records/stores/store-directories.ts';
import { loadSettings } from '../../../../src/config/load-settings.ts';
import { directoryWith } from '../../../config/temporary-directory.ts';

const WRITER = 'w0000000000000001';

/** An installation whose stores have these directories, once the disk looks like this. */
function found(first: string, second: string, prepare: (cwd: string) => void = () => {}): ReturnType<typeof storeDirectories> {
  const cwd = directoryWith({
    'data/keys/.keep': '',
    'cordon.yaml': `recordings:
  - { for: eu, directory: ${first}, place: DE, default: true }
  - { for: US, directory: ${second}, place: US }
`,
  });
  prepare(cwd);
  const loaded = loadSettings({ cwd, env: {}, flags: {} });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.failure));
  const stores = storeDirectories(loaded.value.settings);
  return stores.ok ? stores : { ok: false, failure: stores.failure.replaceAll(realpathSync(cwd), '').replaceAll(cwd, '') };
}

describe('storeDirectories()', () => {
  it('makes them, and follows links once: who changes one later changes nothing', () => {
    const stores = found('a', 'link', (cwd) => {
      mkdirSync(join(cwd, 'real'));
      symlinkSync('real', join(cwd, 'link'));
    });
    if (!stores.ok) throw new Error(stores.failure);
    expect(stores.value.map(({ directory }) => directory.split('/').at(-1))).toEqual(['a', 'real']);
    expect(stores.value.every(({ directory }) => existsSync(directory))).toBe(true);
  });

  it('lets one lie where all records lay before', () => {
    expect(found('data/recordings', 'data/us')).toMatchObject({ ok: true });
  });

  it.each([
    ['a link to the other', 'a', 'b', (cwd: string) => symlinkSync('a', join(cwd, 'b'))],
    ['a link around the other', 'a/deep', 'b', (cwd: string) => symlinkSync('a', join(cwd, 'b'))],
    ['a link into the other', 'a', 'b', (cwd: string) => symlinkSync('a/deep', join(cwd, 'b'))],
    ['a link on the way', 'x/a', 'y/a', (cwd: string) => symlinkSync('x', join(cwd, 'y'))],
  ])('refuses %s', (_name, first, second, link) => {
    const stores = found(first, second, (cwd) => {
      mkdirSync(join(cwd, 'a/deep'), { recursive: true });
      mkdirSync(join(cwd, 'x'));
      link(cwd);
    });
    expect(stores).toEqual({
      ok: false,
      failure: `cordon.yaml:3:27: recordings[1].directory: Found /${second}, which shares ${stores.ok ? '' : /shares (\S+)/.exec(stores.failure)![1]} with recordings[0], expected a directory of its own`,
    });
  });

  it.each(['data', 'data/keys', 'data/keys/x', 'data/spool'])('refuses %s, where other state lies', (directory) => {
    const stores = found('a', directory, (cwd) => mkdirSync(join(cwd, 'data/spool')));
    expect(stores).toMatchObject({ ok: false, failure: expect.stringContaining('recordings[1].directory: Found') as string });
  });

  it('refuses a chain that was copied from one into the other', () => {
    const stores = found('a', 'b', (cwd) => {
      mkdirSync(join(cwd, 'a', WRITER, '00000001.seg'), { recursive: true });
      cpSync(join(cwd, 'a'), join(cwd, 'b'), { recursive: true });
    });
    expect(stores).toMatchObject({ failure: expect.stringContaining(`Found the writer "${WRITER}"`) as string });
  });

  it('says what cannot be used', () => {
    expect(found('a', 'cordon.yaml')).toMatchObject({
      failure: expect.stringContaining('recordings[1].directory: Found /cordon.yaml, which cannot be used: EEXIST') as string,
    });
  });
});
