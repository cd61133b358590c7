import { createCipheriv, createDecipheriv, createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';
import type { Random } from '../../core/ports.ts';
import { UnsealError } from './sealed-chunks.ts';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** Nonces drawn at once: one call into the system costs as much as the sealing. */
const POOLED_NONCES = 256;

/** Where sealed text stands: moved to another row or column, it does not open. */
export interface SealedColumn {
  readonly table: string;
  readonly id: string;
  readonly column: string;
}

/**
 * Seals what people are shown and what they said: targets, previews and reasons are masked by form only, and names of persons
 * are personal data. `nonce | ciphertext | tag` in base64, AES-256-GCM (NIST SP 800-38D) with random nonces, under a derived key
 * (RFC 5869) of far less than 2^32 texts.
 */
export class RowCipher {
  readonly #key: KeyObject;
  readonly #random: Random;
  #nonces: Uint8Array = new Uint8Array();

  /** @param key 32 bytes, the same on every replica */
  constructor(key: Uint8Array, random: Random) {
    this.#key = createSecretKey(new Uint8Array(hkdfSync('sha256', key, '', 'cordon sealed rows v1', 32)));
    this.#random = random;
  }

  /** @param value plain data, as JSON has it */
  seal(value: unknown, column: SealedColumn): string {
    const nonce = this.#nextNonce();
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce);
    cipher.setAAD(associatedData(column));
    return Buffer.concat([nonce, cipher.update(JSON.stringify(value)), cipher.final(), cipher.getAuthTag()]).toString('base64');
  }

  #nextNonce(): Uint8Array {
    if (this.#nonces.length === 0) this.#nonces = this.#random.bytes(POOLED_NONCES * NONCE_BYTES);
    const nonce = this.#nonces.subarray(0, NONCE_BYTES);
    this.#nonces = this.#nonces.subarray(NONCE_BYTES);
    return nonce;
  }

  /** Throws {@link UnsealError} for what was not sealed for that column of that row. */
  unseal(sealed: string, column: SealedColumn): unknown {
    const bytes = Buffer.from(sealed, 'base64');
    const decipher = createDecipheriv('aes-256-gcm', this.#key, bytes.subarray(0, NONCE_BYTES), {
      authTagLength: TAG_BYTES,
    });
    decipher.setAAD(associatedData(column));
    try {
      decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
      const plain = decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES), undefined, 'utf8');
      return JSON.parse(plain + decipher.final('utf8'));
    } catch {
      throw new UnsealError(`${column.column} of ${column.table} ${column.id} is not what was sealed`);
    }
  }
}

function associatedData({ table, id, column }: SealedColumn): Uint8Array {
  return Buffer.from(JSON.stringify([table, id, column]));
}
