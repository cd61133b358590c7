import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto';

/** Plain bytes in a full chunk. */
export const CHUNK_BYTES = 64 * 1024;
const TAG_BYTES = 16;
const HEADER_BYTES = 4;
const FINAL_FLAG = 0x8000_0000;

/** The sealed content was changed, cut, extended or put in another order, or is sealed under another key or id. */
export class UnsealError extends Error {
  override readonly name = 'UnsealError';
}

/**
 * Seals the content of one entry in chunks: `u32 (final flag | length) | ciphertext | tag`, AES-256-GCM (NIST SP 800-38D).
 *
 * The key is derived from the master key and the id (RFC 5869), so that counting nonces never repeat under one key. Id,
 * index and final flag are authenticated with each chunk: none can be moved, dropped, repeated or taken for the last.
 */
export class ChunkSealer {
  readonly #key: Uint8Array;
  readonly #id: string;
  #index = 0;

  constructor(masterKey: Uint8Array, id: string) {
    this.#key = deriveKey(masterKey, id);
    this.#id = id;
  }

  /** @param plain at most {@link CHUNK_BYTES} */
  seal(plain: Uint8Array, final: boolean): Uint8Array {
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonceOf(this.#index));
    cipher.setAAD(associatedData(this.#id, this.#index, final));
    this.#index += 1;
    const header = Buffer.alloc(HEADER_BYTES);
    header.writeUInt32BE(plain.length + (final ? FINAL_FLAG : 0));
    return Buffer.concat([header, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  }
}

/**
 * The plain chunks of sealed content; none is given out before it is verified. Throws {@link UnsealError} at the first
 * that is not what was sealed, and at the end when the last one is missing.
 *
 * @param sealed whose memory may be used again for the next piece
 */
export async function* unsealChunks(
  masterKey: Uint8Array,
  id: string,
  sealed: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const key = deriveKey(masterKey, id);
  let rest: Buffer = Buffer.alloc(0);
  let index = 0;
  let isComplete = false;
  for await (const bytes of sealed) {
    rest = rest.length === 0 ? Buffer.from(bytes) : Buffer.concat([rest, bytes]);
    for (let chunk = firstChunk(rest); chunk !== undefined; chunk = firstChunk(rest)) {
      if (isComplete) throw new UnsealError('Found bytes after the final chunk');
      yield openChunk(key, id, index, chunk);
      rest = rest.subarray(chunk.size);
      index += 1;
      isComplete = chunk.final;
    }
  }
  if (rest.length > 0) throw new UnsealError(`Found ${rest.length} bytes that are no whole chunk`);
  if (!isComplete) throw new UnsealError('The final chunk is missing');
}

interface Chunk {
  readonly final: boolean;
  readonly ciphertext: Uint8Array;
  readonly tag: Uint8Array;
  /** With header and tag. */
  readonly size: number;
}

function firstChunk(bytes: Buffer): Chunk | undefined {
  if (bytes.length < HEADER_BYTES) return undefined;
  const header = bytes.readUInt32BE();
  const final = header >= FINAL_FLAG;
  const length = final ? header - FINAL_FLAG : header;
  // Not authenticated yet: it must not make us wait for gigabytes.
  if (length > CHUNK_BYTES) throw new UnsealError(`Found a chunk of ${length} bytes, expected at most ${CHUNK_BYTES}`);
  const size = HEADER_BYTES + length + TAG_BYTES;
  if (bytes.length < size) return undefined;
  const tagStart = HEADER_BYTES + length;
  return { final, ciphertext: bytes.subarray(HEADER_BYTES, tagStart), tag: bytes.subarray(tagStart, size), size };
}

function openChunk(key: Uint8Array, id: string, index: number, chunk: Chunk): Uint8Array {
  const decipher = createDecipheriv('aes-256-gcm', key, nonceOf(index), { authTagLength: TAG_BYTES });
  decipher.setAAD(associatedData(id, index, chunk.final));
  decipher.setAuthTag(chunk.tag);
  try {
    return Buffer.concat([decipher.update(chunk.ciphertext), decipher.final()]);
  } catch {
    throw new UnsealError(`Chunk ${index} is not what was sealed`);
  }
}

function deriveKey(masterKey: Uint8Array, id: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', masterKey, id, 'cordon sealed chunks v1', 32));
}

function nonceOf(index: number): Uint8Array {
  const nonce = Buffer.alloc(12);
  nonce.writeUIntBE(index, 6, 6);
  return nonce;
}

function associatedData(id: string, index: number, final: boolean): Uint8Array {
  return Buffer.from(`${id} ${index} ${final ? 'final' : 'more'}`);
}
