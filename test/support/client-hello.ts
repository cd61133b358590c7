import { randomBytes } from 'node:crypto';

export interface HelloOptions {
  /** Bytes of the server_name extension's one name, latin-1; absent: no extension. */
  readonly serverName?: string;
  /** Further extensions: type and content. */
  readonly extensions?: readonly (readonly [type: number, content: Buffer])[];
}

/**
 * The first flight of a TLS 1.3 client that a server goes on from, one record long (RFC 8446 §4.1.2): for what no TLS
 * library sends. Nobody holds the private key of its share, so the handshake ends after the server's flight.
 */
export function clientHello({ serverName, extensions = [] }: HelloOptions): Buffer {
  const all: readonly (readonly [number, Buffer])[] = [
    ...(serverName === undefined ? [] : [[SERVER_NAME, serverNameList(serverName)] as const]),
    [SUPPORTED_GROUPS, vector(2, uint16(X25519))],
    [SIGNATURE_ALGORITHMS, vector(2, Buffer.from('040308040401', 'hex'))],
    [SUPPORTED_VERSIONS, vector(1, uint16(TLS13))],
    [KEY_SHARE, vector(2, Buffer.concat([uint16(X25519), vector(2, randomBytes(32))]))],
    ...extensions,
  ];
  const body = Buffer.concat([
    uint16(TLS12),
    randomBytes(32),
    vector(1, randomBytes(32)),
    vector(2, Buffer.from('13011302', 'hex')),
    vector(1, Buffer.of(0)),
    vector(2, Buffer.concat(all.map(([type, content]) => Buffer.concat([uint16(type), vector(2, content)])))),
  ]);
  const message = Buffer.concat([Buffer.of(1), vector(3, body)]);
  return Buffer.concat([Buffer.of(22), uint16(0x0301), vector(2, message)]);
}

/** An encrypted_client_hello extension as a client writes it that has no key for it (RFC 9849 §6.2): GREASE. */
export function greaseEch(): readonly [type: number, content: Buffer] {
  const outer = [Buffer.of(0), uint16(1), uint16(1), Buffer.of(7), vector(2, randomBytes(32)), vector(2, randomBytes(144))];
  return [ENCRYPTED_CLIENT_HELLO, Buffer.concat(outer)];
}

const SERVER_NAME = 0;
const SUPPORTED_GROUPS = 10;
const SIGNATURE_ALGORITHMS = 13;
const SUPPORTED_VERSIONS = 43;
const KEY_SHARE = 51;
const ENCRYPTED_CLIENT_HELLO = 0xfe0d;
const X25519 = 0x001d;
const TLS12 = 0x0303;
const TLS13 = 0x0304;

function serverNameList(name: string): Buffer {
  return vector(2, Buffer.concat([Buffer.of(0), vector(2, Buffer.from(name, 'latin1'))]));
}

function uint16(value: number): Buffer {
  return Buffer.of(value >>> 8, value & 255);
}

/** Content behind its length in `width` bytes. */
function vector(width: number, content: Buffer): Buffer {
  const length = Buffer.alloc(width);
  length.writeUIntBE(content.length, 0, width);
  return Buffer.concat([length, content]);
}
