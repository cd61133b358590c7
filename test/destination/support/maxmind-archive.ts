import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { mmdbFile } from './mmdb-file.ts';
import { tarFile } from './tar-file.ts';

/** A record as MaxMind writes it, without the names in eight languages. */
const record = (code: string) => ({
  continent: { code: 'EU', geoname_id: 6_255_148 },
  country: { geoname_id: 2_921_044, is_in_european_union: true, iso_code: code },
  registered_country: { geoname_id: 6_252_001, iso_code: 'US' },
});

/** The networks that the checks of an update know, one more, and what the case changes. */
const NETWORKS: Readonly<Record<string, string>> = {
  '8.8.8.0/24': 'US',
  '129.132.0.0/16': 'CH',
  '130.59.0.0/16': 'CH',
  '133.11.0.0/16': 'JP',
  '163.1.0.0/16': 'GB',
  '193.0.0.0/21': 'NL',
  '212.27.32.0/19': 'FR',
  '2001:620::/32': 'CH',
};

interface Build {
  /** `YYYYMMDD`, in names; the build is of that day unless `buildEpoch` says otherwise. */
  readonly day: string;
  readonly buildEpoch?: Date;
  readonly edition?: string;
  readonly databaseType?: string;
  /** CIDR text → country, in place of or beside the known ones. */
  readonly networks?: Readonly<Record<string, string>>;
}

/** A GeoLite2 or GeoIP2 Country database of a few networks. */
export function maxmindDatabase({
  day,
  buildEpoch,
  edition = 'GeoLite2-Country',
  databaseType = edition,
  networks,
}: Build): Buffer {
  const built = new Date(`${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6)}T15:32:10Z`);
  const all = Object.entries({ ...NETWORKS, ...networks }).map(([cidr, code]) => [cidr, record(code)] as const);
  return mmdbFile({ databaseType, buildEpoch: buildEpoch ?? built, networks: Object.fromEntries(all) });
}

/** What MaxMind gives for an edition: the archive, and the line of digest beside it. */
export function maxmindArchive(build: Build, database = maxmindDatabase(build)): { archive: Buffer; digest: string } {
  const { day, edition = 'GeoLite2-Country' } = build;
  const folder = `${edition}_${day}`;
  const archive = gzipSync(
    tarFile([
      { name: `${folder}/`, type: '5' },
      { name: `${folder}/COPYRIGHT.txt`, content: 'Database and Contents Copyright (c) 2026 MaxMind, Inc.\n' },
      { name: `${folder}/${edition}.mmdb`, content: database },
      { name: `${folder}/LICENSE.txt`, content: 'Use of this MaxMind product is governed by the GeoLite End User License.\n' },
    ]),
  );
  return { archive, digest: digestLine(archive, folder) };
}

/** As `sha256sum` writes it. */
export function digestLine(archive: Uint8Array, folder: string): string {
  return `${createHash('sha256').update(archive).digest('hex')}  ${folder}.tar.gz\n`;
}
