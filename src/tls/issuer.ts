import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { fail, ok, type Result } from '../core/result.ts';
import type { Instant } from '../core/units.ts';
import type { Issuer } from './certificate.ts';
import { objectIdentifier } from './der.ts';
import { readElements, type DerElement } from './der-reader.ts';

/** A CA certificate with its key, found fit to issue leaves. */
export interface IssuerPair {
  readonly issuer: Issuer;
  readonly certificate: X509Certificate;
  /** Certificates between the leaf and the trust anchor, the issuing one first; a self-signed CA is not repeated on the wire. */
  readonly intermediates: readonly X509Certificate[];
  /** Certificates of the file and nothing else, PEM: what agents are told to trust. */
  readonly certificatePem: string;
  /** SHA-256 of each of them, upper-case hex with colons. */
  readonly published: readonly string[];
  /** The same of the issuing certificate, and of those that lead from it to its anchor. */
  readonly chain: readonly string[];
  readonly validity: { readonly notBefore: Instant; readonly notAfter: Instant };
}

/**
 * Reads an issuing CA from PEM: the certificate of the key issues, and others lead to its trust anchor. There may be more of them:
 * while one CA takes the place of another, agents trust both.
 *
 * @failure a sentence naming what does not fit: not PEM, no CA, another key, unsupported key, outside its validity
 */
export function readIssuer(certificatePem: string, keyPem: string, now: Instant): Result<IssuerPair, string> {
  const certificates = readCertificates(certificatePem);
  if (!certificates.ok) return certificates;
  const [first] = certificates.value;
  if (first === undefined) return fail('Found no certificate, expected PEM with "BEGIN CERTIFICATE"');
  const key = readKey(keyPem);
  if (!key.ok) return key;
  const certificate = certificates.value.find((each) => each.checkPrivateKey(key.value)) ?? first;
  const unfit = misfit(certificate, key.value, now);
  if (unfit !== undefined) return fail(unfit);
  const names = readNames(certificate);
  if (!names.ok) return names;
  const chain = chainOf(certificate, certificates.value);
  return ok({
    issuer: { ...names.value, key: key.value },
    certificate,
    intermediates: chain.filter((each) => each.subject !== each.issuer),
    published: certificates.value.map(({ fingerprint256 }) => fingerprint256),
    chain: chain.map(({ fingerprint256 }) => fingerprint256),
    certificatePem: certificates.value.map((each) => each.toString()).join(''),
    validity: validityOf(certificate),
  });
}

/** From a certificate on as far as those that are there lead. */
function chainOf(certificate: X509Certificate, all: readonly X509Certificate[]): readonly X509Certificate[] {
  const chain = [certificate];
  for (;;) {
    const last = chain.at(-1)!;
    const next = all.find((each) => !chain.includes(each) && last.checkIssued(each) && last.verify(each.publicKey));
    if (next === undefined) return chain;
    chain.push(next);
  }
}

const PEM_CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/**
 * Every certificate in PEM text; other blocks, such as a key in the same file, are passed over.
 *
 * @failure a sentence, when a block is not a certificate
 */
export function readCertificates(pemText: string): Result<readonly X509Certificate[], string> {
  try {
    return ok((pemText.match(PEM_CERTIFICATE) ?? []).map((block) => new X509Certificate(block)));
  } catch (error) {
    return fail(`Found a certificate that cannot be read (${reason(error)}), expected X.509 in PEM`);
  }
}

function readKey(keyPem: string): Result<KeyObject, string> {
  try {
    return ok(createPrivateKey(keyPem));
  } catch (error) {
    return fail(`Found a private key that cannot be read (${reason(error)}), expected an unencrypted PEM key`);
  }
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function misfit(certificate: X509Certificate, key: KeyObject, now: Instant): string | undefined {
  const { notBefore, notAfter } = validityOf(certificate);
  if (!certificate.ca) return 'Found a certificate that is no CA, expected basicConstraints CA:TRUE';
  if (!certificate.checkPrivateKey(key)) return 'Found a key of another certificate, expected the key of this one';
  if (!isSupportedKey(key)) return `Found a key of type ${key.asymmetricKeyType}, expected EC, or RSA of at least 2048 bits`;
  if (now > notAfter) return `Found a CA that expired on ${day(notAfter)}, expected one that is valid on ${day(now)}`;
  if (now < notBefore) return `Found a CA that is valid from ${day(notBefore)}, expected one that is valid on ${day(now)}`;
  return undefined;
}

function isSupportedKey(key: KeyObject): boolean {
  if (key.asymmetricKeyType === 'ec') return true;
  return key.asymmetricKeyType === 'rsa' && (key.asymmetricKeyDetails?.modulusLength ?? 0) >= 2048;
}

function validityOf(certificate: X509Certificate): { notBefore: Instant; notAfter: Instant } {
  return { notBefore: certificate.validFromDate.getTime(), notAfter: certificate.validToDate.getTime() };
}

function day(instant: Instant): string {
  return new Date(instant).toISOString().slice(0, 10);
}

const SUBJECT_KEY_IDENTIFIER = objectIdentifier('2.5.29.14');
const UNREADABLE = 'Found a certificate without a readable subject, expected X.509 version 3';

/** Subject name and key identifier, byte for byte as the certificate has them: both must recur in what it issues. */
function readNames(certificate: X509Certificate): Result<Pick<Issuer, 'name' | 'keyIdentifier'>, string> {
  const toBeSigned = inside([inside([{ content: certificate.raw }])[0]])[0];
  // RFC 5280 §4.1: version, serialNumber, signature, issuer, validity, subject, subjectPublicKeyInfo, …, extensions.
  const fields = inside([toBeSigned]);
  const subject = fields[5];
  if (fields[0]?.tag !== 0xa0 || subject === undefined) return fail(UNREADABLE);
  const extensions = inside(inside(fields.filter((field) => field.tag === 0xa3)));
  const identifier = extensions
    .map((extension) => inside([extension]))
    .find(isSubjectKeyIdentifier)
    ?.at(-1);
  const keyIdentifier = inside([identifier])[0]?.content;
  return ok({ name: subject.whole, ...(keyIdentifier !== undefined && { keyIdentifier }) });
}

function isSubjectKeyIdentifier(parts: readonly DerElement[]): boolean {
  return parts[0] !== undefined && Buffer.compare(parts[0].whole, SUBJECT_KEY_IDENTIFIER) === 0;
}

/** The elements inside the first of `elements`; none when it is absent or cannot be read. */
function inside(elements: readonly (Pick<DerElement, 'content'> | undefined)[]): readonly DerElement[] {
  const [outer] = elements;
  if (outer === undefined) return [];
  const read = readElements(outer.content);
  return read.ok ? read.value : [];
}
