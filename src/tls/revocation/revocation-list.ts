import { fail, ok, type Result } from '../../core/result.ts';
import type { Instant } from '../../core/units.ts';
import { readElements, type DerElement } from '../der-reader.ts';
import { type CrlSignature, crlSignatureOf } from './crl-signature.ts';

/** What a certificate revocation list says, as far as it is looked up here. */
export interface RevocationList {
  /** Its issuer's name in DER, as hexadecimal digits. */
  readonly issuer: string;
  /** A name is nobody's own: it counts as that of an issuer whose key has signed it. */
  readonly signature: CrlSignature;
  readonly thisUpdate: Instant;
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
const DELTA = '551d1b';
/** 2.5.29.28, issuingDistributionPoint. */
const PART = '551d1c';
const BOOLEAN = 0x01;

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
  const begins = timeOf(thisUpdate);
  if (list === undefined || algorithm?.tag !== SEQUENCE || issuer?.tag !== SEQUENCE || begins === undefined) {
    return fail('found no certificate revocation list, expected one (RFC 5280), in PEM or DER');
  }
  const ends = timeOf(nextUpdate);
  if (ends === undefined)
    return fail('found a revocation list without nextUpdate, expected one that says until when it counts');
  const problem = extensionProblem(rest.find(({ tag }) => tag === TAGGED));
  if (problem !== undefined) return fail(problem);
  const signature = crlSignatureOf(list);
  if (signature === undefined)
    return fail(
      'found a revocation list whose signature is of no known kind, expected RSA, ECDSA or EdDSA with SHA-256 or better',
    );
  const revoked = serialsIn(rest.find(({ tag }) => tag === SEQUENCE));
  if (!revoked.ok) return revoked;
  return ok({ issuer: hex(issuer.whole), signature, thisUpdate: begins, nextUpdate: ends, revoked: revoked.value });
}

/**
 * A list that says in a critical extension what is not understood here says less than it seems to: it is for a part of the
 * certificates (issuingDistributionPoint), or a change of another list.
 * @source RFC 5280 §5.2
 */
function extensionProblem(tagged: DerElement | undefined): string | undefined {
  const [extensions] = elementsOf(tagged?.content);
  for (const extension of elementsOf(extensions?.content)) {
    const [name, critical] = elementsOf(extension.content);
    const oid = hex(name?.content ?? new Uint8Array());
    if (oid === DELTA) return 'found a delta of a revocation list, expected a whole one';
    if (oid === PART) return 'found a revocation list for a part of the certificates, expected a whole one';
    if (critical?.tag === BOOLEAN && critical.content[0] !== 0)
      return 'found a critical extension of a revocation list that is not known, expected none';
  }
  return undefined;
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
