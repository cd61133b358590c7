import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { tarMember } from '../../../../src/destination/update/archive/tar-member.ts';
import { tarFile, type TarEntry } from '../../support/tar-file.ts';

const NAME = 'GeoLite2-Country_20260602/GeoLite2-Country.mmdb';
const DATABASE: TarEntry = { name: NAME, content: 'the database' };

function textOf(archive: Uint8Array, name = NAME): string {
  const found = tarMember(archive, name);
  return found.ok ? Buffer.from(found.value).toString() : `failed: ${found.failure}`;
}

function hasTar(): boolean {
  try {
    execFileSync('tar', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

describe('tarMember()', () => {
  it.skipIf(!hasTar()).each(['ustar', 'gnu', 'pax'])('reads what tar --format=%s writes', async (format) => {
    const directory = await mkdtemp(join(tmpdir(), 'cordon-tar-'));
    onTestFinished(() => rm(directory, { recursive: true }));
    const [folder = ''] = NAME.split('/');
    await mkdir(join(directory, folder));
    await writeFile(join(directory, NAME), 'the database');
    for (const file of ['COPYRIGHT.txt', 'LICENSE.txt']) await writeFile(join(directory, folder, file), 'x'.repeat(600));
    const archive = execFileSync('tar', [`--format=${format}`, '-cf', '-', folder], { cwd: directory });
    expect(textOf(archive)).toBe('the database');
  });

  it('gives the file among others, whatever those are called and whatever pads the end', () => {
    const others = ['GeoLite2-Country_20260602/COPYRIGHT.txt', '../../etc/passwd', '/etc/passwd', '', 'GeoLite2-Country.mmdb'];
    const entries = others.map((name): TarEntry => ({ name, content: 'other' }));
    const folder: TarEntry = { name: 'GeoLite2-Country_20260602/', type: '5' };
    for (const record of [512, 1024, 10_240]) {
      expect(textOf(tarFile([folder, ...entries, DATABASE, ...entries], record))).toBe('the database');
    }
    expect(textOf(tarFile([{ ...DATABASE, name: 'GeoLite2-Country.mmdb', prefix: 'GeoLite2-Country_20260602' }]))).toBe(
      'the database',
    );
    expect(textOf(tarFile([{ ...DATABASE, magic: 'ustar  \0' }]))).toBe('the database');
    expect(textOf(tarFile([{ name: 'pax', type: 'x', content: '30 mtime=1717286400.1234567\n' }, DATABASE]))).toBe(
      'the database',
    );
  });

  it.each<[string, readonly TarEntry[], RegExp]>([
    ['an archive without the file', [{ name: 'GeoLite2-City.mmdb' }], /found no file/],
    ['a directory of the name', [{ name: NAME, type: '5' }], /found no file/],
    ['the name twice', [DATABASE, { ...DATABASE, content: 'another' }], /twice/],
    ['a symbolic link', [{ name: NAME, type: '2' }], /type "2"/],
    ['a hard link', [DATABASE, { name: 'x', type: '1' }], /type "1"/],
    ['a long name of GNU', [{ name: '././@LongLink', type: 'L', content: NAME }, DATABASE], /type "L"/],
    ['a sparse file', [{ ...DATABASE, type: 'S' }], /type "S"/],
    ['an extended header that renames', [{ name: 'pax', type: 'x', content: '12 path=abc\n' }, DATABASE], /renames/],
    [
      'one that resizes after a harmless record',
      [{ name: 'pax', type: 'g', content: '12 uid=1000\n10 size=0\n' }, DATABASE],
      /resizes/,
    ],
    ['a directory with content', [{ name: 'd/', type: '5', content: 'x' }, DATABASE], /directory with content/],
    ['a length beyond the archive', [{ ...DATABASE, size: '77777777777\0' }], /expected 8589934591: it is cut/],
    ['a length in binary', [{ ...DATABASE, size: '\x80\0\0\0\0\0\0\0\0\0\0\x0c' }], /not octal/],
    ['a negative length', [{ ...DATABASE, size: '-0000000001\0' }], /not octal/],
    ['an archive before ustar', [{ ...DATABASE, magic: '\0\0\0\0\0\0\0\0' }], /no ustar/],
    ['too many members', Array.from({ length: 65 }, () => ({ name: 'x' })), /more than 64/],
  ])('refuses %s', (_, entries, reason) => {
    expect(textOf(tarFile(entries))).toMatch(new RegExp(`^failed: .*${reason.source}`));
  });

  it('refuses an archive that ends in something', () => {
    expect(textOf(Buffer.concat([tarFile([DATABASE], 512), Buffer.from('more')]))).toMatch(/^failed: .*cut/);
    expect(textOf(new Uint8Array())).toMatch(/^failed: .*cut/);
    expect(textOf(Buffer.from('<!DOCTYPE html>'.repeat(100)))).toMatch(/^failed: .*no ustar/);
  });

  const member = fc.record({
    name: fc.string({ unit: fc.constantFrom('a', '.', '/', '_'), minLength: 1, maxLength: 60 }),
    content: fc.uint8Array({ maxLength: 1500 }),
  });
  const archives = fc
    .uniqueArray(member, { minLength: 1, maxLength: 6, selector: ({ name }) => name })
    .map((entries) => ({ entries, archive: tarFile(entries, 512) }));

  it('gives each member of any archive as it was written', () => {
    fc.assert(
      fc.property(archives, ({ entries, archive }) => {
        for (const { name, content } of entries) {
          const found = tarMember(archive, name);
          expect(found.ok && Buffer.from(found.value)).toEqual(Buffer.from(content));
        }
      }),
      { numRuns: 60 },
    );
  });

  it('refuses any archive that is cut, wherever', () => {
    fc.assert(
      fc.property(archives, fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), ({ entries, archive }, part) => {
        const cut = archive.subarray(0, Math.floor(part * archive.length));
        for (const { name } of entries) expect(tarMember(cut, name).ok).toBe(false);
      }),
      { numRuns: 60 },
    );
  });

  it('never takes a changed header for the one that was written', () => {
    fc.assert(
      fc.property(archives, fc.nat(511), fc.integer({ min: 1, max: 255 }), ({ entries: [first], archive }, at, by) => {
        // How a sum is padded says nothing about what it is.
        fc.pre(at < 148 || at >= 156);
        const changed = Buffer.from(archive);
        changed[at] = ((changed[at] ?? 0) + by) % 256;
        expect(tarMember(changed, first?.name ?? '').ok).toBe(false);
      }),
      { numRuns: 200 },
    );
  });

  it('fails, and does not throw, on any bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 2048 }), (bytes) => !tarMember(bytes, NAME).ok));
  });
});
