import 'reflect-metadata';
import type { webcrypto } from 'node:crypto';
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509CertificateGenerator,
  Extension,
  type X509Crl,
  X509CrlGenerator,
  X509Certificate,
} from '@peculiar/x509';

/** PEM texts as `tls.createSecureContext` takes them. */
export interface ServerCertificate {
  readonly cert: string;
  readonly key: string;
}

export interface CertificateOptions {
  /** SAN entries, names and addresses; none makes a certificate that only has a common name. */
  readonly hosts: readonly string[];
  /** SAN entries too, such as SPIFFE ids. */
  readonly uris?: readonly string[];
  /** What it may be used for; for servers unless given. */
  readonly usage?: 'client' | 'server';
  readonly notBefore?: Date;
  readonly notAfter?: Date;
}

/** A test root that issues what origins need, good and bad. Made with @peculiar/x509, which shares no code with `src/tls`. */
export interface TestCa {
  /** The root, as `trust` of the settings takes it. */
  readonly pem: string;
  issue(options: CertificateOptions): Promise<ServerCertificate>;
  /** Valid for these hosts from 2020 to 2099. */
  good(...hosts: readonly string[]): Promise<ServerCertificate>;
  /** Ended in 2021. */
  expired(...hosts: readonly string[]): Promise<ServerCertificate>;
  /** A revocation list of the root with these, PEM; good until 2099 unless given. */
  revoking(certificates: readonly ServerCertificate[], nextUpdate?: Date, further?: FurtherOfList): Promise<string>;
  /** A CA below the root, as a company gives it to a gateway. */
  subordinate(): Promise<ServerCertificate>;
}

export interface FurtherOfList {
  /** 2020 unless given. */
  readonly thisUpdate?: Date;
  readonly extensions?: readonly {
    readonly oid: string;
    readonly critical: boolean;
    readonly value: Uint8Array<ArrayBuffer>;
  }[];
}

const RSA = {
  name: 'RSASSA-PKCS1-v1_5',
  hash: 'SHA-256',
  publicExponent: new Uint8Array([1, 0, 1]),
  modulusLength: 2048,
} as const;
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const ALWAYS = { notBefore: new Date('2020-01-01T00:00:00Z'), notAfter: new Date('2099-01-01T00:00:00Z') } as const;
const LONG_AGO = { notBefore: new Date('2020-01-01T00:00:00Z'), notAfter: new Date('2021-01-01T00:00:00Z') } as const;

export async function createTestCa(name = 'Test root'): Promise<TestCa> {
  const keys = await generateKeys();
  const root = await X509CertificateGenerator.createSelfSigned({
    ...ALWAYS,
    serialNumber: randomSerial(),
    name: `CN=${name}`,
    keys,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new BasicConstraintsExtension(true, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
    ],
  });
  const issue = (options: CertificateOptions): Promise<ServerCertificate> => issueLeaf(root, keys.privateKey, options);
  return {
    pem: root.toString('pem'),
    issue,
    good: (...hosts) => issue({ hosts }),
    expired: (...hosts) => issue({ hosts, ...LONG_AGO }),
    revoking: async (certificates, nextUpdate = ALWAYS.notAfter, { thisUpdate = ALWAYS.notBefore, extensions = [] } = {}) => {
      const entries = certificates.map(({ cert }) => ({ serialNumber: new X509Certificate(cert).serialNumber }));
      const signed = { issuer: root.subjectName, signingKey: keys.privateKey, signingAlgorithm: ALGORITHM };
      const list = await X509CrlGenerator.create({
        ...signed,
        thisUpdate,
        nextUpdate,
        entries,
        extensions: extensions.map(({ oid, critical, value }) => new Extension(oid, critical, value)),
      });
      return listText(list);
    },
    subordinate: () => issueSubordinate(root, keys.privateKey),
  };
}

/** As Web Crypto makes keys, and signs with them. */
export type KeyAlgorithm = webcrypto.RsaHashedKeyGenParams | webcrypto.EcKeyGenParams | webcrypto.Algorithm;

/** A root with another kind of key, and an empty list of its own. */
export async function rootWithList(
  name: string,
  algorithm: KeyAlgorithm,
): Promise<{ readonly pem: string; readonly list: string }> {
  const keys = (await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])) as webcrypto.CryptoKeyPair;
  const signingAlgorithm = algorithm as typeof ALGORITHM;
  const own = { ...ALWAYS, serialNumber: randomSerial(), name: `CN=${name}`, keys, signingAlgorithm };
  const root = await X509CertificateGenerator.createSelfSigned(own);
  const { notBefore: thisUpdate, notAfter: nextUpdate } = ALWAYS;
  const signed = { issuer: root.subjectName, signingKey: keys.privateKey, signingAlgorithm };
  return { pem: root.toString('pem'), list: listText(await X509CrlGenerator.create({ ...signed, thisUpdate, nextUpdate })) };
}

