import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Clock } from '../../core/ports.ts';
import type { Instant } from '../../core/units.ts';
import { fetchDocuments, type Fetch } from './fetched-documents.ts';
import { checkExtent, checkRows, type Measure } from './plausibility.ts';
import { MANIFEST_FILE, parseManifest, printManifest, withEntry, type Manifest, type ManifestEntry } from './manifest.ts';
import { parseRangeFile, printRangeFile } from './range-file.ts';
import { removeLeftovers, replaceFile } from './replace-file.ts';
import type { SourceDocument, SourceTable, UpdateSource } from './source.ts';
import { ABANDONED_AFTER, withUpdateLock } from './update-lock.ts';

export interface UpdateOptions {
  readonly sources: readonly UpdateSource[];
  /** Directory of the tables, `data/geo`; made when it is missing. */
  readonly directory: string;
  readonly fetch: Fetch;
  readonly clock: Clock;
  readonly onProgress?: (progress: UpdateProgress) => void;
}

export interface UpdateProgress {
  readonly source: string;
  readonly phase: 'fetching' | 'checking' | 'writing';
  /** From 1. */
  readonly index: number;
  readonly total: number;
}

/** What became of one source. A source that failed leaves its present table untouched. */
export type SourceReport =
  | { readonly source: string; readonly outcome: 'updated' | 'unchanged'; readonly entry: ManifestEntry }
  | { readonly source: string; readonly outcome: 'failed'; readonly reason: string };

export interface UpdateReport {
  /** In the order of the sources. */
  readonly sources: readonly SourceReport[];
  /** Whether none failed. */
  readonly complete: boolean;
}

const DAY = 86_400_000;

/**
 * Fetches, checks and swaps in the tables of the sources, one after the other; each file is replaced at once and then the
 * manifest. Nothing that is cut, wrong, implausible or older replaces what there is.
 */
export async function updateTables(options: UpdateOptions): Promise<UpdateReport> {
  const locked = await prepareDirectory(options.directory);
  const reports = locked.ok ? await withUpdateLock(options.directory, options.clock, () => updateAll(options)) : locked;
  const sources = reports.ok ? reports.value : options.sources.map(({ id }) => failed(id, reports.failure));
  return { sources, complete: sources.every(({ outcome }) => outcome !== 'failed') };
}

async function updateAll(options: UpdateOptions): Promise<readonly SourceReport[]> {
  const reports: SourceReport[] = [];
  await removeLeftovers(options.directory, options.clock.now() - ABANDONED_AFTER);
  for (const [index, source] of options.sources.entries()) {
    const report = (phase: UpdateProgress['phase']): void =>
      options.onProgress?.({ source: source.id, phase, index: index + 1, total: options.sources.length });
    reports.push(await updateOne(source, options, report));
  }
  return reports;
}

async function updateOne(
  source: UpdateSource,
  { directory, fetch, clock }: UpdateOptions,
  report: (phase: UpdateProgress['phase']) => void,
): Promise<SourceReport> {
  const manifest = await readManifest(directory);
  if (!manifest.ok) return failed(source.id, manifest.failure);
  const previous = manifest.value.files.find(({ file }) => file === fileOf(source));

  report('fetching');
  const now = clock.now();
  const documents = await fetchDocuments(source, fetch, now);
  if (!documents.ok) return failed(source.id, documents.failure);

  report('checking');
  const table = source.read(documents.value);
  if (!table.ok) return failed(source.id, table.failure);
  const prepared = prepare(source, table.value, documents.value, { previous, now });
  if (!prepared.ok) return failed(source.id, prepared.failure);
  const { entry, bytes } = prepared.value;

  report('writing');
  const isPresent = previous?.sha256 === entry.sha256 && (await digestOfFile(join(directory, entry.file))) === entry.sha256;
  const written = isPresent ? ok(undefined) : await replaceFile(directory, entry.file, bytes);
  if (!written.ok) return failed(source.id, written.failure);
  const recorded = await replaceFile(directory, MANIFEST_FILE, Buffer.from(printManifest(withEntry(manifest.value, entry))));
  if (!recorded.ok) return failed(source.id, recorded.failure);
  return { source: source.id, outcome: isPresent ? 'unchanged' : 'updated', entry };
}

/** The bytes of the new file and its line in the manifest, when the table is believable. */
function prepare(
  source: UpdateSource,
  table: SourceTable,
  documents: readonly SourceDocument[],
  { previous, now }: { readonly previous: ManifestEntry | undefined; readonly now: Instant },
): Result<{ entry: ManifestEntry; bytes: Uint8Array }, string> {
  if (table.kind !== source.kind) return fail(`Found a ${table.kind} table, expected ${source.kind}`);
  const date = table.date ?? dayOf(lastModification(documents) ?? now);
  const rows = table.kind === 'ranges' ? table.rows.length : table.nodes;
  const measure: Measure = {
    minimumRows: source.minimumRows,
    today: dayOf(now),
    tomorrow: dayOf(now + DAY),
    ...(previous !== undefined && { previous }),
  };
  const extent = checkExtent({ date, rows }, measure);
  if (!extent.ok) return extent;
  const bytes = table.kind === 'ranges' ? rangeBytes(table) : ok(table.bytes);
  if (!bytes.ok) return bytes;
  const entry: ManifestEntry = {
    file: fileOf(source),
    kind: source.kind,
    provider: source.id,
    source: documents.map(({ url }) => url).join(' '),
    date,
    fetchedAt: new Date(now).toISOString(),
    sha256: digestOf(bytes.value),
    rows,
  };
  return ok({ entry, bytes: bytes.value });
}

/** The file of a range table, read back by the reader that will read it in use. */
function rangeBytes(table: Extract<SourceTable, { kind: 'ranges' }>): Result<Uint8Array, string> {
  const believable = checkRows(table.rows);
  if (!believable.ok) return believable;
  const text = printRangeFile(table.rows);
  const again = parseRangeFile(text);
  return again.ok ? ok(Buffer.from(text)) : again;
}

async function prepareDirectory(directory: string): Promise<Result<void, string>> {
  try {
    await mkdir(directory, { recursive: true });
    return ok(undefined);
  } catch (error) {
    return fail(`${directory}: ${(error as Error).message}`);
  }
}

/** The manifest in force; an empty one where there is none yet. A broken one is not overwritten: it tells what was there. */
async function readManifest(directory: string): Promise<Result<Manifest, string>> {
  let text: string;
  try {
    text = await readFile(join(directory, MANIFEST_FILE), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ok({ version: 1, files: [] });
    return fail(`${MANIFEST_FILE}: ${(error as Error).message}`);
  }
  const manifest = parseManifest(text);
  return manifest.ok ? manifest : fail(`${MANIFEST_FILE}: ${manifest.failure}; remove it to start anew`);
}

async function digestOfFile(path: string): Promise<string | undefined> {
  try {
    return digestOf(await readFile(path));
  } catch {
    return undefined;
  }
}

/** The oldest: a table is no newer than its oldest part. */
function lastModification(documents: readonly SourceDocument[]): Instant | undefined {
  const instants = documents.map(({ lastModified }) => lastModified).filter((instant) => instant !== undefined);
  return instants.length === documents.length ? Math.min(...instants) : undefined;
}

function fileOf({ id, kind }: UpdateSource): string {
  return `${id}.${kind === 'ranges' ? 'csv' : 'mmdb'}`;
}

function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function dayOf(instant: Instant): string {
  return new Date(instant).toISOString().slice(0, 10);
}

function failed(source: string, reason: string): SourceReport {
  return { source, outcome: 'failed', reason };
}
