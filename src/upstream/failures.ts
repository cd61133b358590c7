import type { Code, Failure } from '../core/codes.ts';

/** Carries a {@link Failure} through undici, which hands connector errors to the response handler. */
export class UpstreamError extends Error {
  override readonly name: string = 'UpstreamError';
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.detail);
    this.failure = failure;
  }
}

/** The origin says that it has done nothing with the request (RFC 9113 §8.7), whatever its method. */
export class UnprocessedError extends UpstreamError {
  override readonly name = 'UnprocessedError';
}

/** Error codes of undici and of the operating system, and what they mean for the exchange. */
const BY_CODE: Readonly<Record<string, Code>> = {
  UND_ERR_HEADERS_TIMEOUT: 'origin_timeout',
  UND_ERR_BODY_TIMEOUT: 'origin_timeout',
  UND_ERR_CONNECT_TIMEOUT: 'connect_timeout',
  UND_ERR_SOCKET: 'origin_protocol',
  UND_ERR_HEADERS_OVERFLOW: 'origin_protocol',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'origin_protocol',
  UND_ERR_REQ_CONTENT_LENGTH_MISMATCH: 'malformed_request',
  UND_ERR_INVALID_ARG: 'malformed_request',
  ETIMEDOUT: 'origin_timeout',
  ECONNRESET: 'origin_protocol',
  EPIPE: 'origin_protocol',
};

/** The failure behind an error that undici or a socket reported on a connection that stood; dialling names its own. */
export function toFailure(error: Error): Failure {
  if (error instanceof UpstreamError) return error.failure;
  const code = errorCode(error);
  if (code.startsWith('HPE_')) return { code: 'origin_protocol', detail: `${code}: ${error.message}` };
  return { code: BY_CODE[code] ?? 'origin_protocol', detail: code === '' ? error.message : `${code}: ${error.message}` };
}

/** The `code` of a system or undici error; empty when it has none. */
export function errorCode(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : '';
}
