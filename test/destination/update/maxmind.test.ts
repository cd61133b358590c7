import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { maxmindReader } from '../../../src/destination/update/publishers/maxmind.ts';
import { digestLine, maxmindArchive, maxmindDatabase } from '../support/maxmind-archive.ts';
import { tarFile } from '../support/tar-file.ts';
import * as documents from './publisher-documents.ts';

const DAY = '20260818';
const FOLDER = `GeoLite2-Country_${DAY}`;
const good = maxmindArchive({ day: DAY });

function read(archive: Uint8Array, digest = digestLine(archive, FOLDER), edition = 'GeoLite2-Country' as const) {
  const documentOf = (suffix: string, bytes: Uint8Array) => ({ url: `https://maxmind.test/${suffix}`, bytes });
  return maxmindReader(edition)([documentOf('tar.gz', archive), documentOf('tar.gz.sha256', Buffer.from(digest))]);
}

function failureOf(archive: Uint8Array, digest?: string): string {
  const table = read(archive, digest);
  return table.ok ? 'not failed' : table.failure;
}

/** An archive as published but for the database in it. */
const packed = (database: Buffer): Buffer => maxmindArchive({ day: DAY }, database).archive;

describe('maxmindReader()', () => {
  it('gives the database of the archive with the day it was built', () => {
    const database = maxmindDatabase({ day: DAY });
    expect(read(good.archive, good.digest)).toMatchObject({ ok: true, value: { kind: 'geoip', date: '2026-08-18' } });
    const table = read(good.archive);
    expect(table.ok && table.value.kind === 'geoip' && Buffer.compare(table.value.bytes, database)).toBe(0);
  });

  it('takes one known answer that differs, and no two', () => {
    const one = { '133.11.0.0/16': 'US' };
    expect(read(packed(maxmindDatabase({ day: DAY, networks: one }))).ok).toBe(true);
    const two = maxmindDatabase({ day: DAY, networks: { ...one, '193.0.0.0/21': 'DE' } });
    expect(failureOf(packed(two))).toMatch(/tar\.gz: found US for 133\.11\.0\.1, expected JP/);
  });

  it.each<[string, () => Uint8Array, RegExp]>([
    ['a page instead of gzip', () => Buffer.from(documents.ERROR_PAGE), /does not inflate as gzip/],
    ['a page in gzip', () => gzipSync(documents.ERROR_PAGE), /tar header at byte 0/],
    ['an archive cut before it was packed', () => gzipSync(tarFile([{ name: 'x' }]).subarray(0, 512)), /cut/],
    ['packed bytes that end early', () => good.archive.subarray(0, 600), /does not inflate as gzip/],
    ['a bomb', () => gzipSync(Buffer.alloc(65 * 1024 * 1024), { level: 1 }), /gzip to at most 67108864 bytes/],
    [
      'a folder of another build',
      () => maxmindArchive({ day: '20260817' }).archive,
      /found no file "GeoLite2-Country_20260818/,
    ],
    ['another edition', () => maxmindArchive({ day: DAY, edition: 'GeoIP2-Country' }).archive, /found no file/],
    [
      'another database under the name',
      () => packed(maxmindDatabase({ day: DAY, databaseType: 'GeoLite2-City' })),
      /found "GeoLite2-City"/,
    ],
    [
      'one whose name only contains that of the edition',
      () => packed(maxmindDatabase({ day: DAY, databaseType: 'X-GeoLite2-Country' })),
      /found "X-GeoLite2-Country"/,
    ],
    ['a database that is cut', () => packed(maxmindDatabase({ day: DAY }).subarray(0, 900)), /no MaxMind DB/],
    ['noise', () => packed(randomBytes(5000)), /no MaxMind DB/],
    [
      'a country for private space',
      () => packed(maxmindDatabase({ day: DAY, networks: { '10.0.0.0/8': 'DE' } })),
      /10\.0\.0\.1, which is nowhere/,
    ],
  ])('refuses %s, although its digest is right', (_, archive, reason) => {
    expect(failureOf(archive())).toMatch(reason);
  });

  it.each([
    ['the digest of another archive', digestLine(Buffer.from('another'), FOLDER), /tar\.gz: found the SHA-256 .*, expected /],
    ['the digest of another edition', good.digest.replace('GeoLite2-Country', 'GeoLite2-City'), /sha256: found no line/],
    ['a name that leads elsewhere', good.digest.replace(FOLDER, `../${FOLDER}`), /sha256: found no line/],
    ['no digest', '', /found no line/],
    ['a page', documents.ERROR_PAGE, /found no line/],
    ['two lines', good.digest + good.digest, /found no line/],
    ['a digest that is cut', good.digest.slice(1), /found no line/],
  ])('refuses %s', (_, digest, reason) => {
    expect(failureOf(good.archive, digest)).toMatch(reason);
  });
});
