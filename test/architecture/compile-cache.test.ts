import { chmodSync, chownSync, mkdirSync, mkdtempSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { compileCacheDirectory } from '../../scripts/compile-cache-directory.mjs';

const fresh = (): string => join(mkdtempSync(join(tmpdir(), 'cordon-cache-')), 'below/cache');
const asked = (path: string): string | undefined => compileCacheDirectory(pathToFileURL(`${path}/`));

describe('compileCacheDirectory()', () => {
  it('compileCacheDirectory() makes a directory that nobody else can write to, and takes it again', () => {
    const path = fresh();
    expect(asked(path)).toBe(`${path}/`);
    expect(statSync(path).mode & 0o777).toBe(0o700);
    expect(asked(path)).toBe(`${path}/`);
  });

  it.each([0o777, 0o770, 0o722])('compileCacheDirectory() keeps nothing where others can write: %o', (mode) => {
    const path = fresh();
    mkdirSync(path, { recursive: true });
    chmodSync(path, mode);
    expect(asked(path)).toBeUndefined();
  });

  it.runIf(process.getuid?.() === 0)('compileCacheDirectory() keeps nothing in the directory of another user', () => {
    const path = fresh();
    mkdirSync(path, { recursive: true, mode: 0o700 });
    chownSync(path, 65_534, 65_534);
    expect(asked(path)).toBeUndefined();
  });

  it('compileCacheDirectory() follows no link and takes no file', () => {
    const elsewhere = fresh();
    mkdirSync(elsewhere, { recursive: true, mode: 0o700 });
    const link = join(mkdtempSync(join(tmpdir(), 'cordon-cache-')), 'cache');
    symlinkSync(elsewhere, link);
    expect(asked(link)).toBeUndefined();
    const file = join(mkdtempSync(join(tmpdir(), 'cordon-cache-')), 'cache');
    writeFileSync(file, '');
    expect(asked(file)).toBeUndefined();
  });
});
