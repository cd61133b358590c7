import { hash, timingSafeEqual } from 'node:crypto';
import type { Random } from '../core/ports.ts';

/** A new credential: the text is shown once and kept nowhere. */
export interface MintedCredential {
  /** `<prefix>_<id>.<secret>` */
  readonly text: string;
  /** Public: 20 hex digits. */
  readonly id: string;
  readonly secretHash: Uint8Array;
}

const ID_BYTES = 10;
const SECRET_BYTES = 32;
/** The id in hex, so that it can stand in a command line. */
const CREDENTIAL_TEXT = /^([a-z]{3})_([0-9a-f]{20})\.([A-Za-z0-9_-]{43})$/;
/** Compared where nothing is stored, so that the time taken does not tell the two apart. */
const NO_HASH = new Uint8Array(32);

/**
 * A new credential with 256 bits of secret.
 * @param prefix three letters that say what it is, to us and to secret scanners
 */
export function mintCredential(prefix: string, random: Random): MintedCredential {
  const id = Buffer.from(random.bytes(ID_BYTES)).toString('hex');
  const secret = Buffer.from(random.bytes(SECRET_BYTES)).toString('base64url');
  return { text: `${prefix}_${id}.${secret}`, id, secretHash: hashSecret(secret) };
}

/** The parts of a credential; undefined when the text is none with this prefix. */
export function parseCredential(prefix: string, text: string): { readonly id: string; readonly secret: string } | undefined {
  const match = CREDENTIAL_TEXT.exec(text);
  return match?.[1] === prefix ? { id: match[2]!, secret: match[3]! } : undefined;
}

/** SHA-256 of the secret's text. No slow hash: there are 256 random bits to guess, not a password. */
export function hashSecret(secret: string): Uint8Array {
  return hash('sha256', secret, 'buffer');
}

/** Whether this is the secret behind a stored hash, in a time that tells nothing. */
export function isSecretOf(secret: string, stored: Uint8Array | undefined): boolean {
  const expected = stored?.length === NO_HASH.length ? stored : NO_HASH;
  return timingSafeEqual(hashSecret(secret), expected) && stored !== undefined;
}
