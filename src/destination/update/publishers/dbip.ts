import { gunzipSync } from 'node:zlib';
import { Reader, type Response } from 'maxmind';
import { fail, ok, type Result } from '../../../core/result.ts';
import type { SourceDocument, SourceTable } from '../source.ts';

/** Inflated size; the database has 8 MB, so more than this is a bomb or another product. */
const MAX_INFLATED_BYTES = 64 * 1024 * 1024;

/**
 * Addresses of public institutions whose networks have not moved for decades, with their country. A database that is wrong
 * about one of them is cut, shifted, or not a country database.
 */
const KNOWN: Readonly<Record<string, string>> = {
  '8.8.8.8': 'US', // Google Public DNS
  '129.132.1.1': 'CH', // ETH Zürich
  '130.59.31.80': 'CH', // Switch
  '133.11.0.1': 'JP', // University of Tokyo
  '163.1.0.1': 'GB', // University of Oxford
  '193.0.6.139': 'NL', // RIPE NCC
  '212.27.48.10': 'FR', // Free
  '2001:620:0:ff::5c': 'CH', // Switch
};

/** Documentation and private space, which no country database may place. */
const UNPLACED: readonly string[] = ['192.0.2.1', '10.0.0.1'];

/**
 * DB-IP Lite country from its `.mmdb.gz`, checked by metadata and known answers: the reader library maps the file without
 * looking, so a wrong one would otherwise answer.
 *
 * @source db-ip.com/db/format/ip-to-country/mmdb.html
 */
export function readDbip([document]: readonly SourceDocument[]): Result<SourceTable, string> {
  if (document === undefined) return fail('Found no document');
  const inflated = inflate(document);
  if (!inflated.ok) return inflated;
  const reader = open(inflated.value);
  if (!reader.ok) return fail(`${document.url}: ${reader.failure}`);
  const { databaseType, ipVersion, nodeCount, buildEpoch } = reader.value.metadata;
  if (!/country/i.test(databaseType) || ipVersion !== 6) {
    return fail(
      `${document.url}: found "${databaseType}" for IPv${ipVersion}, expected a country database for IPv6 (and IPv4 in it)`,
    );
  }
  const wrong = wrongAnswer(reader.value);
  if (wrong !== undefined) return fail(`${document.url}: ${wrong}`);
  const date = buildEpoch.toISOString().slice(0, 10);
  return ok({ kind: 'geoip', date, bytes: inflated.value, nodes: nodeCount });
}

function inflate(document: SourceDocument): Result<Buffer, string> {
  try {
    return ok(gunzipSync(document.bytes, { maxOutputLength: MAX_INFLATED_BYTES }));
  } catch (error) {
    return fail(
      `${document.url}: found what does not inflate as gzip to at most ${MAX_INFLATED_BYTES} bytes (${(error as Error).message})`,
    );
  }
}

// The reader throws whatever a walk over wrong bytes leads to; that is its way to say that they are wrong.
function open(bytes: Buffer): Result<Reader<Response>, string> {
  try {
    const reader = new Reader<Response>(bytes);
    const { nodeCount, searchTreeSize } = reader.metadata;
    if (!(nodeCount > 0) || !(searchTreeSize < bytes.length)) return fail('found a search tree that is cut');
    return ok(reader);
  } catch (error) {
    return fail(`found no MaxMind DB (${(error as Error).message})`);
  }
}

function wrongAnswer(reader: Reader<Response>): string | undefined {
  for (const [address, expected] of Object.entries(KNOWN)) {
    const found = countryAt(reader, address);
    if (found !== expected) return `found ${found ?? 'nothing'} for ${address}, expected ${expected}`;
  }
  const placed = UNPLACED.find((address) => countryAt(reader, address) !== undefined);
  return placed === undefined ? undefined : `found a country for ${placed}, which is nowhere`;
}

/** DB-IP's own schema (`country.iso_code`) and the flat one of repackaged files (`country_code`). */
function countryAt(reader: Reader<Response>, address: string): string | undefined {
  let record: unknown;
  try {
    record = reader.get(address);
  } catch {
    return 'an unreadable record';
  }
  if (!isObject(record)) return undefined;
  const code = isObject(record['country']) ? record['country']['iso_code'] : record['country_code'];
  return typeof code === 'string' && code !== 'ZZ' ? code : undefined;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
