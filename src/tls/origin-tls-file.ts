import { createHash, createPrivateKey, type X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { fail, ok, type Result } from '../core/result.ts';
import { readCertificates } from './issuer.ts';
import { readPem } from './pem-file.ts';

/** A file that a destination names under `tls`, read and found fit for its use. */
export interface OriginTlsFile {
  /** SHA-256 over the certificates in it, in hexadecimal; nothing of a key goes in. */
  readonly digest: string;
  /** All certificates in it, PEM, in order. */
  readonly certificates: readonly string[];
  /** PEM; only in a client certificate. */
  readonly privateKey?: string;
}

/**
 * Reads a file of trust anchors.
 *
 * @failure a sentence naming the file, what was found and what was expected
 */
export async function readTrustFile(path: string): Promise<Result<OriginTlsFile, string>> {
  const text = await readPem(path);
  if (!text.ok) return text;
  const certificates = certificatesIn(text.value, path);
  return certificates.ok ? ok(fileOf(certificates.value)) : certificates;
}

/**
 * Reads a client certificate: the certificate itself first, then its chain, and anywhere its unencrypted key. Nobody but the
 * gateway may be able to read it.
 *
 * @failure a sentence naming the file, what was found and what was expected
 */
export async function readClientCertificateFile(path: string): Promise<Result<OriginTlsFile, string>> {
  const text = await readPem(path, 'the key of a client certificate');
  if (!text.ok) return text;
  const certificates = certificatesIn(text.value, path);
  if (!certificates.ok) return certificates;
  const file = fileOf(certificates.value);
  const [privateKey, ...others] = text.value.match(PEM_PRIVATE_KEY) ?? [];
  if (privateKey === undefined || others.length > 0) return fail(`${path}: ${KEY_MISSING}`);
  const misfit = keyMisfit(certificates.value[0], privateKey) ?? unusable(file, privateKey);
  return misfit === undefined ? ok({ ...file, privateKey }) : fail(`${path}: ${misfit}`);
}

/** Encrypted ones have a hyphen or another label, so they are none. */
const PEM_PRIVATE_KEY = /-----BEGIN (?:EC |RSA )?PRIVATE KEY-----[^-]+-----END (?:EC |RSA )?PRIVATE KEY-----/g;
const KEY_MISSING = 'Found no private key or several, expected one, unencrypted, in PEM beside the certificate';

function certificatesIn(text: string, path: string): Result<readonly X509Certificate[], string> {
  const certificates = readCertificates(text);
  if (!certificates.ok) return fail(`${path}: ${certificates.failure}`);
  if (certificates.value.length > 0) return certificates;
  return fail(`${path}: Found no certificate, expected PEM with "BEGIN CERTIFICATE"`);
}

function fileOf(read: readonly X509Certificate[]): OriginTlsFile {
  const certificates = read.map((certificate) => certificate.toString());
  return { digest: createHash('sha256').update(certificates.join('')).digest('hex'), certificates };
}

function keyMisfit(certificate: X509Certificate | undefined, privateKey: string): string | undefined {
  try {
    if (certificate?.checkPrivateKey(createPrivateKey(privateKey)) === true) return undefined;
    return 'Found the key of another certificate, expected that of the first one';
  } catch {
    // What a parser says may quote the file.
    return 'Found a private key that cannot be read, expected one in PEM';
  }
}

// OpenSSL refuses what is too weak; better now than when an agent waits.
function unusable({ certificates }: OriginTlsFile, privateKey: string): string | undefined {
  try {
    createSecureContext({ cert: certificates.join(''), key: privateKey });
    return undefined;
  } catch (error) {
    return `Found a certificate that TLS does not take (${error instanceof Error ? error.message : String(error)})`;
  }
}
