import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import type { IpAddress } from '../../../src/core/address.ts';
import type { Evidence } from '../../../src/core/place/evidence.ts';
import { loadGeoTables, type GeoTables, type GeoTablesOptions } from '../../../src/destination/geo-tables.ts';
import { MANIFEST_FILE, printManifest, type ManifestEntry } from '../../../src/destination/update/manifest.ts';
import { parseIpAddress } from '../../../src/wire/address/ip-address.ts';
import { ManualClock } from '../../support/clock.ts';

export const SHIPPED = fileURLToPath(new URL('../../../geoip-data', import.meta.url));
export const DAY = 86_400_000;
/** The day on which these tests play. The DB-IP file of the lockfile is of 2026-06-01. */
export const TODAY = '2026-11-22T12:00:00Z';

/** A directory that is gone when the test is over. */
export async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'cordon-tables-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

export async function tables(options: Partial<GeoTablesOptions> = {}): Promise<GeoTables> {
  const loaded = await loadGeoTables({
    directory: SHIPPED,
    databases: [],
    overrides: [],
    trust: 'agreeing',
    maxAge: { ranges: 45 * DAY, geoip: 240 * DAY },
    clock: new ManualClock(TODAY),
    selfAddresses: () => [],
    ...options,
  });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.failure));
  return loaded.value;
}

/** A data directory as `geo update` leaves it: range files by provider, and databases by file name. */
export async function dataDirectory(
  ranges: Readonly<Record<string, string>>,
  databases: Readonly<Record<string, Buffer>> = {},
  date = '2026-11-20',
): Promise<string> {
  const directory = await temporaryDirectory();
  await mkdir(join(directory, 'geo'));
  const files: ManifestEntry[] = [];
  const add = async (file: string, kind: 'ranges' | 'geoip', bytes: Buffer, rows: number): Promise<void> => {
    await writeFile(join(directory, 'geo', file), bytes);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const provider = file.replace(/\..*/, '');
    files.push({ file, kind, provider, source: 'https://example.test/', date, fetchedAt: `${date}T00:00:00Z`, sha256, rows });
  };
  for (const [provider, lines] of Object.entries(ranges)) {
    const rows = lines
      .trim()
      .split('\n')
      .map((line) => line.trim());
    await add(`${provider}.csv`, 'ranges', Buffer.from(`cidr,provider,region,service\n${rows.join('\n')}\n`), rows.length);
  }
  for (const [file, bytes] of Object.entries(databases)) await add(file, 'geoip', bytes, 1);
  await writeFile(join(directory, 'geo', MANIFEST_FILE), printManifest({ version: 1, files }));
  return directory;
}

export function address(text: string): IpAddress {
  const parsed = parseIpAddress(text);
  if (!parsed.ok) throw new Error(parsed.failure);
  return parsed.value;
}

/** Evidence as one line of text: `cloud-range DE`, `geoip US stale`. */
export function lines(evidence: readonly Evidence[]): string[] {
  return evidence.map(({ kind, places, stale }) => {
    const { entry } = places;
    const place = entry === undefined ? '-' : (entry.open ?? entry.countries.toArray().join('+'));
    return `${kind} ${place}${stale === true ? ' stale' : ''}`;
  });
}
