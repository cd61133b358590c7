import { constants, verify, X509Certificate } from 'node:crypto';
import { readElements, type DerElement } from '../der-reader.ts';

/** What a list is signed with. */
export interface CrlSignature {
  /** `tbsCertList`, to the bit. */
  readonly signed: Uint8Array;
  readonly algorithm: CrlAlgorithm;
  readonly value: Uint8Array;
}

interface CrlAlgorithm {
  /** Of the key, as `KeyObject.asymmetricKeyType` has it. */
  readonly keys: readonly string[];
  readonly hash: string | null;
  readonly isPss?: true;
}

const EC = ['ec'] as const;
const RSA = ['rsa'] as const;

/**
 * By the content of their object identifiers. SHA-1 is not among them: two lists could have one signature.
 * @source RFC 4055 §5, RFC 5758 §3.2, RFC 8410 §3
 */
const ALGORITHMS: Readonly<Record<string, CrlAlgorithm>> = {
  '2a864886f70d01010b': { keys: RSA, hash: 'sha256' },
  '2a864886f70d01010c': { keys: RSA, hash: 'sha384' },
  '2a864886f70d01010d': { keys: RSA, hash: 'sha512' },
  '2a8648ce3d040302': { keys: EC, hash: 'sha256' },
  '2a8648ce3d040303': { keys: EC, hash: 'sha384' },
  '2a8648ce3d040304': { keys: EC, hash: 'sha512' },
  '2b6570': { keys: ['ed25519'], hash: null },
  '2b6571': { keys: ['ed448'], hash: null },
};
const RSASSA_PSS = '2a864886f70d01010a';
/** By the content of their object identifiers, as parameters of RSASSA-PSS name them. */
const HASHES: Readonly<Record<string, string>> = {
  '608648016503040201': 'sha256',
  '608648016503040202': 'sha384',
  '608648016503040203': 'sha512',
};
const SEQUENCE = 0x30;
const OBJECT_IDENTIFIER = 0x06;
const BIT_STRING = 0x03;
const HASH_OF_PSS = 0xa0;

/** The signature of a list; undefined where it has none, or one of a kind that is not known. @source RFC 5280 §5.1.1 */
export function crlSignatureOf(list: DerElement): CrlSignature | undefined {
  const [signed, named, bits] = elementsOf(list.content);
  const inside = elementsOf(signed?.content).find(({ tag }) => tag === SEQUENCE);
  // It stands twice, once under the signature: both have to say the same.
  if (signed === undefined || named?.tag !== SEQUENCE || bits?.tag !== BIT_STRING) return undefined;
  if (inside === undefined || !Buffer.from(inside.whole).equals(named.whole)) return undefined;
  const algorithm = algorithmOf(named.content);
  // A signature is whole octets: no bit of the last one is unused.
  if (algorithm === undefined || bits.content[0] !== 0) return undefined;
  return { signed: signed.whole, algorithm, value: bits.content.subarray(1) };
}

/** Whether the key of this certificate, in DER, has signed it. */
export function isSignedBy({ signed, algorithm, value }: CrlSignature, certificate: Uint8Array): boolean {
  const { hash, keys, isPss } = algorithm;
  try {
    const key = new X509Certificate(certificate).publicKey;
    if (!keys.includes(key.asymmetricKeyType ?? '')) return false;
    const padding = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_AUTO };
    return verify(hash, signed, isPss === true ? { key, ...padding } : key, value);
  } catch {
    return false;
  }
}

function algorithmOf(identifier: Uint8Array): CrlAlgorithm | undefined {
  const [name, parameters] = elementsOf(identifier);
  if (name?.tag !== OBJECT_IDENTIFIER) return undefined;
  const oid = hex(name.content);
  if (oid !== RSASSA_PSS) return ALGORITHMS[oid];
  const [hashOf] = elementsOf(elementsOf(parameters?.content).find(({ tag }) => tag === HASH_OF_PSS)?.content);
  const hash = HASHES[hex(elementsOf(hashOf?.content)[0]?.content ?? new Uint8Array())];
  return hash === undefined ? undefined : { keys: ['rsa', 'rsa-pss'], hash, isPss: true };
}

function elementsOf(bytes: Uint8Array | undefined): readonly DerElement[] {
  const elements = readElements(bytes ?? new Uint8Array());
  return elements.ok ? elements.value : [];
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
}
