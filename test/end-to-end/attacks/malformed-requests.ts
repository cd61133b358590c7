import type { Code } from '../../../src/core/codes.ts';

/** A request that is not well-formed, for the proxy port and for the inside of an intercepted tunnel alike. */
export interface MalformedRequest {
  /** Id in the catalogue of attacks. */
  readonly id: string;
  readonly title: string;
  /** @param target absolute-form to the proxy, origin-form inside @param host what Host has to say */
  readonly bytes: (target: string, host: string) => string;
  /** 400 unless given. */
  readonly status?: number;
  /** `malformed_request` unless given. */
  readonly code?: Code;
  /** Only where it means something: absent for both. */
  readonly only?: 'proxy' | 'tunnel';
}

const post =
  (lines: readonly string[], content = '') =>
  (target: string, host: string) =>
    `POST ${target} HTTP/1.1\r\nHost: ${host}\r\n${lines.join('\r\n')}\r\n\r\n${content}`;

const SMUGGLED = 'GET /smuggled HTTP/1.1\r\nHost: smuggled.example\r\n\r\n';

const withCoding = (coding: string) => post([`Transfer-Encoding: ${coding}`], `0\r\n\r\n${SMUGGLED}`);
const withLength = (length: string) => post([`Content-Length: ${length}`], 'abcde');

