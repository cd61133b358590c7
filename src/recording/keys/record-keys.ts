import { createCipheriv, createDecipheriv, hash } from 'node:crypto';
import { createNoteSigner, type NoteSigner, type NoteVerifier } from '../tree/signed-note.ts';

/** What a chain is written with. */
export interface RecordKeys {
  readonly wrapping: WrappingKey;
  /** Those that older segments are wrapped with. */
  readonly former: readonly WrappingKey[];
  readonly signer: NoteSigner;
}

/** What a chain is read with. */
export interface ReadingKeys {
  /** Those that the data keys of its segments may be wrapped with; none to look at what is not sealed alone. */
  readonly wrapping: readonly WrappingKey[];
  /** Those that its checkpoints may be signed by. */
  readonly verifiers: readonly NoteVerifier[];
}

/** The name that checkpoints are signed under. */
const SIGNER_NAME = 'cordon-record';

/**
 * @param wrapping 32 bytes: the key that data keys are wrapped with
 * @param signing 32 bytes: the seed of the key that checkpoints are signed with
 * @param former those that data keys were wrapped with before
 */
export function createRecordKeys(wrapping: Uint8Array, signing: Uint8Array, former: readonly WrappingKey[] = []): RecordKeys {
  return { wrapping: new WrappingKey(wrapping), former, signer: checkpointSigner(signing) };
}

/** @param signing 32 bytes: the seed of the key that checkpoints are signed with */
export function checkpointSigner(signing: Uint8Array): NoteSigner {
  return createNoteSigner(SIGNER_NAME, signing);
}

export function readingKeys({ wrapping, former, signer }: RecordKeys): ReadingKeys {
  return { wrapping: [wrapping, ...former], verifiers: [signer.verifier] };
}

const ALGORITHM = 'id-aes256-wrap';
/** @source RFC 3394 §2.2.3.1 */
const INITIAL_VALUE = Buffer.from('a6a6a6a6a6a6a6a6', 'hex');
const ID_BYTES = 8;

/** Wraps the data keys of segments. @source RFC 3394 */
export class WrappingKey {
  /** Tells keys apart and nothing about them. */
  readonly id: string;
  readonly #key: Uint8Array;

  constructor(key: Uint8Array) {
    this.#key = key.slice();
    const digest = hash('sha256', Buffer.concat([Buffer.from('cordon record wrapping key\n'), key]), 'buffer');
    this.id = digest.subarray(0, ID_BYTES).toString('hex');
  }

  wrap(dataKey: Uint8Array): Buffer {
    const cipher = createCipheriv(ALGORITHM, this.#key, INITIAL_VALUE);
    return Buffer.concat([cipher.update(dataKey), cipher.final()]);
  }

  /** @returns undefined where it was wrapped with another key, or changed */
  unwrap(wrapped: Uint8Array): Uint8Array | undefined {
    try {
      const decipher = createDecipheriv(ALGORITHM, this.#key, INITIAL_VALUE);
      return Buffer.concat([decipher.update(wrapped), decipher.final()]);
    } catch {
      return undefined;
    }
  }
}
