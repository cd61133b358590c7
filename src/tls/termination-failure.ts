import type { Failure } from '../core/codes.ts';

/** OpenSSL's reasons for "this is not TLS as we speak it", in words for the record. */
const NOT_OUR_TLS: Readonly<Record<string, string>> = {
  ERR_SSL_HTTP_REQUEST: 'The client sent cleartext HTTP inside a tunnel that is inspected as TLS',
  ERR_SSL_HTTPS_PROXY_REQUEST: 'The client sent a CONNECT inside a tunnel that is inspected as TLS',
  ERR_SSL_WRONG_VERSION_NUMBER: 'The client sent no TLS inside a tunnel that is inspected as TLS',
  ERR_SSL_UNSUPPORTED_PROTOCOL: 'The client offered no TLS version from 1.2 on',
  ERR_SSL_NO_APPLICATION_PROTOCOL: 'The client offered neither h2 nor http/1.1 in ALPN',
  ERR_SSL_NO_SHARED_CIPHER: 'The client offered no cipher suite that is still allowed',
};

const DISTRUST = /UNKNOWN_CA|BAD_CERTIFICATE|CERTIFICATE_UNKNOWN|CERTIFICATE_EXPIRED|UNSUPPORTED_CERTIFICATE/i;

/** What an error during a handshake with a client means: protocol_not_allowed when it was no TLS of ours, else malformed_request. */
export function terminationFailure(error: Error): Failure {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const known = NOT_OUR_TLS[code];
  if (known !== undefined) return { code: 'protocol_not_allowed', detail: known };
  const detail = DISTRUST.test(code) ? 'The client does not trust the interception CA' : 'The TLS handshake failed';
  return { code: 'malformed_request', detail: `${detail} (${code === '' ? error.message : code})` };
}
