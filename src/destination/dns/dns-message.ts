import { decode, encode, RECURSION_DESIRED, type Answer, type DecodedPacket } from 'dns-packet';
import type { IpAddress } from '../../core/address.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { parseIpAddress } from '../../wire/address/ip-address.ts';

/** The record types that are asked for. HTTPS and SVCB are not: their hints name addresses nobody asked about (RFC 9460 §7.3). */
export type AddressType = 'A' | 'AAAA';

export interface DnsQuestion {
  /** 0..65535, unpredictable (RFC 5452 §9.2). */
  readonly id: number;
  /** Canonical: lower case, no trailing dot. */
  readonly name: string;
  readonly type: AddressType;
}

/** A record that takes part in an answer; the owner in lower case, the target as sent. */
export type DnsRecord =
  | { readonly kind: 'address'; readonly owner: string; readonly ttlSeconds: number; readonly address: IpAddress }
  | { readonly kind: 'alias'; readonly owner: string; readonly ttlSeconds: number; readonly target: string };

export type DnsReply =
  | {
      readonly kind: 'answer';
      /** A or AAAA as asked, and CNAME; every other record is left out. */
      readonly records: readonly DnsRecord[];
      /** RFC 2308 §5; absent when the reply carries no SOA, so that a missing answer may be an unfinished one. */
      readonly negativeTtlSeconds?: number;
      /** NXDOMAIN: the last name of the chain does not exist. */
      readonly nameError: boolean;
    }
  /** The answer did not fit; ask again over TCP (RFC 7766 §5). */
  | { readonly kind: 'truncated' }
  /** The server will not or cannot say (SERVFAIL, REFUSED …). */
  | { readonly kind: 'declined'; readonly rcode: number };

/** Why bytes are not a reply to a question. A foreign message may be a forgery: the true one can still come. */
export interface DnsFault {
  readonly foreign: boolean;
  readonly detail: string;
}

/** Records of all sections that a message may have; keeps name decompression within bounds. */
const MAX_RECORDS = 256;
const HEADER_BYTES = 12;
const MAX_TTL_SECONDS = 2 ** 31 - 1;

/**
 * The bytes of a query. Without EDNS, so that an answer over UDP has at most 512 bytes: it is never fragmented, and a
 * longer one comes over TCP.
 */
export function encodeQuery(question: DnsQuestion): Buffer {
  return encode({
    type: 'query',
    id: question.id,
    flags: RECURSION_DESIRED,
    questions: [{ name: question.name, type: question.type, class: 'IN' }],
  });
}

/**
 * What a message says to a question.
 *
 * @source RFC 1035 §4.1; RFC 5452 §9.1: id, name, type and class must all be those of the question.
 */
export function readReply(question: DnsQuestion, message: Buffer): Result<DnsReply, DnsFault> {
  if (message.length < HEADER_BYTES) return foreign(`${message.length} bytes are no DNS message`);
  if (message.readUInt16BE(0) !== question.id) return foreign('another id');
  const flags = message.readUInt16BE(2);
  const isReply = (flags & 0x8000) !== 0;
  const opcode = (flags >> 11) & 0xf;
  if (!isReply || opcode !== 0 || message.readUInt16BE(4) !== 1) return foreign('not a reply to one question');
  if ((flags & 0x0200) !== 0) return ok({ kind: 'truncated' });

  const records = message.readUInt16BE(6) + message.readUInt16BE(8) + message.readUInt16BE(10);
  if (records > MAX_RECORDS) return fail({ foreign: false, detail: `${records} records, at most ${MAX_RECORDS} are read` });
  const packet = decodeMessage(message);
  if (!packet.ok) return foreign(packet.failure);
  if (!answersQuestion(packet.value, question)) return foreign('another question');

  const rcode = flags & 0xf;
  if (rcode !== 0 && rcode !== 3) return ok({ kind: 'declined', rcode });
  return readAnswer(question, packet.value, rcode === 3);
}

function readAnswer(question: DnsQuestion, packet: DecodedPacket, nameError: boolean): Result<DnsReply, DnsFault> {
  const records: DnsRecord[] = [];
  for (const answer of packet.answers ?? []) {
    const record = readRecord(question.type, answer);
    if (!record.ok) return fail({ foreign: false, detail: record.failure });
    if (record.value !== undefined) records.push(record.value);
  }
  const negative = negativeTtl(packet.authorities ?? []);
  return ok({ kind: 'answer', records, nameError, ...(negative !== undefined && { negativeTtlSeconds: negative }) });
}

function readRecord(type: AddressType, answer: Answer): Result<DnsRecord | undefined, string> {
  if (answer.type !== 'CNAME' && answer.type !== type) return ok(undefined);
  if ('class' in answer && (answer.class !== 'IN' || answer.flush === true)) return ok(undefined);
  const data: unknown = 'data' in answer ? answer.data : undefined;
  if (typeof data !== 'string') return fail(`a ${answer.type} record without data`);
  const owner = asciiLowerCase(answer.name);
  const ttlSeconds = ttlOf(answer);
  if (answer.type === 'CNAME') return ok({ kind: 'alias', owner, ttlSeconds, target: data });
  const address = parseIpAddress(data);
  if (!address.ok) return fail(`an ${type} record that is no address: ${address.failure}`);
  return ok({ kind: 'address', owner, ttlSeconds, address: address.value });
}

/** RFC 2308 §5: the smaller of the SOA record's own TTL and its MINIMUM. */
function negativeTtl(authorities: readonly Answer[]): number | undefined {
  for (const authority of authorities) {
    if (authority.type === 'SOA') return Math.min(ttlOf(authority), authority.data.minimum ?? 0);
  }
  return undefined;
}

/** RFC 2181 §8: a TTL with the top bit set is zero. */
function ttlOf(answer: Answer): number {
  const ttl = 'ttl' in answer ? (answer.ttl ?? 0) : 0;
  return ttl > MAX_TTL_SECONDS ? 0 : ttl;
}

function answersQuestion(packet: DecodedPacket, { name, type }: DnsQuestion): boolean {
  const asked = packet.questions?.[0];
  return asked?.type === type && asked.class === 'IN' && asciiLowerCase(asked.name) === name;
}

// RFC 4343 §3: only the ASCII letters have case. toLowerCase() would also make the letter k of a Kelvin sign.
function asciiLowerCase(text: string): string {
  return text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());
}

// dns-packet reads past the end of a cut record as if zeros stood there; only the count of bytes it took shows that.
function decodeMessage(message: Buffer): Result<DecodedPacket, string> {
  try {
    const packet = decode(message);
    if (!(decode.bytes <= message.length)) return fail('a record is cut');
    return ok(packet);
  } catch (error) {
    return fail((error as Error).message);
  }
}

function foreign(detail: string): Result<never, DnsFault> {
  return fail({ foreign: true, detail });
}
