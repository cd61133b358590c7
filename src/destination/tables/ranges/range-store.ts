import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fail, ok, type Result } from '../../../core/result.ts';
import { compileRanges, MAX_RANGE_FILES, type CompiledRanges } from '../../range-table.ts';
import { MANIFEST_FILE, parseManifest, type ManifestEntry } from '../../update/manifest.ts';
import { replaceFile } from '../../update/replace-file.ts';
import { decodeRanges, encodeRanges } from './range-cache.ts';
import { parseRangeRows, type RangeRows } from './range-rows.ts';

/** A file that its manifest names and that has the digest it states. */
export interface VerifiedFile {
  readonly entry: ManifestEntry;
  readonly directory: string;
  readonly bytes: Buffer;
}

/** A table that is not there, with what was found instead. It proves nothing (POL-01). */
export interface TableProblem {
  readonly table: string;
  readonly detail: string;
}

/** The compiled form beside the manifest; a copy that may be deleted at any time. */
const CACHE_FILE = 'ranges.compiled';
/** Larger than any list or database there is; a file beyond it is not read into memory. */
const MAX_FILE_BYTES = 256 * 1024 * 1024;

/**
 * The files of directories with a manifest, verified. Of two files of one name the newer counts: what was fetched replaces what
 * was shipped, and an old fetch does not hide a new release. A directory without a manifest holds nothing.
 */
export async function readVerifiedFiles(
  directories: readonly string[],
): Promise<{ readonly files: readonly VerifiedFile[]; readonly problems: readonly TableProblem[] }> {
  const files = new Map<string, VerifiedFile>();
  const problems: TableProblem[] = [];
  for (const directory of directories) {
    const entries = await readEntries(directory);
    if (!entries.ok) problems.push({ table: MANIFEST_FILE, detail: entries.failure });
    for (const entry of entries.ok ? entries.value : []) {
      const file = await readVerified(directory, entry);
      if (!file.ok) problems.push({ table: entry.file, detail: file.failure });
      else if ((files.get(entry.file)?.entry.date ?? '') < entry.date) files.set(entry.file, file.value);
    }
  }
  return {
    files: [...files.values()],
    problems: problems.filter(({ table }) => !files.has(table)),
  };
}

/** The compiled table, and the files that are in it by their number. */
export interface LoadedRanges {
  readonly compiled: CompiledRanges;
  readonly files: readonly VerifiedFile[];
  readonly problems: readonly TableProblem[];
}

/**
 * The compiled table of verified range files: from the cache when it was made from exactly these files, else compiled, and the
 * cache written again as far as the directory lets us. A file that cannot be read is left out alone.
 *
 * @param cacheDirectory where the cache may be written; undefined: nowhere
 */
export async function loadRanges(files: readonly VerifiedFile[], cacheDirectory: string | undefined): Promise<LoadedRanges> {
  const key = createHash('sha256')
    .update(files.map(({ entry }) => `${entry.file} ${entry.sha256}\n`).join(''))
    .digest('hex');
  const cached = cacheDirectory === undefined ? undefined : await readCache(join(cacheDirectory, CACHE_FILE), key);
  if (cached !== undefined) return { compiled: cached, files, problems: [] };

  const rows: RangeRows[] = [];
  const used: VerifiedFile[] = [];
  const problems: TableProblem[] = [];
  for (const file of files) {
    const parsed = parseRangeRows(file.bytes.toString('utf8'));
    if (!parsed.ok) problems.push({ table: file.entry.file, detail: parsed.failure });
    else if (used.length === MAX_RANGE_FILES)
      problems.push({ table: file.entry.file, detail: `more than ${MAX_RANGE_FILES} lists` });
    else {
      rows.push(parsed.value);
      used.push(file);
    }
  }
  const compiled = compileRanges(rows);
  // Only what has no problems is kept, so that a problem is seen at every start. A cache that cannot be written costs time.
  if (cacheDirectory !== undefined && problems.length === 0) {
    await replaceFile(cacheDirectory, CACHE_FILE, encodeRanges(compiled, key));
  }
  return { compiled, files: used, problems };
}

async function readEntries(directory: string): Promise<Result<readonly ManifestEntry[], string>> {
  const text = await readIfThere(join(directory, MANIFEST_FILE));
  if (text === undefined) return ok([]);
  const manifest = text.ok ? parseManifest(text.value.toString('utf8')) : text;
  return manifest.ok ? ok(manifest.value.files) : manifest;
}

async function readVerified(directory: string, entry: ManifestEntry): Promise<Result<VerifiedFile, string>> {
  const bytes = await readIfThere(join(directory, entry.file));
  if (bytes === undefined) return fail('the manifest names it, but there is no such file');
  if (!bytes.ok) return bytes;
  const digest = createHash('sha256').update(bytes.value).digest('hex');
  if (digest !== entry.sha256) {
    return fail(`found ${bytes.value.length} bytes with SHA-256 ${digest}, expected ${entry.sha256}: cut or altered`);
  }
  return ok({ entry, directory, bytes: bytes.value });
}

async function readCache(path: string, key: string): Promise<CompiledRanges | undefined> {
  const bytes = await readIfThere(path);
  return bytes?.ok === true ? decodeRanges(bytes.value, key) : undefined;
}

/** The bytes of a file; undefined when there is none. */
async function readIfThere(path: string): Promise<Result<Buffer, string> | undefined> {
  try {
    const bytes = await readFile(path);
    return bytes.length > MAX_FILE_BYTES ? fail(`found ${bytes.length} bytes, expected at most ${MAX_FILE_BYTES}`) : ok(bytes);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' ? undefined : fail(`cannot be read: ${message}`);
  }
}
