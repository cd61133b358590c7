import type { Result } from '../core/result.ts';
import { readSections } from './compile/sections.ts';
import { IssueList } from './issue.ts';
import { parseSource, type SourceText } from './source.ts';

/** What a file that a destination names is for. */
export type TlsFileUse = 'trust' | 'client-certificate';

/** A file that a destination names under `tls`. */
export interface NamedTlsFile {
  /** The policy file that names it; a relative path starts in its directory. */
  readonly file: string;
  readonly use: TlsFileUse;
  /** As it is written. */
  readonly path: string;
}

/** What whoever read the named files found, by {@link tlsFileName}: a digest of the certificates in it, or what is wrong. */
export type TlsFileDigests = ReadonlyMap<string, Result<string, string>>;

/** One text per named file, for maps. */
export function tlsFileName({ file, use, path }: NamedTlsFile): string {
  return JSON.stringify([file, use, path]);
}

/**
 * Every file that the policy files name under `tls`: what has to be read before they are compiled. Errors in them are left to
 * the compiler.
 */
export function namedTlsFiles(sources: readonly SourceText[]): readonly NamedTlsFile[] {
  const parsed = sources.filter(mayName).flatMap(({ file, text }) => parseSource(file, text, new IssueList()) ?? []);
  if (parsed.length === 0) return [];
  const { destinations } = readSections(parsed, new IssueList());
  return destinations.flatMap(({ text: { tls }, spot }) => {
    const { file } = spot.source;
    return [
      ...(tls?.trust === undefined ? [] : [{ file, use: 'trust' as const, path: tls.trust }]),
      ...(tls?.['client-certificate'] === undefined
        ? []
        : [{ file, use: 'client-certificate' as const, path: tls['client-certificate'] }]),
    ];
  });
}

/** Most policies name none and need not be read twice. Only an escape can write the key without its letters. */
function mayName({ text }: SourceText): boolean {
  return text.includes('tls') || text.includes('\\');
}
