import { createCipheriv, createDecipheriv, createHmac, createSecretKey, timingSafeEqual, type KeyObject } from 'node:crypto';
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { joinedLines, type ApartLines } from './apart-lines.ts';
import { DICTIONARY } from './dictionary.ts';

/**
 * Records that were written together, sealed: how many bytes follow the head (four bytes), how many they were before they were
 * compressed (four), how many records (two), how they are coded (one), whether content stands beside them (one), a nonce
 * (twelve); then the ciphertext and its tag. AES-256-GCM (NIST SP 800-38D) under the data key of the segment. The head, the
 * place of the block in the segment and the digest of the segment's head are authenticated with it, so that no block can be
 * moved, dropped or put elsewhere. Where content stands beside the lines, what is sealed is the length of the coded lines
 * (four), these, and the pieces of `apart-lines.ts`.
 */
export const BLOCK_HEAD_BYTES = 24;
const TAG_BYTES = 16;
const NONCE_FROM = 12;
const NONCE_BYTES = 12;
/** Tells apart what was sealed by two programs under one data key, or twice by one: after a crash, and after a failed write. */
const EPOCH_BYTES = 8;

/** Plain bytes that a block holds at most: a batch, and one record more. */
const MAX_PLAIN_BYTES = 2 * 1024 ** 2;
/** What compression may add. */
const MAX_SEALED_BYTES = MAX_PLAIN_BYTES + 4096;
const MAX_RECORDS = 0xffff;

const STORED = 0;
const ZSTD = 1;
/** What was in it is gone; its hash stays. */
const REMOVED = 2;
const TOGETHER = 0;
const APART = 1;
const LENGTH_BYTES = 4;
/** A record by itself. */
const LEAST_ROOM = 4096;
const OPTIONS = { dictionary: DICTIONARY, params: { [constants.ZSTD_c_compressionLevel]: 1 } };

/** SHA-256, and half of an HMAC of it. */
const LEAF_BYTES = 32;
const SEAL_BYTES = 16;
/** What stays of a block whose records are removed: its head, its hash as a leaf, and a seal; nothing, up to its length. */
export const REMOVED_BYTES = BLOCK_HEAD_BYTES + LEAF_BYTES + SEAL_BYTES;

/** What is authenticated with a block beside its head. */
const PLACE_BYTES = 4;
const DIGEST_BYTES = 32;

interface SegmentKey {
  readonly dataKey: Uint8Array;
  /** SHA-256 of the head of the segment. */
  readonly headDigest: Uint8Array;
}

class Frame {
  readonly key: KeyObject;
  /** Digest of the segment's head, place of the block, head of the block. */
  readonly #associated: Buffer;

  constructor({ dataKey, headDigest }: SegmentKey) {
    this.key = createSecretKey(dataKey);
    this.#associated = Buffer.alloc(DIGEST_BYTES + PLACE_BYTES + BLOCK_HEAD_BYTES);
    this.#associated.set(headDigest);
  }

  associated(index: number, head: Uint8Array): Buffer {
    this.#associated.writeUInt32BE(index, DIGEST_BYTES);
    this.#associated.set(head, DIGEST_BYTES + PLACE_BYTES);
    return this.#associated;
  }
}

/** Seals the blocks of one segment. */
export class BlockSealer {
  readonly #frame: Frame;
  readonly #epoch: Uint8Array;
  #sealed = 0;
  /** Memory that is used again: what is outside of V8's heap makes it collect all of that. */
  #room = Buffer.allocUnsafeSlow(LEAST_ROOM);

  /** @param epoch eight random bytes, others for everyone who seals under this key */
  constructor(segment: SegmentKey, epoch: Uint8Array) {
    if (epoch.length !== EPOCH_BYTES) throw new RangeError(`Found ${epoch.length} bytes, expected ${EPOCH_BYTES}`);
    this.#frame = new Frame(segment);
    this.#epoch = epoch;
  }