/** Its label is not that of RFC 7468 §7. */
function listText(list: X509Crl): string {
  return list.toString('pem').replaceAll(/(BEGIN|END) CRL/g, '$1 X509 CRL');
}

/** Signed by its own key: nobody vouches for it. */
export async function selfSigned(...hosts: readonly string[]): Promise<ServerCertificate> {
  const keys = await generateKeys();
  const certificate = await X509CertificateGenerator.createSelfSigned({
    ...ALWAYS,
    serialNumber: randomSerial(),
    name: `CN=${hosts[0] ?? 'nobody'}`,
    keys,
    signingAlgorithm: ALGORITHM,
    extensions: [subjectAltName(hosts)],
  });
  return { cert: certificate.toString('pem'), key: await exportKey(keys.privateKey) };
}

/** An RSA key with a certificate that says nothing: what signs XML. */
export interface RsaCertificate {
  /** PEM */
  readonly cert: string;
  readonly key: string;
}

export async function rsaCertificate(name: string): Promise<RsaCertificate> {
  const keys = await crypto.subtle.generateKey(RSA, true, ['sign', 'verify']);
  const own = { ...ALWAYS, serialNumber: randomSerial(), name: `CN=${name}`, keys, signingAlgorithm: RSA };
  const certificate = await X509CertificateGenerator.createSelfSigned(own);
  return { cert: certificate.toString('pem'), key: await exportKey(keys.privateKey) };
}

async function issueLeaf(
  root: X509Certificate,
  rootKey: webcrypto.CryptoKey,
  options: CertificateOptions,
): Promise<ServerCertificate> {
  const { uris = [] } = options;
  const keys = await generateKeys();
  const certificate = await X509CertificateGenerator.create({
    serialNumber: randomSerial(),
    subject: `CN=${options.hosts[0] ?? 'common-name-only.lab.example'}`,
    issuer: root.subject,
    notBefore: options.notBefore ?? ALWAYS.notBefore,
    notAfter: options.notAfter ?? ALWAYS.notAfter,
    publicKey: keys.publicKey,
    signingKey: rootKey,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new ExtendedKeyUsageExtension([options.usage === 'client' ? ExtendedKeyUsage.clientAuth : ExtendedKeyUsage.serverAuth]),
      ...(options.hosts.length + uris.length === 0 ? [] : [subjectAltName(options.hosts, uris)]),
    ],
  });
  return { cert: certificate.toString('pem'), key: await exportKey(keys.privateKey) };
}

async function issueSubordinate(root: X509Certificate, rootKey: webcrypto.CryptoKey): Promise<ServerCertificate> {
  const keys = await generateKeys();
  const certificate = await X509CertificateGenerator.create({
    ...ALWAYS,
    serialNumber: randomSerial(),
    subject: 'CN=Subordinate CA',
    issuer: root.subject,
    publicKey: keys.publicKey,
    signingKey: rootKey,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { cert: certificate.toString('pem'), key: await exportKey(keys.privateKey) };
}

function subjectAltName(hosts: readonly string[], uris: readonly string[] = []): SubjectAlternativeNameExtension {
  const isAddress = /^[\d.]+$|:/;
  return new SubjectAlternativeNameExtension([
    ...hosts.map((host) => ({ type: isAddress.test(host) ? ('ip' as const) : ('dns' as const), value: host })),
    ...uris.map((value) => ({ type: 'url' as const, value })),
  ]);
}

function generateKeys(): Promise<webcrypto.CryptoKeyPair> {
  return crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
}

async function exportKey(key: webcrypto.CryptoKey): Promise<string> {
  const pkcs8 = Buffer.from(await crypto.subtle.exportKey('pkcs8', key)).toString('base64');
  return `-----BEGIN PRIVATE KEY-----\n${pkcs8.replaceAll(/.{64}/g, '$&\n')}\n-----END PRIVATE KEY-----\n`;
}

function randomSerial(): string {
  return `01${Buffer.from(crypto.getRandomValues(new Uint8Array(8))).toString('hex')}`;
}
