import { fail, ok, type Result } from '../../core/result.ts';
import type { Instant } from '../../core/units.ts';
import { readElements, type DerElement } from '../der-reader.ts';

/** What a certificate revocation list says, as far as it is looked up here. Its signature is OpenSSL's to verify. */
export interface RevocationList {
  /** Its issuer's name in DER, as hexadecimal digits. */
  readonly issuer: string;
  readonly nextUpdate: Instant;
  /** Serial numbers, as hexadecimal digits of their DER. */
  readonly revoked: ReadonlySet<string>;
}

const INTEGER = 0x02;
const SEQUENCE = 0x30;
const UTC_TIME = 0x17;
const GENERALIZED_TIME = 0x18;
/** `[0]`, behind which the version of a certificate stands, and the extensions of a list. */
const TAGGED = 0xa0;
/** 2.5.29.27, deltaCRLIndicator: what such a list does not name may stand on another one. */
const DELTA = Buffer.from('0603551d1b', 'hex');

/**
 * Reads a list in DER.
 * @source RFC 5280 §5.1
 * @failure what it is not
 */
export function parseRevocationList(der: Uint8Array): Result<RevocationList, string> {
  const [list] = elementsOf(der);
  const [signed] = elementsOf(list?.content);
  const members = elementsOf(signed?.content).slice();
  if (members[0]?.tag === INTEGER) members.shift();
  const [algorithm, issuer, thisUpdate, nextUpdate, ...rest] = members;
  if (algorithm?.tag !== SEQUENCE || issuer?.tag !== SEQUENCE || timeOf(thisUpdate) === undefined) {
    return fail('found no certificate revocation list, expected one (RFC 5280), in PEM or DER');
  }
  const ends = timeOf(nextUpdate);
  if (ends === undefined)
    return fail('found a revocation list without nextUpdate, expected one that says until when it counts');
  const extensions = rest.find(({ tag }) => tag === TAGGED);
  if (extensions !== undefined && Buffer.from(extensions.content).includes(DELTA)) {
    return fail('found a delta of a revocation list, expected a whole one');
  }
  const revoked = serialsIn(rest.find(({ tag }) => tag === SEQUENCE));
  return revoked.ok ? ok({ issuer: hex(issuer.whole), nextUpdate: ends, revoked: revoked.value }) : revoked;
}

/** What cannot be read would be taken for none: then there is no list. */
function serialsIn(entries: DerElement | undefined): Result<ReadonlySet<string>, string> {
  const read = readElements(entries?.content ?? new Uint8Array());
  if (!read.ok) return fail(`found entries of a revocation list that cannot be read: ${read.failure}`);
  const revoked = new Set<string>();
  for (const entry of read.value) {
    const [serial] = elementsOf(entry.content);
    if (serial?.tag !== INTEGER) return fail('found an entry of a revocation list without serial number');
    revoked.add(hex(serial.content));
  }
  return ok(revoked);
}

/** Who has issued a certificate, and under which number, as revocation lists name both; undefined where it is none. */
export function issuedAs(certificate: Uint8Array): (Pick<RevocationList, 'issuer'> & { readonly serial: string }) | undefined {
  const [whole] = elementsOf(certificate);
  const [signed] = elementsOf(whole?.content);
  const members = elementsOf(signed?.content).filter(({ tag }) => tag !== TAGGED);
  const [serial, , issuer] = members;
  if (serial?.tag !== INTEGER || issuer?.tag !== SEQUENCE) return undefined;
  return { issuer: hex(issuer.whole), serial: hex(serial.content) };
}

/** None where the bytes are no DER. */
function elementsOf(bytes: Uint8Array | undefined): readonly DerElement[] {
  const elements = readElements(bytes ?? new Uint8Array());
  return elements.ok ? elements.value : [];
}

/** RFC 5280 §5.1.2.4: UTCTime until 2049, with seconds and in UTC, as all times of X.509. */
function timeOf(element: DerElement | undefined): Instant | undefined {
  if (element?.tag !== UTC_TIME && element?.tag !== GENERALIZED_TIME) return undefined;
  const text = Buffer.from(element.content).toString('latin1');
  const digits = element.tag === GENERALIZED_TIME ? text : `${Number(text.slice(0, 2)) < 50 ? '20' : '19'}${text}`;
  const [, year, month, day, hour, minute, second] = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(digits) ?? [];
  const instant = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(instant) ? undefined : instant;
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
}