  /**
   * The block, behind one byte of room (see `leafHash`): valid until the next call.
   * @param index of the block in the segment
   * @param lines at most {@link MAX_PLAIN_BYTES} with everything in its place
   * @param compresses whether it may be compressed, which costs as much time as all else together where there are few records
   */
  seal(index: number, lines: ApartLines, { records, compresses }: { records: number; compresses: boolean }): Buffer {
    const { pieces, plainLength } = lines;
    const fits = plainLength <= MAX_PLAIN_BYTES && records > 0 && records <= MAX_RECORDS;
    if (!fits) throw new RangeError(`Found ${records} records of ${plainLength} bytes, expected what a block holds`);
    const coded = compresses ? compress(lines.lines) : lines.lines;
    const parts = pieces.length === 0 ? [coded] : [lengthOf(coded), coded, pieces];
    const length = parts.reduce((sum, part) => sum + part.length, 0);
    const block = this.#roomFor(1 + BLOCK_HEAD_BYTES + length + TAG_BYTES);
    const head = block.subarray(1, 1 + BLOCK_HEAD_BYTES);
    head.writeUInt32BE(length + TAG_BYTES, 0);
    head.writeUInt32BE(plainLength, 4);
    head.writeUInt16BE(records, 8);
    head.writeUInt8(compresses ? ZSTD : STORED, 10);
    head.writeUInt8(pieces.length === 0 ? TOGETHER : APART, 11);
    head.set(this.#epoch, NONCE_FROM);
    head.writeUInt32BE(this.#sealed++, NONCE_FROM + EPOCH_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.#frame.key, head.subarray(NONCE_FROM));
    cipher.setAAD(this.#frame.associated(index, head));
    let at = 1 + BLOCK_HEAD_BYTES;
    for (const part of parts) {
      block.set(cipher.update(part), at);
      at += part.length;
    }
    cipher.final();
    block.set(cipher.getAuthTag(), block.length - TAG_BYTES);
    return block;
  }

  #roomFor(length: number): Buffer {
    if (length > this.#room.length) this.#room = Buffer.allocUnsafeSlow(2 * length);
    return this.#room.subarray(0, length);
  }
}

/** What the head of a block says. */
export interface BlockHead {
  /** Bytes of the whole block. */
  readonly length: number;
  readonly plainLength: number;
  readonly records: number;
  readonly coding: number;
  /** Content stands beside the lines. */
  readonly isApart: boolean;
  /** {@link REMOVED_BYTES} of it say so, the rest is nothing. */
  readonly isRemoved: boolean;
}

/** @returns undefined where no block can begin like this */
export function readBlockHead(bytes: Buffer, at: number): BlockHead | undefined {
  const sealed = bytes.readUInt32BE(at);
  const plainLength = bytes.readUInt32BE(at + 4);
  const records = bytes.readUInt16BE(at + 8);
  const coding = bytes.readUInt8(at + 10);
  const apart = bytes.readUInt8(at + 11);
  const fits = sealed > TAG_BYTES && sealed <= MAX_SEALED_BYTES && plainLength > 0 && plainLength <= MAX_PLAIN_BYTES;
  if (!fits || coding > REMOVED || apart > APART) return undefined;
  return {
    length: BLOCK_HEAD_BYTES + sealed,
    plainLength,
    records,
    coding,
    isApart: apart === APART,
    isRemoved: coding === REMOVED,
  };
}

/** The hash that a block had as a leaf of the tree, where that is all that is left of it. @param block of a removed one */
export function removedLeaf(block: Uint8Array): Uint8Array {
  return block.subarray(BLOCK_HEAD_BYTES, BLOCK_HEAD_BYTES + LEAF_BYTES);
}

/** Opens the blocks of one segment. */
export class BlockOpener {
  readonly #frame: Frame;

  constructor(segment: SegmentKey) {
    this.#frame = new Frame(segment);
  }

  /**
   * The lines of a block.
   * @param block all of it, of which {@link readBlockHead} has said how long it is
   * @returns undefined where it is not the one that was sealed at this place
   */
  open(index: number, block: Buffer, { plainLength, coding, isApart }: BlockHead): Buffer | undefined {
    const sealed = this.authenticate(index, block);
    if (sealed === undefined) return undefined;
    const end = isApart ? codedEnd(sealed) : sealed.length;
    const coded = sealed.subarray(isApart ? LENGTH_BYTES : 0, end);
    const lines = coding === STORED ? coded : decompress(coded, plainLength);
    if (lines === undefined || !isApart) return lines?.length === plainLength ? lines : undefined;
    return joinedLines({ lines, pieces: sealed.subarray(end), plainLength });
  }

  /**
   * What stays of a block once its records are removed. Only who has the key can make it: without, anybody with write access
   * could pass a record off as one whose time was over.
   * @returns undefined where the block has no room for it
   */
  markRemoved(index: number, block: Uint8Array, leaf: Uint8Array): Buffer | undefined {
    if (block.length < REMOVED_BYTES) return undefined;
    const mark = Buffer.concat([block.subarray(0, BLOCK_HEAD_BYTES), leaf, Buffer.alloc(SEAL_BYTES)]);
    mark.writeUInt8(REMOVED, 10);
    mark.set(this.#sealOf(index, mark), BLOCK_HEAD_BYTES + LEAF_BYTES);
    return mark;
  }

  /** Whether a removed block was marked by who has the key. */
  isRemoval(index: number, block: Uint8Array): boolean {
    return timingSafeEqual(this.#sealOf(index, block), block.subarray(BLOCK_HEAD_BYTES + LEAF_BYTES, REMOVED_BYTES));
  }

  #sealOf(index: number, mark: Uint8Array): Buffer {
    const sealed = createHmac('sha256', this.#frame.key).update('cordon removed 1');
    sealed.update(this.#frame.associated(index, mark.subarray(0, BLOCK_HEAD_BYTES))).update(removedLeaf(mark));
    return sealed.digest().subarray(0, SEAL_BYTES);
  }

  /** Whether a block is the one that was sealed at this place: what is in it, still coded. */
  authenticate(index: number, block: Buffer): Buffer | undefined {
    const head = block.subarray(0, BLOCK_HEAD_BYTES);
    const decipher = createDecipheriv('aes-256-gcm', this.#frame.key, head.subarray(NONCE_FROM, NONCE_FROM + NONCE_BYTES));
    decipher.setAAD(this.#frame.associated(index, head));
    decipher.setAuthTag(block.subarray(-TAG_BYTES));
    try {
      const coded = decipher.update(block.subarray(BLOCK_HEAD_BYTES, -TAG_BYTES));
      decipher.final();
      return coded;
    } catch {
      return undefined;
    }
  }
}

/** Lines become less than half as long; where not, another piece of memory is taken. */
function compress(lines: Buffer): Buffer {
  return zstdCompressSync(lines, { ...OPTIONS, chunkSize: LEAST_CHUNK + Math.ceil(lines.length / 2) });
}

function lengthOf({ length }: Uint8Array): Buffer {
  const bytes = Buffer.allocUnsafe(LENGTH_BYTES);
  bytes.writeUInt32BE(length);
  return bytes;
}

/** Where the coded lines end, behind which the pieces stand. */
function codedEnd(sealed: Buffer): number {
  return sealed.length < LENGTH_BYTES ? sealed.length : LENGTH_BYTES + sealed.readUInt32BE(0);
}

/** What zlib takes for a piece at least. */
const LEAST_CHUNK = 64;

function decompress(coded: Buffer, plainLength: number): Buffer | undefined {
  try {
    // In one piece, which is not quite filled: a full one is taken for the first of several.
    const chunkSize = plainLength + LEAST_CHUNK;
    return zstdDecompressSync(coded, { dictionary: DICTIONARY, maxOutputLength: plainLength, chunkSize });
  } catch {
    return undefined;
  }
}