/** What two parsers could read differently is answered and never forwarded. */
export const MALFORMED_REQUESTS: readonly MalformedRequest[] = [
  {
    id: 'H1-01',
    title: 'Content-Length and Transfer-Encoding',
    bytes: post(['Content-Length: 4', 'Transfer-Encoding: chunked'], `0\r\n\r\n${SMUGGLED}`),
  },
  {
    id: 'H1-01',
    title: 'Transfer-Encoding and Content-Length',
    bytes: post(['Transfer-Encoding: chunked', 'Content-Length: 5'], `0\r\n\r\n${SMUGGLED}`),
  },
  ...[
    'chunKed',
    'chunked, identity',
    'identity, chunked',
    'xchunked',
    'chunked, chunked',
    '"chunked"',
    'gzip, chunked',
    'chunked;q=1',
    '\x0bchunked',
    ',',
  ].map((coding) => ({ id: 'H1-02', title: `Transfer-Encoding ${JSON.stringify(coding)}`, bytes: withCoding(coding) })),
  {
    id: 'H1-02',
    title: 'two Transfer-Encoding lines',
    bytes: post(['Transfer-Encoding: chunked', 'Transfer-Encoding: identity'], `0\r\n\r\n${SMUGGLED}`),
  },
  {
    id: 'H1-02',
    title: 'Transfer-Encoding in HTTP/1.0',
    bytes: (target, host) =>
      `POST ${target} HTTP/1.0\r\nHost: ${host}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${SMUGGLED}`,
  },
  { id: 'H1-03', title: 'two lengths that differ', bytes: post(['Content-Length: 5', 'Content-Length: 6'], 'abcdef') },
  { id: 'H1-03', title: 'two lengths that agree', bytes: post(['Content-Length: 5', 'Content-Length: 5'], 'abcde') },
  { id: 'H1-03', title: 'a list of lengths', bytes: withLength('5, 5') },
  ...['+1', '-1', '0x10', '1e3', '5 5', '05', '5.0', '99999999999999999999', ''].map((length) => ({
    id: 'H1-04',
    title: `Content-Length ${JSON.stringify(length)}`,
    bytes: withLength(length),
  })),
  { id: 'H1-05', title: 'a space before the colon', bytes: post(['Content-Length : 5'], 'abcde') },
  { id: 'H1-05', title: 'a tab before the colon', bytes: post(['Transfer-Encoding\t: chunked'], `0\r\n\r\n${SMUGGLED}`) },
  {
    id: 'H1-05',
    title: 'a space before the first field name',
    bytes: (target, host) => `GET ${target} HTTP/1.1\r\n X-A: b\r\nHost: ${host}\r\n\r\n`,
  },
  { id: 'H1-06', title: 'a folded line', bytes: post(['X-A: b', '  Transfer-Encoding: chunked'], `0\r\n\r\n${SMUGGLED}`) },
  { id: 'H1-06', title: 'a folded line that begins with a tab', bytes: post(['X-A: b', '\tc']) },
  { id: 'H1-07', title: 'field lines that end in LF', bytes: (target, host) => `GET ${target} HTTP/1.1\nHost: ${host}\n\n` },
  {
    id: 'H1-07',
    title: 'one field line that ends in LF',
    bytes: post(['X-A: b\nTransfer-Encoding: chunked'], `0\r\n\r\n${SMUGGLED}`),
  },
  { id: 'H1-07', title: 'CR inside a value', bytes: post(['X-A: b\rTransfer-Encoding: chunked']) },
  { id: 'H1-07', title: 'NUL inside a value', bytes: post(['X-A: b\0c']) },
  { id: 'H1-07', title: 'NUL inside a name', bytes: post(['X-\0A: b']) },
  {
    id: 'H1-13',
    title: 'two Host lines',
    bytes: (target, host) => `GET ${target} HTTP/1.1\r\nHost: ${host}\r\nHost: other.example\r\n\r\n`,
  },
  {
    id: 'H1-13',
    title: 'two equal Host lines',
    bytes: (target, host) => `GET ${target} HTTP/1.1\r\nHost: ${host}\r\nHost: ${host}\r\n\r\n`,
  },
  {
    id: 'H1-13',
    title: 'a list of hosts',
    bytes: (target, host) => `GET ${target} HTTP/1.1\r\nHost: ${host}, other.example\r\n\r\n`,
  },
  { id: 'H1-13', title: 'an empty Host', bytes: (target) => `GET ${target} HTTP/1.1\r\nHost:\r\n\r\n` },
  { id: 'H1-13', title: 'no Host', bytes: (target) => `GET ${target} HTTP/1.1\r\nX-A: b\r\n\r\n` },
  { id: 'H1-13', title: 'no Host in HTTP/1.0', bytes: (target) => `GET ${target} HTTP/1.0\r\n\r\n` },
  {
    id: 'H1-13',
    title: 'user information in Host',
    bytes: (target, host) => `GET ${target} HTTP/1.1\r\nHost: a@${host}\r\n\r\n`,
  },
  {
    id: 'H1-14',
    title: 'origin-form to the proxy port',
    bytes: (_target, host) => `GET /x HTTP/1.1\r\nHost: ${host}\r\n\r\n`,
    only: 'proxy',
  },
  {
    id: 'H1-14',
    title: 'asterisk-form to the proxy port',
    bytes: (_target, host) => `OPTIONS * HTTP/1.1\r\nHost: ${host}\r\n\r\n`,
    only: 'proxy',
  },
  {
    id: 'H1-14',
    title: 'a path of two slashes',
    bytes: (_target, host) => `GET //${host}/x HTTP/1.1\r\nHost: ${host}\r\n\r\n`,
    only: 'proxy',
  },
  {
    id: 'H1-14',
    title: 'absolute-form inside a tunnel',
    bytes: (_target, host) => `GET http://${host}/x HTTP/1.1\r\nHost: ${host}\r\n\r\n`,
    only: 'tunnel',
  },
  {
    id: 'H1-14',
    title: 'CONNECT inside a tunnel',
    bytes: (_target, host) => `CONNECT ${host} HTTP/1.1\r\nHost: ${host}\r\n\r\n`,
    only: 'tunnel',
  },
  ...['ftp:', 'gopher:', 'ws:', 'https:', 'HTTPX:'].map((scheme) => ({
    id: 'H1-15',
    title: `the scheme ${scheme}`,
    bytes: (_target: string, host: string) => `GET ${scheme}//${host}/x HTTP/1.1\r\nHost: ${host}\r\n\r\n`,
  })),
  ...['file:///etc/passwd', 'javascript:alert(1)', 'data:text/plain,x', 'http:', 'http:/x', 'http://', 'http:///x'].map(
    (target) => ({
      id: 'H1-15',
      title: `the target ${target}`,
      bytes: (_target: string, host: string) => `GET ${target} HTTP/1.1\r\nHost: ${host}\r\n\r\n`,
    }),
  ),
  {
    id: 'H1-17',
    title: 'a request line of 10 KB',
    bytes: (target, host) => `GET ${target}?${'a'.repeat(10_000)} HTTP/1.1\r\nHost: ${host}\r\n\r\n`,
    status: 414,
    code: 'target_too_long',
  },
  // The size of the section is counted before its first line is complete.
  {
    id: 'H1-17',
    title: 'a request line of 64 KB',
    bytes: (target, host) => `GET ${target}?${'a'.repeat(64_000)} HTTP/1.1\r\nHost: ${host}\r\n\r\n`,
    status: 431,
    code: 'header_too_large',
  },
  {
    id: 'H1-17',
    title: 'a field of 1 MB',
    bytes: post([`X-A: ${'a'.repeat(1_000_000)}`]),
    status: 431,
    code: 'header_too_large',
  },
  {
    id: 'H1-17',
    title: '5000 fields',
    bytes: post(Array.from({ length: 5000 }, (_, i) => `X-${i}: a`)),
    status: 431,
    code: 'header_too_large',
  },
  {
    id: 'H1-17',
    title: '300 short fields',
    bytes: post(Array.from({ length: 300 }, () => 'a: b')),
    status: 431,
    code: 'header_too_large',
  },
  {
    id: 'H1-17',
    title: 'a section without an end',
    bytes: (target) => `GET ${target} HTTP/1.1\r\n${'a: b\r\n'.repeat(9000)}`,
    status: 431,
    code: 'header_too_large',
  },
  {
    id: 'H1-18',
    title: 'a control character in the target',
    bytes: (target, host) => `GET ${target}\x01 HTTP/1.1\r\nHost: ${host}\r\n\r\n`,
  },
  {
    id: 'H1-18',
    title: 'CR in the target',
    bytes: (target, host) => `GET ${target}\rX-Inj:1 HTTP/1.1\r\nHost: ${host}\r\n\r\n`,
  },
  { id: 'H1-18', title: 'a space in the target', bytes: (target, host) => `GET ${target} x HTTP/1.1\r\nHost: ${host}\r\n\r\n` },
  {
    id: 'H1-18',
    title: 'a byte beyond ASCII in the target',
    bytes: (target, host) => `GET ${target}\xff HTTP/1.1\r\nHost: ${host}\r\n\r\n`,
  },
  {
    id: 'H1-18',
    title: 'a fragment in the target',
    bytes: (target, host) => `GET ${target}#x HTTP/1.1\r\nHost: ${host}\r\n\r\n`,
  },
  {
    id: 'HDR-08',
    title: 'TRACE',
    bytes: (target, host) =>
      `TRACE ${target} HTTP/1.1\r\nHost: ${host}\r\nAuthorization: Bearer own-secret\r\nMax-Forwards: 0\r\n\r\n`,
  },
];
