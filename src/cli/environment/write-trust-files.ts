import { X509Certificate } from 'node:crypto';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { getCACertificates } from 'node:tls';
import { fail, ok, type Result } from '../../core/result.ts';
import { pkcs12TrustStore } from './pkcs12-trust-store.ts';
import { SOURCES_FILE, TRUST_DIRECTORY, type TrustedCa, type TrustFiles, trustFilesIn, trustSources } from './trust-sources.ts';

/**
 * Writes the trust files beside the CA's certificate in the data directory.
 *
 * @failure a sentence for the operator
 */
export async function writeTrustFiles(ca: TrustedCa, dataDirectory: string): Promise<Result<TrustFiles, string>> {
  const directory = join(dataDirectory, TRUST_DIRECTORY);
  const files = trustFilesIn(dataDirectory, ca);
  // Before they are read: what changes meanwhile is newer than what is noted.
  const sources = trustSources(ca);
  // The same root is often found twice, by name and in a bundle.
  const certificates = [...new Set([...splitPem(ca.certificatePem), ...publicRoots()])];
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    await replaceFile(files.bundle, certificates.join(''));
    await replaceFile(files.javaTrustStore, pkcs12TrustStore(certificates.map((pem) => new X509Certificate(pem))));
    await replaceFile(join(directory, SOURCES_FILE), sources);
    return ok(files);
  } catch (error) {
    return fail(`The trust files cannot be written to ${directory}: ${(error as Error).message}`);
  }
}

/** The roots of the machine; where it has none to show, those that come with the runtime. */
function publicRoots(): readonly string[] {
  const system = getCACertificates('system');
  return (system.length > 0 ? system : getCACertificates('bundled')).flatMap(splitPem);
}

function splitPem(text: string): string[] {
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  return blocks.map((block) => `${block}\n`);
}

/** In one step, so that a client that starts meanwhile never reads half a file. */
async function replaceFile(path: string, content: string | Uint8Array): Promise<void> {
  const draft = join(dirname(path), `.${process.pid}.${Date.now()}.tmp`);
  await writeFile(draft, content, { mode: 0o644 });
  await rename(draft, path);
}
