import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import { readPolicyFiles, type PolicyFile, type PolicyFileIssue, type PolicyFiles } from '../../config/policy-files.ts';
import type { PolicyDigest } from '../../core/ids.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { namedTlsFiles, tlsFileName, type NamedTlsFile } from '../../policy/tls-files.ts';
import { readClientCertificateFile, readTrustFile, type OriginTlsFile } from '../../tls/origin-tls-file.ts';

/** Policy files with everything they name. */
export interface PolicySource extends PolicyFiles {
  /** By {@link tlsFileName}: each named file, or what is wrong with it. */
  readonly tlsFiles: ReadonlyMap<string, Result<OriginTlsFile, string>>;
}

/** The policy files of a directory and what they name, as one reads them again and again. */
export type PolicyReader = () => Promise<Result<PolicySource, readonly PolicyFileIssue[]>>;

/** A reader that looks for names only when the policy files have changed; what is named is read every time. */
export function policyReader(directory: string): PolicyReader {
  let known: { readonly digest: PolicyDigest; readonly named: readonly NamedTlsFile[] } | undefined;
  return async () => {
    const files = await readPolicyFiles(directory);
    if (!files.ok) return files;
    if (known?.digest !== files.value.digest) {
      known = { digest: files.value.digest, named: namedTlsFiles(files.value.files) };
    }
    return ok(await withNamed(files.value, known.named));
  };
}

/** Policy files that were read already, with what they name. */
export function readNamedFiles(files: PolicyFiles): Promise<PolicySource> {
  return withNamed(files, namedTlsFiles(files.files));
}

async function withNamed(files: PolicyFiles, named: readonly NamedTlsFile[]): Promise<PolicySource> {
  const tlsFiles = new Map<string, Result<OriginTlsFile, string>>();
  for (const each of named) {
    const name = tlsFileName(each);
    if (!tlsFiles.has(name)) tlsFiles.set(name, await readNamed(each, files.files));
  }
  return { ...files, digest: tlsFiles.size === 0 ? files.digest : digestOf(files.digest, tlsFiles), tlsFiles };
}

async function readNamed(
  { file, use, path }: NamedTlsFile,
  files: readonly PolicyFile[],
): Promise<Result<OriginTlsFile, string>> {
  const directory = files.find((each) => each.file === file)?.directory;
  if (directory === undefined) return fail(`${path}: the policy file that names it lies in no directory`);
  const absolute = resolve(directory, path);
  return use === 'trust' ? readTrustFile(absolute) : readClientCertificateFile(absolute);
}

// A certificate that was replaced makes another policy, and so does a file that has been mended.
function digestOf(policy: PolicyDigest, tlsFiles: PolicySource['tlsFiles']): PolicyDigest {
  const hash = createHash('sha256').update(policy);
  for (const [name, read] of [...tlsFiles].sort(([a], [b]) => (a < b ? -1 : 1))) {
    hash.update(JSON.stringify([name, read.ok ? read.value.digest : read.failure]));
  }
  return `sha256:${hash.digest('hex')}` as PolicyDigest;
}
