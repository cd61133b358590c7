import { fail, ok, type Result } from '../core/result.ts';
import { ByteReader } from './byte-reader.ts';
import { parseHostName } from './name/host-name.ts';
import { quote } from './quote.ts';

/** What the first flight of a TLS client says in the clear. */
export interface ClientHello {
  /** Canonical name of the server_name extension; absent when there is none. With ECH it is the outer name. */
  readonly serverName?: string;
  /** ALPN protocol ids in the client's order, one character per byte. */
  readonly alpn: readonly string[];
  /** Whether an encrypted_client_hello extension is there; GREASE cannot be told from a real one. */
  readonly ech: boolean;
  /** Versions that the client offers, such as 0x0304, GREASE included. */
  readonly versions: readonly number[];
  /** Bytes of the input that the hello takes up, record headers included. */
  readonly length: number;
}

export type ClientHelloState =
  | { readonly state: 'incomplete' }
  | { readonly state: 'not-tls'; readonly reason: string }
  | { readonly state: 'malformed'; readonly reason: string }
  | { readonly state: 'complete'; readonly hello: ClientHello };

/** Most bytes, records included, that a hello may take; real ones with post-quantum key shares take about 2 KiB. */
export const MAX_CLIENT_HELLO = 64 * 1024;

const RECORD_HEADER = 5;
const MAX_RECORD = 2 ** 14;
const HANDSHAKE_RECORD = 22;
const HANDSHAKE_HEADER = 4;
const CLIENT_HELLO = 1;

/**
 * Reads the ClientHello at the start of a connection from all bytes received so far, without answering anything. Every
 * proper prefix of a hello is `incomplete`, however it is cut into records and segments; the caller bounds the time.
 *
 * @source RFC 8446 §4.1.2, §5.1; RFC 5246 §7.4.1.2
 */
export function readClientHello(bytes: Uint8Array): ClientHelloState {
  const message = readHandshakeMessage(bytes);
  if ('state' in message) {
    return message.state === 'incomplete' && bytes.length >= MAX_CLIENT_HELLO ? TOO_LONG : message;
  }
  const hello = readHelloBody(message.body, message.length);
  return hello.ok ? { state: 'complete', hello: hello.value } : malformed(hello.failure);
}

const INCOMPLETE: ClientHelloState = { state: 'incomplete' };
const TOO_LONG: ClientHelloState = malformed(`Found a ClientHello of more than ${MAX_CLIENT_HELLO} bytes`);

function malformed(reason: string): ClientHelloState {
  return { state: 'malformed', reason };
}

/** The body of the first handshake message, put together from its records. */
function readHandshakeMessage(bytes: Uint8Array): ClientHelloState | { body: Uint8Array; length: number } {
  const fragments: Uint8Array[] = [];
  let collected = 0;
  let offset = 0;
  for (;;) {
    const record = readRecord(bytes, offset);
    if ('state' in record) return record;
    fragments.push(record.fragment);
    collected += record.fragment.length;
    offset += RECORD_HEADER + record.length;
    const needed = messageLength(fragments, collected);
    if (!needed.ok) return malformed(needed.failure);
    if (Math.max(needed.value, offset) > MAX_CLIENT_HELLO) return TOO_LONG;
    if (record.fragment.length < record.length) return INCOMPLETE;
    if (collected > needed.value) return malformed('Found more handshake bytes in the record that ends the ClientHello');
    if (collected === needed.value) {
      return { body: concatenate(fragments, collected).subarray(HANDSHAKE_HEADER), length: offset };
    }
  }
}

/** Bytes of the handshake message, header included, as far as its header is there: at least those of the header. */
function messageLength(fragments: readonly Uint8Array[], collected: number): Result<number, string> {
  const header = new ByteReader(concatenate(fragments, Math.min(collected, HANDSHAKE_HEADER)));
  const type = header.uint(1);
  if (!header.failed && type !== CLIENT_HELLO) return fail(`Found handshake message type ${type}, expected 1 (client_hello)`);
  return ok(HANDSHAKE_HEADER + header.uint(3));
}

/** One plaintext record, as much of its fragment as is there. */
function readRecord(bytes: Uint8Array, offset: number): ClientHelloState | { fragment: Uint8Array; length: number } {
  const type = bytes[offset];
  if (type === undefined) return INCOMPLETE;
  if (type !== HANDSHAKE_RECORD) {
    const reason = `Found 0x${type.toString(16).padStart(2, '0')} as the type of a record, expected 0x16 (handshake)`;
    return offset === 0 ? { state: 'not-tls', reason } : malformed(reason);
  }
  const major = bytes[offset + 1];
  if (major !== undefined && major !== 3) return malformed(`Found record version ${major}, expected 3`);
  if (bytes.length < offset + RECORD_HEADER) return INCOMPLETE;
  const length = (bytes[offset + 3]! << 8) | bytes[offset + 4]!;
  if (length === 0 || length > MAX_RECORD) return malformed(`Found a record of ${length} bytes, expected 1 to ${MAX_RECORD}`);
  const start = offset + RECORD_HEADER;
  return { fragment: bytes.subarray(start, start + length), length };
}

