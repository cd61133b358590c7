import { createCipheriv, createDecipheriv, createHmac, createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';
import type { Random } from '../../core/ports.ts';
import type { VaultScope } from '../../core/vault/vault.ts';
import { spellToken, type TokenKind } from '../../core/vault/vault-token.ts';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** What a sealed value is bound to: moved to another row, it does not open. */
export interface SealedPlace {
  readonly destination: string;
  readonly token: string;
  readonly entity: string;
}

/** Names a subject in the store. */
export function subjectDigest(installationKey: Uint8Array, { home, subject }: Pick<VaultScope, 'home' | 'subject'>): string {
  const digest = hkdfSync('sha256', installationKey, JSON.stringify([home, subject]), 'cordon vault subject v1', 32);
  return Buffer.from(digest).toString('base64url');
}

/**
 * The keys of one session (RFC 5869) and what is done with them. Every replica derives the same from the key of the
 * installation; who reads the store alone learns neither values, nor whose they are, nor where they went.
 */
export class SessionCipher {
  /** Names the session in the store. */
  readonly scope: string;
  readonly #random: Random;
  // Key objects: a key in bytes is imported at every use, which costs several times the digest.
  readonly #tokenKey: KeyObject;
  readonly #sealKey: KeyObject;
  readonly #placeKey: KeyObject;

  /** @param installationKey 32 bytes */
  constructor(installationKey: Uint8Array, scope: Omit<VaultScope, 'destination'>, random: Random) {
    const identity = JSON.stringify([scope.home, scope.subject, scope.session]);
    const derive = (purpose: string): Uint8Array =>
      new Uint8Array(hkdfSync('sha256', installationKey, identity, `cordon vault ${purpose} v1`, 32));
    this.scope = Buffer.from(derive('scope')).toString('base64url');
    this.#tokenKey = createSecretKey(derive('token'));
    this.#sealKey = createSecretKey(derive('seal'));
    this.#placeKey = createSecretKey(derive('destination'));
    this.#random = random;
  }

  /** Names a destination in the store, for this session alone. */
  destination(authority: string): string {
    return createHmac('sha256', this.#placeKey).update(authority).digest('base64url');
  }

  /** The token that stands for a value throughout the session. */
  tokenFor(entity: string, value: string, kind: TokenKind): string {
    // No id of an entity has a space in it.
    const digest = createHmac('sha256', this.#tokenKey).update(`${entity} ${value}`).digest();
    return spellToken(entity, digest, kind);
  }

  /** `nonce | ciphertext | tag` in base64: AES-256-GCM (NIST SP 800-38D), under a key of far less than 2^32 values. */
  seal(value: string, place: SealedPlace): string {
    const nonce = this.#random.bytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.#sealKey, nonce);
    cipher.setAAD(this.#associatedData(place));
    return Buffer.concat([nonce, cipher.update(value, 'utf8'), cipher.final(), cipher.getAuthTag()]).toString('base64');
  }

  /** Undefined for what was not sealed for that place. */
  unseal(sealed: string, place: SealedPlace): string | undefined {
    const bytes = Buffer.from(sealed, 'base64');
    if (bytes.length < NONCE_BYTES + TAG_BYTES) return undefined;
    const decipher = createDecipheriv('aes-256-gcm', this.#sealKey, bytes.subarray(0, NONCE_BYTES), {
      authTagLength: TAG_BYTES,
    });
    decipher.setAAD(this.#associatedData(place));
    decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
    try {
      const value = decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES));
      return Buffer.concat([value, decipher.final()]).toString('utf8');
    } catch {
      return undefined;
    }
  }

  #associatedData({ destination, token, entity }: SealedPlace): Uint8Array {
    return Buffer.from(JSON.stringify([this.scope, destination, token, entity]));
  }
}
