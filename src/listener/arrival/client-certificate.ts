import type { DetailedPeerCertificate, TLSSocket } from 'node:tls';
import type { ClientCertificate } from '../../core/exchange/exchange.ts';
import type { Revocations } from '../http1-server.ts';

/** Longer chains do not verify. */
const LONGEST_CHAIN = 100;

/**
 * What a client showed in the handshake; undefined where it showed nothing.
 * @param revocations those that count now; undefined where none are read
 */
export function clientCertificateOf(
  socket: TLSSocket,
  revocations: () => Revocations | undefined,
): ClientCertificate | undefined {
  const certificate = socket.getPeerX509Certificate();
  if (certificate === undefined) return undefined;
  return {
    names: alternativeNames(certificate.subjectAltName ?? ''),
    notAfter: certificate.validToDate.getTime(),
    fingerprint: certificate.fingerprint256,
    ...(revocations() !== undefined && { revocation: revocationOf(chainOf(socket), revocations) }),
    ...(!socket.authorized && { problem: String(socket.authorizationError ?? 'it is not trusted') }),
  };
}

function revocationOf(
  chain: readonly Uint8Array[],
  revocations: () => Revocations | undefined,
): NonNullable<ClientCertificate['revocation']> {
  return (now) => revocations()?.problem(chain, now);
}

/** The certificate and those that vouch for it, in DER. */
function chainOf(socket: TLSSocket): Uint8Array[] {
  const chain: Uint8Array[] = [];
  let certificate: DetailedPeerCertificate | undefined = socket.getPeerCertificate(true);
  while (certificate !== undefined && chain.length < LONGEST_CHAIN) {
    chain.push(certificate.raw);
    const issuer: DetailedPeerCertificate | undefined = certificate.issuerCertificate;
    // A root is its own.
    certificate = issuer === certificate ? undefined : issuer;
  }
  return chain;
}

/** An entry as Node writes it: `URI:spiffe://a/b`, or as JSON where the value could be taken for more than one entry. */
const ENTRY = /(URI|DNS):(?:("(?:[^"\\]|\\.)*")|([^",]*))(?:, |$)/gy;
/** Of any other kind: `IP Address:…`, `email:…`, `othername:<unsupported>`, `DirName:…`. */
const OTHER = /[^:"]+:(?:"(?:[^"\\]|\\.)*"|[^",]*)(?:, |$)/gy;

/**
 * URIs and DNS names of a subjectAltName. What is not understood ends it: what follows could be part of a value.
 * @param text as `X509Certificate.subjectAltName` has it
 */
export function alternativeNames(text: string): readonly string[] {
  const names: string[] = [];
  for (let at = 0; at < text.length;) {
    ENTRY.lastIndex = at;
    const [entry, , quoted, plain] = ENTRY.exec(text) ?? [];
    if (entry !== undefined) names.push(quoted === undefined ? (plain ?? '') : (JSON.parse(quoted) as string));
    OTHER.lastIndex = at;
    const length = (entry ?? OTHER.exec(text)?.[0])?.length;
    if (length === undefined) return [];
    at += length;
  }
  return names;
}