function concatenate(fragments: readonly Uint8Array[], length: number): Uint8Array {
  if (fragments[0] !== undefined && fragments[0].length >= length) return fragments[0].subarray(0, length);
  const whole = new Uint8Array(length);
  let offset = 0;
  for (const fragment of fragments) {
    whole.set(fragment.subarray(0, length - offset), offset);
    offset += fragment.length;
    if (offset >= length) break;
  }
  return whole;
}

function readHelloBody(body: Uint8Array, length: number): Result<ClientHello, string> {
  const reader = new ByteReader(body);
  const legacyVersion = reader.uint(2);
  reader.bytes(32); // random
  const sessionId = reader.vector(1);
  const cipherSuites = reader.vector(2);
  const compressions = reader.vector(1);
  const hasExtensions = reader.remaining > 0;
  const extensions = hasExtensions ? readExtensions(reader.vector(2)) : ok(NO_EXTENSIONS);
  if (reader.failed || reader.remaining > 0) return fail('Found a ClientHello whose lengths do not add up');
  if (legacyVersion >>> 8 !== 3) return fail(`Found client version ${legacyVersion >>> 8}, expected 3`);
  if (sessionId.length > 32) return fail('Found a session id of more than 32 bytes');
  if (cipherSuites.length < 2 || cipherSuites.length % 2 !== 0) return fail('Found a cipher suite list of odd length or none');
  if (compressions.length === 0) return fail('Found no compression method, expected the null method');
  return extensions.ok ? readKnownExtensions(extensions.value, legacyVersion, length) : extensions;
}

type Extensions = ReadonlyMap<number, Uint8Array>;
const NO_EXTENSIONS: Extensions = new Map();

const SERVER_NAME = 0;
const ALPN = 16;
const SUPPORTED_VERSIONS = 43;
const ENCRYPTED_CLIENT_HELLO = 0xfe0d;

/** Refuses repeated extensions: two readers may choose differently (RFC 8446 §4.2). */
function readExtensions(block: Uint8Array): Result<Extensions, string> {
  const reader = new ByteReader(block);
  const extensions = new Map<number, Uint8Array>();
  while (reader.remaining > 0) {
    const type = reader.uint(2);
    const data = reader.vector(2);
    if (extensions.has(type)) return fail(`Found extension ${type} twice, expected it once`);
    extensions.set(type, data);
  }
  return reader.failed ? fail('Found an extension that is longer than its block') : ok(extensions);
}

function readKnownExtensions(extensions: Extensions, legacyVersion: number, length: number): Result<ClientHello, string> {
  const serverName = readServerName(extensions.get(SERVER_NAME));
  if (!serverName.ok) return serverName;
  const alpn = readAlpn(extensions.get(ALPN));
  if (!alpn.ok) return alpn;
  const versions = readVersions(extensions.get(SUPPORTED_VERSIONS), legacyVersion);
  if (!versions.ok) return versions;
  return ok({
    ...(serverName.value !== undefined && { serverName: serverName.value }),
    alpn: alpn.value,
    ech: extensions.has(ENCRYPTED_CLIENT_HELLO),
    versions: versions.value,
    length,
  });
}

/** One entry of type host_name, an LDH name without trailing dot, never an address (RFC 6066 §3). */
function readServerName(data: Uint8Array | undefined): Result<string | undefined, string> {
  if (data === undefined) return ok(undefined);
  const outer = new ByteReader(data);
  const reader = new ByteReader(outer.vector(2));
  const type = reader.uint(1);
  const bytes = reader.vector(2);
  if (outer.failed || outer.remaining > 0 || reader.failed || reader.remaining > 0) {
    return fail('Found a server_name extension that is not one list of one name');
  }
  if (type !== 0) return fail(`Found server name type ${type}, expected 0 (host_name)`);
  const text = latin1(bytes);
  if (text.endsWith('.')) return fail(`Found the server name ${quote(text)}, expected it without a trailing dot`);
  return parseHostName(text);
}

function readAlpn(data: Uint8Array | undefined): Result<readonly string[], string> {
  if (data === undefined) return ok([]);
  const outer = new ByteReader(data);
  const reader = new ByteReader(outer.vector(2));
  const protocols: string[] = [];
  while (reader.remaining > 0) protocols.push(latin1(reader.vector(1)));
  const isWellFormed = !outer.failed && outer.remaining === 0 && !reader.failed && protocols.length > 0;
  if (!isWellFormed || protocols.includes('')) return fail('Found an ALPN extension that is not a list of protocol ids');
  return ok(protocols);
}

function readVersions(data: Uint8Array | undefined, legacyVersion: number): Result<readonly number[], string> {
  if (data === undefined) return ok([legacyVersion]);
  const outer = new ByteReader(data);
  const reader = new ByteReader(outer.vector(1));
  const versions: number[] = [];
  while (reader.remaining > 0) versions.push(reader.uint(2));
  if (outer.failed || outer.remaining > 0 || reader.failed || versions.length === 0) {
    return fail('Found a supported_versions extension that is not a list of versions');
  }
  return ok(versions);
}

/** One character per byte, so that no byte sequence is lost or folded. */
function latin1(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}
