import { createHash, sign, type KeyObject } from 'node:crypto';
import type { Host, IpAddress } from '../core/address.ts';
import { fail, ok, type Result } from '../core/result.ts';
import type { Instant } from '../core/units.ts';
import { parseHostName } from '../wire/name/host-name.ts';
import { quote } from '../wire/quote.ts';
import {
  bitString,
  boolean,
  explicit,
  implicit,
  NULL,
  objectIdentifier,
  octetString,
  sequence,
  set,
  time,
  unsignedInteger,
  utf8String,
  type Der,
} from './der.ts';

/** Both ends count (RFC 5280 §4.1.2.5); whole seconds on the wire. */
export interface Validity {
  readonly notBefore: Instant;
  readonly notAfter: Instant;
}

/** Who signs: everything a leaf repeats of its issuer. */
export interface Issuer {
  /** The subject Name of the issuer's certificate, byte for byte: chains are matched on it. */
  readonly name: Uint8Array;
  /** Its subject key identifier; absent when the issuer's certificate has none. */
  readonly keyIdentifier?: Uint8Array;
  /** EC or RSA. */
  readonly key: KeyObject;
}

/** What every certificate states about itself. */
interface Subject {
  /** 16 random octets; the first bit is dropped. */
  readonly serial: Uint8Array;
  readonly validity: Validity;
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array;
}

const ECDSA_WITH_SHA256 = sequence(objectIdentifier('1.2.840.10045.4.3.2'));
const SHA256_WITH_RSA = sequence(objectIdentifier('1.2.840.113549.1.1.11'), NULL);

const OID = {
  commonName: objectIdentifier('2.5.4.3'),
  organization: objectIdentifier('2.5.4.10'),
  subjectKeyIdentifier: objectIdentifier('2.5.29.14'),
  keyUsage: objectIdentifier('2.5.29.15'),
  subjectAltName: objectIdentifier('2.5.29.17'),
  basicConstraints: objectIdentifier('2.5.29.19'),
  authorityKeyIdentifier: objectIdentifier('2.5.29.35'),
  extendedKeyUsage: objectIdentifier('2.5.29.37'),
  serverAuth: objectIdentifier('1.3.6.1.5.5.7.3.1'),
} as const;

// One constant name for all leaves: clients read the subjectAltName alone (RFC 9525 §6.3), and a CN is limited to 64 characters.
const LEAF_NAME = distinguishedName('Cordon', 'Intercepted by Cordon');

/**
 * A self-signed CA certificate (DER) that may issue leaves and nothing below (pathLen 0). It carries no name constraints:
 * which names are intercepted is for the policy to say, and the policy changes while the CA stays.
 *
 * @source RFC 5280 §4.2.1
 */
export function buildCaCertificate(subject: Subject & { readonly commonName: string; readonly key: KeyObject }): Der {
  const name = distinguishedName('Cordon', subject.commonName);
  return signed({ name, key: subject.key }, name, subject, [
    extension(OID.basicConstraints, sequence(boolean(true), unsignedInteger(Uint8Array.of(0))), 'critical'),
    // keyCertSign and cRLSign.
    extension(OID.keyUsage, bitString(Uint8Array.of(0b0000_0110), 1), 'critical'),
    extension(OID.subjectKeyIdentifier, octetString(keyIdentifier(subject.publicKey))),
  ]);
}

/**
 * A leaf certificate (DER) for exactly one host.
 *
 * @failure a sentence, when the host is not a canonical name or address: a wildcard or a NUL never gets a certificate (TLS-15)
 * @source RFC 5280 §4.2.1, RFC 9525 §6
 */
export function buildLeafCertificate(leaf: Subject & { readonly host: Host; readonly issuer: Issuer }): Result<Der, string> {
  const { host, issuer } = leaf;
  if (host.kind === 'name' && !isCanonicalName(host.name)) {
    return fail(`Found ${quote(host.name)}, expected a canonical DNS name`);
  }
  const extensions = [
    extension(OID.basicConstraints, sequence(), 'critical'),
    // digitalSignature.
    extension(OID.keyUsage, bitString(Uint8Array.of(0b1000_0000), 7), 'critical'),
    extension(OID.extendedKeyUsage, sequence(OID.serverAuth)),
    extension(OID.subjectAltName, sequence(generalName(host))),
    extension(OID.subjectKeyIdentifier, octetString(keyIdentifier(leaf.publicKey))),
    ...(issuer.keyIdentifier === undefined
      ? []
      : [extension(OID.authorityKeyIdentifier, sequence(implicit(0, issuer.keyIdentifier)))]),
  ];
  return ok(signed(issuer, LEAF_NAME, leaf, extensions));
}

/**
 * The key identifier of a SubjectPublicKeyInfo.
 *
 * @source RFC 7093 §2 method 4: SHA-256 over the whole SubjectPublicKeyInfo, here its leftmost 160 bits
 */
function keyIdentifier(publicKey: Uint8Array): Uint8Array {
  return createHash('sha256').update(publicKey).digest().subarray(0, 20);
}

function signed(issuer: Issuer, name: Uint8Array, subject: Subject, extensions: readonly Der[]): Der {
  const algorithm = issuer.key.asymmetricKeyType === 'rsa' ? SHA256_WITH_RSA : ECDSA_WITH_SHA256;
  const toBeSigned = sequence(
    explicit(0, unsignedInteger(Uint8Array.of(2))),
    unsignedInteger(positive(subject.serial)),
    algorithm,
    issuer.name,
    sequence(time(subject.validity.notBefore), time(subject.validity.notAfter)),
    name,
    subject.publicKey,
    explicit(3, sequence(...extensions)),
  );
  return sequence(toBeSigned, algorithm, bitString(sign('sha256', toBeSigned, issuer.key)));
}

// RFC 5280 §4.1.2.2: positive, at most 20 octets. 127 random bits; zero is as likely as guessing a key, and still excluded.
function positive(serial: Uint8Array): Uint8Array {
  const bits = Uint8Array.from(serial);
  bits[0] = bits[0]! & 0x7f;
  if (bits.every((octet) => octet === 0)) bits[bits.length - 1] = 1;
  return bits;
}

function extension(id: Der, value: Der, critical?: 'critical'): Der {
  return critical === undefined ? sequence(id, octetString(value)) : sequence(id, boolean(true), octetString(value));
}

function distinguishedName(organization: string, commonName: string): Der {
  return sequence(
    set(sequence(OID.organization, utf8String(organization))),
    set(sequence(OID.commonName, utf8String(commonName))),
  );
}

// RFC 5280 §4.2.1.6: dNSName is [2], iPAddress is [7] with the octets of the address.
function generalName(host: Host): Der {
  if (host.kind === 'name') return implicit(2, new TextEncoder().encode(host.name));
  return implicit(7, addressOctets(host.address));
}

function addressOctets(address: IpAddress): Uint8Array {
  const words = address.family === 4 ? [address.bits] : address.bits;
  return Uint8Array.from(words.flatMap((word) => [word >>> 24, (word >>> 16) & 0xff, (word >>> 8) & 0xff, word & 0xff]));
}

// Callers hold a parsed host already; a certificate is too dear to rest on that alone.
function isCanonicalName(name: string): boolean {
  const parsed = parseHostName(name);
  return parsed.ok && parsed.value === name;
}
