import { createHash } from 'node:crypto';
import { fail, ok, type Result } from '../../../core/result.ts';
import { inflateGzip } from '../archive/inflate-gzip.ts';
import { tarMember } from '../archive/tar-member.ts';
import type { SourceDocument, SourceTable } from '../source.ts';
import { MAX_INFLATED_BYTES, readCountryDatabase } from './country-database.ts';
import { documentText } from './json-document.ts';

/** Databases of MaxMind with a country per network: the free one and the paid one. */
export type MaxmindEdition = 'GeoLite2-Country' | 'GeoIP2-Country';

/**
 * A reader of an edition from its `.tar.gz` and the `.tar.gz.sha256` beside it. The file of digests also names the build
 * (`GeoLite2-Country_20260602`), and the database is taken from that folder of the archive alone.
 *
 * @source dev.maxmind.com/geoip/updating-databases, Directly Downloading Databases
 */
export function maxmindReader(edition: MaxmindEdition): (documents: readonly SourceDocument[]) => Result<SourceTable, string> {
  return ([archive, digest]) => {
    if (archive === undefined || digest === undefined) return fail('Found less than an archive and its digest');
    const stated = readDigest(digest, edition);
    if (!stated.ok) return fail(`${digest.url}: ${stated.failure}`);
    const table = readArchive(archive.bytes, edition, stated.value);
    return table.ok ? table : fail(`${archive.url}: ${table.failure}`);
  };
}

/** What `sha256sum` writes about the archive of a build. */
interface StatedDigest {
  /** 64 lower-case hex digits. */
  readonly sha256: string;
  /** Name of the archive without extension. */
  readonly build: string;
}

function readDigest(document: SourceDocument, edition: MaxmindEdition): Result<StatedDigest, string> {
  const text = documentText(document);
  const line = new RegExp(`^([0-9a-f]{64}) [ *](${edition}_\\d{8})\\.tar\\.gz\\r?\\n?$`);
  const [, sha256, build] = (text.ok ? line.exec(text.value) : undefined) ?? [];
  return sha256 === undefined || build === undefined
    ? fail(`found no line of a SHA-256 and ${edition}_YYYYMMDD.tar.gz`)
    : ok({ sha256, build });
}

function readArchive(packed: Uint8Array, edition: MaxmindEdition, stated: StatedDigest): Result<SourceTable, string> {
  const found = createHash('sha256').update(packed).digest('hex');
  if (found !== stated.sha256) return fail(`found the SHA-256 ${found}, expected ${stated.sha256} of ${stated.build}`);
  const archive = inflateGzip(packed, MAX_INFLATED_BYTES);
  if (!archive.ok) return archive;
  const database = tarMember(archive.value, `${stated.build}/${edition}.mmdb`);
  if (!database.ok) return database;
  // A copy, so that the rest of the archive can go. One answer may differ: the known ones were compared with DB-IP's file.
  return readCountryDatabase(Buffer.from(database.value), { type: new RegExp(`^${edition}$`), dissent: 1 });
}
