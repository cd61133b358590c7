import { Reader, type Response } from 'maxmind';
import { fail, ok, type Result } from '../../../core/result.ts';
import type { Bytes } from '../../../core/units.ts';
import type { SourceTable } from '../source.ts';

/** Inflated size of what holds a country database; those have about 8 MB, so more than this is a bomb or another product. */
export const MAX_INFLATED_BYTES: Bytes = 64 * 1024 * 1024;

/** What a database must be to be taken for the one that was asked for. */
export interface ExpectedDatabase {
  /** The whole `database_type` of its metadata. */
  readonly type: RegExp;
  /** How many of the known answers it may give otherwise: none, where they were compared with the maker's own file. */
  readonly dissent: number;
}

/**
 * Addresses of public institutions whose networks have not moved for decades, with their country. A database that is wrong
 * about them is cut, shifted, or not a country database.
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
 * The table that a country database in MaxMind's format is, checked by metadata and known answers: the reader library maps the
 * file without looking, so a wrong one would otherwise answer.
 */
export function readCountryDatabase(bytes: Buffer, expected: ExpectedDatabase): Result<SourceTable, string> {
  const reader = open(bytes);
  if (!reader.ok) return reader;
  const { databaseType, ipVersion, nodeCount, buildEpoch } = reader.value.metadata;
  if (!expected.type.test(databaseType) || ipVersion !== 6) {
    return fail(
      `found "${databaseType}" for IPv${ipVersion}, expected a country database (${expected.type.source}) for IPv6 (and IPv4 in it)`,
    );
  }
  if (!Number.isFinite(buildEpoch.getTime())) return fail('found no build date');
  const wrong = wrongAnswer(reader.value, expected.dissent);
  if (wrong !== undefined) return fail(wrong);
  return ok({ kind: 'geoip', date: buildEpoch.toISOString().slice(0, 10), bytes, nodes: nodeCount });
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

function wrongAnswer(reader: Reader<Response>, dissent: number): string | undefined {
  const wrong = Object.entries(KNOWN).flatMap(([address, expected]) => {
    const found = countryAt(reader, address);
    return found === expected ? [] : [`found ${found ?? 'nothing'} for ${address}, expected ${expected}`];
  });
  if (wrong.length > dissent) return wrong[0];
  const placed = UNPLACED.find((address) => countryAt(reader, address) !== undefined);
  return placed === undefined ? undefined : `found a country for ${placed}, which is nowhere`;
}

/** The schema of MaxMind and DB-IP (`country.iso_code`) and the flat one of repackaged files (`country_code`). */
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
