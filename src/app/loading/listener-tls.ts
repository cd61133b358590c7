import { createPrivateKey, X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { fail, ok, type Result } from '../../core/result.ts';
import type { ListenerTls } from '../../listener/http1-server.ts';
import { readRevocations, Revocations } from '../../tls/revocation/revocations.ts';
import { readPem } from '../../tls/pem-file.ts';

/** Files of a listener's TLS, as settings name them. */
export interface ListenerTlsFiles {
  readonly certificate: string;
  readonly key: string;
  readonly 'client-ca'?: string | undefined;
  readonly crl?: string | undefined;
}

/**
 * Reads what a listener shows and trusts in TLS.
 * @param setting for the failure: `listen.proxy.tls`
 * @param known what it has of revocation lists: what they were read from is not parsed again
 * @failure a sentence that names the setting and the file: it cannot be read, or is not what it should be
 */
export async function readListenerTls(
  setting: string,
  files: ListenerTlsFiles,
  known?: ListenerTls['revocations'],
): Promise<Result<ListenerTls, string>> {
  if (files.crl !== undefined && files['client-ca'] === undefined) {
    return fail(`${setting}.crl: Found it without client-ca, expected the authorities of clients whose lists these are`);
  }
  const tls = await readCertificates(setting, files);
  if (!tls.ok || files.crl === undefined) return tls;
  const revocations = await readListenerRevocations(setting, files.crl, known);
  return revocations.ok ? ok({ ...tls.value, revocations: revocations.value }) : revocations;
}

/** @failure a sentence that names the setting and the file */
export async function readListenerRevocations(
  setting: string,
  crl: string,
  known?: ListenerTls['revocations'],
): Promise<Result<Revocations, string>> {
  const read = await readRevocations(crl, known instanceof Revocations ? known : undefined);
  return read.ok ? read : fail(`${setting}.crl: ${read.failure}`);
}

async function readCertificates(setting: string, files: ListenerTlsFiles): Promise<Result<ListenerTls, string>> {
  const certificate = await readPem(files.certificate);
  if (!certificate.ok) return fail(`${setting}.certificate: ${certificate.failure}`);
  const key = await readPem(files.key, 'the key of a listener');
  if (!key.ok) return fail(`${setting}.key: ${key.failure}`);
  const problem = pairProblem(files, certificate.value, key.value);
  if (problem !== undefined) return fail(`${setting}.${problem}`);
  if (files['client-ca'] === undefined) return ok({ certificate: certificate.value, key: key.value });
  const clientCa = await readPem(files['client-ca']);
  if (!clientCa.ok) return fail(`${setting}.client-ca: ${clientCa.failure}`);
  // OpenSSL takes a file without any certificate for none, and would then believe nobody without saying why.
  if (!isCertificate(clientCa.value))
    return fail(`${setting}.client-ca: ${files['client-ca']}: found no certificate, expected PEM`);
  return ok({ certificate: certificate.value, key: key.value, clientCa: clientCa.value });
}

function pairProblem(files: ListenerTlsFiles, certificate: string, key: string): string | undefined {
  if (!isCertificate(certificate)) return `certificate: ${files.certificate}: found no certificate, expected PEM`;
  try {
    if (!new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key))) {
      return `key: ${files.key}: found another key than that of ${files.certificate}, expected its own`;
    }
    createSecureContext({ cert: certificate, key });
    return undefined;
  } catch (error) {
    return `key: ${files.key}: ${(error as Error).message}, expected the unencrypted key of ${files.certificate}, PEM`;
  }
}

function isCertificate(text: string): boolean {
  try {
    return new X509Certificate(text).raw.length > 0;
  } catch {
    return false;
  }
}
