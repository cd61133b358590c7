import { constants } from 'node:crypto';
import {
  checkServerIdentity,
  createSecureContext,
  rootCertificates,
  type ConnectionOptions,
  type PeerCertificate,
  type SecureContext,
} from 'node:tls';
import { hostText, type Host } from '../core/address.ts';
import type { Failure } from '../core/codes.ts';
import type { OriginTlsMaterial, Permit } from '../core/exchange/permit.ts';
import { fail, ok, type Result } from '../core/result.ts';
import { readCertificates } from './issuer.ts';
import { originFailure } from './origin-failure.ts';

/** TLS toward origins. Nothing an agent sends, and no variable of the process, makes it verify less. */
export interface OriginTls {
  /** What `tls.connect` needs besides the connected socket. */
  options(permit: Pick<Permit, 'authority' | 'internal' | 'tls'>): ConnectionOptions;
  /** @failure origin_certificate | origin_protocol | connect_failed | connect_timeout */
  toFailure(error: Error): Failure;
}

/** `NODE_OPTIONS` can change Node's default list, so it is written out: forward secrecy first, no NULL, no RC4 (TLS-12). */
const CIPHERS =
  'TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:' +
  'ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:' +
  'ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305:' +
  'HIGH:!aNULL:!eNULL:!EXPORT:!DES:!3DES:!RC4:!MD5:!PSK:!SRP:!CAMELLIA:!ARIA';

const ALPN = ['http/1.1'];

/**
 * Verifying TLS toward origins. Public destinations rest on Mozilla's roots as Node ships them; `trust`, PEM texts of extra
 * trust anchors from the settings, counts for declared internal destinations only; what a permit brings along, for its own
 * connections only.
 *
 * @failure a sentence naming the trust entry (counted from 1) that is no certificate
 */
export function openOriginTls(trust: readonly string[]): Result<OriginTls, string> {
  const anchors: string[] = [];
  for (const [index, text] of trust.entries()) {
    const certificates = readCertificates(text);
    if (!certificates.ok) return fail(`trust[${index + 1}]: ${certificates.failure}`);
    if (certificates.value.length === 0)
      return fail(`trust[${index + 1}]: Found no certificate, expected PEM with "BEGIN CERTIFICATE"`);
    anchors.push(...certificates.value.map((certificate) => certificate.toString()));
  }
  const publicContext = clientContext(rootCertificates);
  const internalContext = anchors.length === 0 ? publicContext : clientContext([...rootCertificates, ...anchors]);
  const own = {
    public: ownContexts(rootCertificates),
    internal: ownContexts([...rootCertificates, ...anchors]),
  };
  return ok({
    options: ({ authority, internal, tls }) => {
      const shared = internal ? internalContext : publicContext;
      const context = tls === undefined ? shared : (internal ? own.internal : own.public)(tls);
      return connectionOptions(authority.host, context);
    },
    toFailure: originFailure,
  });
}

/** Contexts for what permits bring along, each made once; they end with the policy that the material belongs to. */
function ownContexts(base: readonly string[]): (material: OriginTlsMaterial) => SecureContext {
  const made = new WeakMap<OriginTlsMaterial, SecureContext>();
  return (material) => {
    const existing = made.get(material);
    if (existing !== undefined) return existing;
    const { anchors, client } = material.reveal();
    const context = clientContext([...base, ...anchors], client);
    made.set(material, context);
    return context;
  };
}

function clientContext(
  anchors: readonly string[],
  client?: { readonly certificate: string; readonly key: string },
): SecureContext {
  return createSecureContext({
    ca: [...anchors],
    ...(client !== undefined && { cert: client.certificate, key: client.key }),
    minVersion: 'TLSv1.2',
    ciphers: CIPHERS,
    secureOptions: constants.SSL_OP_NO_RENEGOTIATION | constants.SSL_OP_NO_COMPRESSION,
  });
}

function connectionOptions(host: Host, secureContext: SecureContext): ConnectionOptions {
  return {
    secureContext,
    // RFC 6066 §3: an address is never sent as a server name.
    servername: host.kind === 'name' ? host.name : '',
    rejectUnauthorized: true,
    ALPNProtocols: ALPN,
    checkServerIdentity: (_servername, certificate) => identityError(host, certificate),
  };
}

/** RFC 9525 §6.3: the subjectAltName alone names a server; Node would fall back to the common name. */
function identityError(host: Host, certificate: PeerCertificate): Error | undefined {
  const name = host.kind === 'name' ? host.name : host.address.text;
  if (certificate.subjectaltname === undefined) {
    return Object.assign(new Error(`Found a certificate without subjectAltName, expected one for ${hostText(host)}`), {
      code: 'ERR_TLS_CERT_ALTNAME_INVALID',
    });
  }
  return checkServerIdentity(name, certificate);
}
