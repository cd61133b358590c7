import * as Type from 'typebox/type';
import { fail, ok, type Result } from '../../core/result.ts';
import { parseInstant } from '../../core/units.ts';
import { parseJson } from './parse-json.ts';

/**
 * What lies in the directory of tables (`data/geo`): which files, from whom, of which day, with which bytes. A reader takes
 * only files that are named here and have the digest that is written here; the manifest is replaced after the files it names,
 * so a file that was swapped half-way is refused, not half-trusted.
 */
export interface Manifest {
  readonly version: 1;
  readonly files: readonly ManifestEntry[];
}

export interface ManifestEntry {
  /** Plain file name beside the manifest: `aws.csv`, `dbip.mmdb`. */
  readonly file: string;
  /** `ranges`: CSV of {@link RangeRow}; `geoip`: MaxMind DB with a country per network. */
  readonly kind: 'ranges' | 'geoip';
  /** Who states it: `aws`, `gcp`, `azure`, `dbip` … */
  readonly provider: string;
  /** Where it was fetched; several documents of one publisher are separated by a space. */
  readonly source: string;
  /** The day the publisher's data is of, `YYYY-MM-DD`. */
  readonly date: string;
  /** RFC 3339, UTC. */
  readonly fetchedAt: string;
  /** Of the file's bytes, 64 lower-case hex digits. */
  readonly sha256: string;
  /** Rows of a range file; nodes of the search tree of a MaxMind DB. */
  readonly rows: number;
}

/** Name of the manifest in the directory of tables. */
export const MANIFEST_FILE = 'manifest.json';

/** More than any installation has; beyond it the file is not ours. */
const MAX_FILES = 256;

const Entry = Type.Object({
  file: Type.String({ pattern: '^[a-z0-9][a-z0-9-]{0,63}\\.(?:csv|mmdb)$' }),
  kind: Type.Optional(Type.Union([Type.Literal('ranges'), Type.Literal('geoip')])),
  provider: Type.String({ pattern: '^[a-z0-9][a-z0-9-]{0,63}$' }),
  source: Type.String({ minLength: 1, maxLength: 4096 }),
  date: Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$' }),
  fetchedAt: Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}T' }),
  sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }),
  rows: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }),
});
const Document = Type.Object({ version: Type.Literal(1), files: Type.Array(Entry, { maxItems: MAX_FILES }) });

/** The manifest that a `manifest.json` states; the failure names the member that is wrong. */
export function parseManifest(text: string): Result<Manifest, string> {
  const document = parseJson(text, Document);
  if (!document.ok) return document;
  const files: ManifestEntry[] = [];
  for (const [index, { kind = 'ranges', ...rest }] of document.value.files.entries()) {
    const problem = problemOf({ ...rest, kind }, files);
    if (problem !== undefined) return fail(`/files/${index}/${problem}`);
    files.push(ordered({ ...rest, kind }));
  }
  return ok({ version: 1, files });
}

/** The text of a manifest: sorted by file, two spaces, final newline, so that equal manifests are equal bytes. */
export function printManifest(manifest: Manifest): string {
  const files = manifest.files.toSorted((a, b) => (a.file < b.file ? -1 : 1)).map(ordered);
  return `${JSON.stringify({ version: manifest.version, files }, undefined, 2)}\n`;
}

/** The manifest in which `entry` stands instead of the one with the same file, if there was one. */
export function withEntry(manifest: Manifest, entry: ManifestEntry): Manifest {
  return { version: 1, files: [...manifest.files.filter(({ file }) => file !== entry.file), entry] };
}

/** What the shape alone cannot say. */
function problemOf(entry: ManifestEntry, before: readonly ManifestEntry[]): string | undefined {
  const extension = entry.kind === 'geoip' ? '.mmdb' : '.csv';
  if (!entry.file.endsWith(extension)) return `file: found "${entry.file}", expected ${extension} for ${entry.kind}`;
  if (before.some(({ file }) => file === entry.file)) return `file: found "${entry.file}" twice`;
  for (const member of ['date', 'fetchedAt'] as const) {
    const instant = parseInstant(entry[member]);
    if (!instant.ok) return `${member}: ${instant.failure}`;
  }
  return undefined;
}

function ordered({ file, kind, provider, source, date, fetchedAt, sha256, rows }: ManifestEntry): ManifestEntry {
  return { file, kind, provider, source, date, fetchedAt, sha256, rows };
}
