import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseManifest, printManifest, withEntry, type ManifestEntry } from '../../../src/destination/update/manifest.ts';

const ENTRY: ManifestEntry = {
  file: 'aws.csv',
  kind: 'ranges',
  provider: 'aws',
  source: 'https://ip-ranges.amazonaws.com/ip-ranges.json',
  date: '2026-08-22',
  fetchedAt: '2026-08-23T10:00:00.000Z',
  sha256: 'a'.repeat(64),
  rows: 11_013,
};

describe('parseManifest()', () => {
  it('gives back what printManifest() wrote, sorted by file', () => {
    const geoip = { ...ENTRY, file: 'a-dbip.mmdb', kind: 'geoip' } as const;
    const text = printManifest({ version: 1, files: [ENTRY, geoip] });
    expect(parseManifest(text)).toEqual({ ok: true, value: { version: 1, files: [geoip, ENTRY] } });
    expect(printManifest({ version: 1, files: [geoip, ENTRY] })).toBe(text);
  });

  it('takes an entry without kind for a range table', () => {
    const { kind: _, ...entry } = ENTRY;
    expect(parseManifest(JSON.stringify({ version: 1, files: [entry] }))).toEqual({
      ok: true,
      value: { version: 1, files: [ENTRY] },
    });
  });

  it.each([
    [{ file: '../aws.csv' }, /\/files\/0\/file/],
    [{ file: '/etc/aws.csv' }, /\/files\/0\/file/],
    [{ file: 'aws.mmdb' }, /\/files\/0\/file/],
    [{ kind: 'geoip' }, /\/files\/0\/file/],
    [{ kind: 'other' }, /\/files\/0/],
    [{ provider: 'AWS' }, /\/files\/0\/provider/],
    [{ source: '' }, /\/files\/0\/source/],
    [{ date: '2026-02-30' }, /\/files\/0\/date/],
    [{ date: 20_260_822 }, /\/files\/0\/date/],
    [{ fetchedAt: '2026-08-23T25:00:00Z' }, /\/files\/0\/fetchedAt/],
    [{ sha256: 'A'.repeat(64) }, /\/files\/0\/sha256/],
    [{ sha256: 'a'.repeat(63) }, /\/files\/0\/sha256/],
    [{ rows: -1 }, /\/files\/0\/rows/],
    [{ rows: 1.5 }, /\/files\/0\/rows/],
    [{ rows: undefined }, /\/files\/0/],
  ])('refuses an entry with %j', (change, message) => {
    const text = JSON.stringify({ version: 1, files: [{ ...ENTRY, ...change }] });
    expect(parseManifest(text)).toMatchObject({ ok: false, failure: expect.stringMatching(message) });
  });

  it('refuses another version, a file named twice, too many files and what is no JSON', () => {
    for (const document of [
      { version: 2, files: [] },
      { files: [] },
      [],
      null,
      { version: 1 },
      { version: 1, files: [ENTRY, ENTRY] },
    ]) {
      expect(parseManifest(JSON.stringify(document)).ok).toBe(false);
    }
    const many = Array.from({ length: 257 }, (_, i) => ({ ...ENTRY, file: `f${i}.csv` }));
    expect(parseManifest(JSON.stringify({ version: 1, files: many })).ok).toBe(false);
    expect(parseManifest(printManifest({ version: 1, files: [ENTRY] }).slice(0, -3)).ok).toBe(false);
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => void parseManifest(text)));
  });
});

describe('withEntry()', () => {
  it('replaces the entry of the same file', () => {
    const other = { ...ENTRY, file: 'gcp.csv' };
    const manifest = withEntry({ version: 1, files: [ENTRY, other] }, { ...ENTRY, rows: 5 });
    expect(manifest.files.map(({ file, rows }) => [file, rows])).toEqual([
      ['gcp.csv', 11_013],
      ['aws.csv', 5],
    ]);
  });
});
