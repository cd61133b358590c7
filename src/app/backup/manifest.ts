import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Bytes } from '../../core/units.ts';

/** What a backup holds, so that one that was changed or is not whole is found before anything is restored. */
export interface Manifest {
  readonly v: typeof VERSION;
  /** RFC 3339. */
  readonly createdAt: string;
  /** Whether the SQLite store is in it. */
  readonly store: 'sqlite' | 'elsewhere';
  readonly files: readonly ManifestFile[];
}

export interface ManifestFile {
  /** Below the data directory, with `/`. */
  readonly path: string;
  readonly bytes: Bytes;
  /** SHA-256, hexadecimal. */
  readonly digest: string;
}

export const MANIFEST = 'manifest.json';
export const VERSION = 1;

export async function manifestFile(directory: string, path: string): Promise<ManifestFile> {
  const file = join(directory, path);
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return { path, bytes: (await stat(file)).size, digest: hash.digest('hex') };
}

/**
 * The manifest of a backup whose files are all there, as they were.
 * @failure a sentence that names what was found and what was expected
 */
export async function readBackup(directory: string): Promise<Result<Manifest, string>> {
  const manifest = await readManifest(join(directory, MANIFEST));
  if (!manifest.ok) return manifest;
  for (const expected of manifest.value.files) {
    const found = await manifestFile(directory, expected.path).catch((error: Error) => error);
    if (found instanceof Error) return fail(`${join(directory, expected.path)}: ${found.message}`);
    if (found.bytes === expected.bytes && found.digest === expected.digest) continue;
    return fail(`${join(directory, expected.path)}: found other content than when the backup was made`);
  }
  return manifest;
}

/** What a path in a manifest may be: nothing that leads out of where it is restored to. */
const PATH = /^(?:[A-Za-z0-9_-][A-Za-z0-9_.-]*\/)*[A-Za-z0-9_-][A-Za-z0-9_.-]*$/;

async function readManifest(file: string): Promise<Result<Manifest, string>> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    return fail(`${file}: ${(error as Error).message}`);
  }
  const parsed = parseObject(text);
  if (parsed === undefined) return fail(`${file}: found no JSON object, expected the manifest of a backup`);
  if (parsed['v'] !== VERSION)
    return fail(`${file}: found version ${JSON.stringify(parsed['v'])}, expected ${VERSION}: a newer Cordon made it`);
  const { files } = parsed;
  const isWhole = Array.isArray(files) && files.every(isManifestFile);
  return isWhole ? ok(parsed as unknown as Manifest) : fail(`${file}: found files without path, size and digest`);
}

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function isManifestFile(value: unknown): value is ManifestFile {
  const { path, bytes, digest } = (value ?? {}) as Partial<Record<keyof ManifestFile, unknown>>;
  return typeof path === 'string' && PATH.test(path) && typeof bytes === 'number' && typeof digest === 'string';
}
