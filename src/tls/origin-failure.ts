import type { Code, Failure } from '../core/codes.ts';

/** Verification results of OpenSSL as Node names them, and Node's own. Anything new of the kind ends up in `UNSPECIFIED`. */
const CERTIFICATE_CODES: ReadonlySet<string> = new Set([
  'CERT_CHAIN_TOO_LONG',
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'CERT_REJECTED',
  'CERT_REVOKED',
  'CERT_SIGNATURE_FAILURE',
  'CERT_UNTRUSTED',
  'CRL_HAS_EXPIRED',
  'CRL_NOT_YET_VALID',
  'CRL_SIGNATURE_FAILURE',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'ERROR_IN_CERT_NOT_AFTER_FIELD',
  'ERROR_IN_CERT_NOT_BEFORE_FIELD',
  'ERR_TLS_CERT_ALTNAME_FORMAT',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'HOSTNAME_MISMATCH',
  'INVALID_CA',
  'INVALID_PURPOSE',
  'PATH_LENGTH_EXCEEDED',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY',
  'UNABLE_TO_DECRYPT_CERT_SIGNATURE',
  'UNABLE_TO_GET_CRL',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNSPECIFIED',
]);

/**
 * What an error of `tls.connect` means for the exchange (TLS-11), or one of Node's parser of HTTP (`HPE_`).
 *
 * @returns origin_certificate when the certificate did not verify, origin_protocol when TLS or HTTP itself failed, connect_timeout or
 * connect_failed when the connection did
 */
export function originFailure(error: Error): Failure {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return { code: classify(code), detail: code === '' ? error.message : `${code}: ${error.message}` };
}

function classify(code: string): Code {
  if (CERTIFICATE_CODES.has(code)) return 'origin_certificate';
  if (/^(?:ERR_(?:SSL|TLS|OSSL)|HPE)_/.test(code) || code === 'EPROTO') return 'origin_protocol';
  return code === 'ETIMEDOUT' ? 'connect_timeout' : 'connect_failed';
}
