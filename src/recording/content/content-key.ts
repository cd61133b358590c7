import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject } from 'node:crypto';
import type { ContentEvent } from '../../core/exchange/record.ts';
import type { Random } from '../../core/ports.ts';

export const CONTENT_KEY_BYTES = 32;
const ALGORITHM = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** What sealed content is bound to: in another event it does not open. */
export type SealedPlace = Pick<ContentEvent, 'exchange' | 'part' | 'index'>;

/** Nonces drawn per refill: asking the system for twelve bytes takes as long as a third of the sealing. */
const POOLED = 256;

/** Random nonces. */
export class Nonces {
  readonly #random: Random;
  #pool: Uint8Array = new Uint8Array(0);
  #used = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  next(): Uint8Array {
    if (this.#used === this.#pool.length) {
      this.#pool = this.#random.bytes(POOLED * NONCE_BYTES);
      this.#used = 0;
    }
    const nonce = this.#pool.subarray(this.#used, this.#used + NONCE_BYTES);
    this.#used += NONCE_BYTES;
    return nonce;
  }
}

/**
 * The key of one session: `nonce | ciphertext | tag`, AES-256-GCM (NIST SP 800-38D) with random nonces, under a key of
 * far less than 2^32 pieces.
 */
export class ContentKey {
  readonly id: string;
  readonly #key: KeyObject;
  readonly #nonces: Pick<Nonces, 'next'>;

  /** @param key {@link CONTENT_KEY_BYTES} bytes */
  constructor(id: string, key: Uint8Array, nonces: Pick<Nonces, 'next'>) {
    this.id = id;
    this.#key = createSecretKey(key);
    this.#nonces = nonces;
  }

  seal(plain: Uint8Array, place: SealedPlace): Uint8Array {
    const nonce = this.#nonces.next();
    const cipher = createCipheriv(ALGORITHM, this.#key, nonce);
    cipher.setAAD(this.#associatedData(place));
    const sealed = Buffer.allocUnsafe(NONCE_BYTES + plain.length + TAG_BYTES);
    sealed.set(nonce);
    sealed.set(cipher.update(plain), NONCE_BYTES);
    cipher.final();
    sealed.set(cipher.getAuthTag(), NONCE_BYTES + plain.length);
    return sealed;
  }

  /** Undefined for what was not sealed for that place. @param sealed in base64, as a record has it */
  open(sealed: string, place: SealedPlace): Buffer | undefined {
    const bytes = Buffer.from(sealed, 'base64');
    if (bytes.length < NONCE_BYTES + TAG_BYTES) return undefined;
    const decipher = createDecipheriv(ALGORITHM, this.#key, bytes.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
    decipher.setAAD(this.#associatedData(place));
    decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
    try {
      return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
    } catch {
      return undefined;
    }
  }

  #associatedData({ exchange, part, index }: SealedPlace): Buffer {
    return Buffer.from(`cordon content 1 ${this.id} ${exchange} ${part} ${index}`, 'latin1');
  }
}
