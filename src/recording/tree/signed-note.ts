import { createPrivateKey, createPublicKey, hash, sign, verify, type KeyObject } from 'node:crypto';

/** Signs notes; the private half never leaves it. */
export interface NoteSigner {
  readonly verifier: NoteVerifier;
  /** The note with a line of signature behind it. @param text ends with a newline */
  sign(text: string): string;
}

/** What a note is verified with: a name and an Ed25519 public key, written `<name>+<hash>+<key>`. */
export interface NoteVerifier {
  readonly name: string;
  /** Four bytes that tell which key a signature is of. */
  readonly keyHash: Buffer;
  readonly publicKey: KeyObject;
  readonly text: string;
}

const ED25519 = 0x01;
const KEY_BYTES = 32;
const HASH_BYTES = 4;
const SIGNATURE_BYTES = 64;
/** The DER of an Ed25519 private and public key up to its 32 bytes. @source RFC 8410 §7, §4 */
const PRIVATE_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');
const PUBLIC_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');
const NAME = /^[^\s+]+$/;
const SIGNATURE_LINE = /^— ([^\s+]+) ([A-Za-z0-9+/]+={0,2})$/;

/**
 * @param name of the key, without spaces and plus signs
 * @param seed 32 bytes
 * @source C2SP signed-note
 */
export function createNoteSigner(name: string, seed: Uint8Array): NoteSigner {
  const privateKey = createPrivateKey({ key: Buffer.concat([PRIVATE_PREFIX, seed]), format: 'der', type: 'pkcs8' });
  const bytes = createPublicKey(privateKey).export({ format: 'der', type: 'spki' }).subarray(PUBLIC_PREFIX.length);
  const verifier = verifierOf(name, bytes);
  return {
    verifier,
    sign(text) {
      const signature = Buffer.concat([verifier.keyHash, sign(null, Buffer.from(text), privateKey)]);
      return `${text}\n— ${name} ${signature.toString('base64')}\n`;
    },
  };
}

/** @returns undefined where it is none, or its hash is not that of its name and key */
export function parseNoteVerifier(text: string): NoteVerifier | undefined {
  const [name, keyHash, key, ...rest] = text.trim().split('+');
  // The key itself is in base64, in which a plus sign may be.
  const bytes = Buffer.from([key, ...rest].join('+'), 'base64');
  if (name === undefined || !NAME.test(name) || bytes.length !== 1 + KEY_BYTES || bytes[0] !== ED25519) return undefined;
  const verifier = verifierOf(name, bytes.subarray(1));
  return verifier.keyHash.toString('hex') === keyHash ? verifier : undefined;
}

function verifierOf(name: string, publicBytes: Uint8Array): NoteVerifier {
  const key = Buffer.concat([Uint8Array.of(ED25519), publicBytes]);
  const keyHash = hash('sha256', Buffer.concat([Buffer.from(`${name}\n`), key]), 'buffer').subarray(0, HASH_BYTES);
  const publicKey = createPublicKey({ key: Buffer.concat([PUBLIC_PREFIX, publicBytes]), format: 'der', type: 'spki' });
  return { name, keyHash, publicKey, text: `${name}+${keyHash.toString('hex')}+${key.toString('base64')}` };
}

/** A note that somebody signed, taken apart. Whether the signatures are theirs is not known yet. */
export interface SignedNote {
  /** Ends with a newline. */
  readonly text: string;
  readonly signatures: readonly { readonly name: string; readonly keyHash: Buffer; readonly signature: Buffer }[];
}

/** @returns undefined where it is no note with a signature */
export function parseSignedNote(note: string): SignedNote | undefined {
  const border = note.lastIndexOf('\n\n');
  if (border < 0 || !note.endsWith('\n')) return undefined;
  const lines = note.slice(border + 2, -1).split('\n');
  const signatures: SignedNote['signatures'][number][] = [];
  for (const line of lines) {
    const [, name, encoded] = SIGNATURE_LINE.exec(line) ?? [];
    if (name === undefined || encoded === undefined) return undefined;
    const bytes = Buffer.from(encoded, 'base64');
    signatures.push({ name, keyHash: bytes.subarray(0, HASH_BYTES), signature: bytes.subarray(HASH_BYTES) });
  }
  return { text: note.slice(0, border + 1), signatures };
}

/**
 * The note, if it is signed as it should be.
 * @param verifiers those of whom one has to have signed it; where there are none, anybody may
 * @param what it should be, for the sentence
 * @returns a sentence where it is not
 */
export function openNote(note: string, verifiers: readonly NoteVerifier[], what: string): SignedNote | string {
  const signed = parseSignedNote(note);
  if (signed === undefined) return `Found no signed note, expected a ${what}`;
  if (verifiers.length === 0 || verifiers.some((verifier) => isSignedBy(signed, verifier))) return signed;
  const keysOf = (keys: readonly { readonly name: string; readonly keyHash: Buffer }[]): string =>
    keys.map(({ name, keyHash }) => `${name}+${keyHash.toString('hex')}`).join(', ');
  return `Found a ${what} signed by ${keysOf(signed.signatures)}, expected a valid signature by ${keysOf(verifiers)}`;
}

/** Whether one of the signatures is of this key. */
export function isSignedBy({ text, signatures }: SignedNote, verifier: NoteVerifier): boolean {
  return signatures.some(
    ({ name, keyHash, signature }) =>
      name === verifier.name &&
      keyHash.equals(verifier.keyHash) &&
      signature.length === SIGNATURE_BYTES &&
      verify(null, Buffer.from(text), verifier.publicKey, signature),
  );
}
