import { statSync } from 'node:fs';
import { join } from 'node:path';

/** What clients are pointed at so that they trust the gateway. */
export interface TrustFiles {
  /** The interception CA alone, PEM: for clients that add it to their own roots. */
  readonly ca: string;
  /** The CA and the public roots, PEM: for clients that replace their roots; tunnels that are not inspected need those. */
  readonly bundle: string;
  /** The same for Java. */
  readonly javaTrustStore: string;
}

/** The interception CA, as agents are told of it. */
export interface TrustedCa {
  readonly certificateFile: string;
  readonly certificatePem: string;
}

/** Below the data directory. */
export const TRUST_DIRECTORY = 'ca';
/** What the files were made of, as {@link trustSources} says it; written after them. */
export const SOURCES_FILE = 'trust-sources.json';

/** Where OpenSSL looks for the roots of a machine (SSL_CTX_set_default_verify_paths). */
const OWN_ROOTS = { file: '/etc/ssl/cert.pem', directory: '/etc/ssl/certs' };
/** The files of a data directory. */
export function trustFilesIn(dataDirectory: string, { certificateFile }: TrustedCa): TrustFiles {
  const directory = join(dataDirectory, TRUST_DIRECTORY);
  return { ca: certificateFile, bundle: join(directory, 'bundle.pem'), javaTrustStore: join(directory, 'truststore.p12') };
}

/** Text that changes with what the files are made of. */
export function trustSources({ certificatePem }: TrustedCa): string {
  const { SSL_CERT_FILE: file = OWN_ROOTS.file, SSL_CERT_DIR: directories = OWN_ROOTS.directory } = process.env;
  const roots = [file, ...directories.split(':')].map((path) => [path, stampOf(path)]);
  return JSON.stringify({ certificatePem, runtime: process.version, roots });
}

function stampOf(path: string): string | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  return found === undefined ? undefined : `${found.ino} ${found.mtimeMs} ${found.size}`;
}
