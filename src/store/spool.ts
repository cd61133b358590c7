import { mkdir, open, readdir, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { Failure } from '../core/codes.ts';
import { Defect } from '../core/defect.ts';
import type { Random, Spool, SpoolEntry } from '../core/ports.ts';
import { fail, ok, type Result } from '../core/result.ts';
import type { Bytes } from '../core/units.ts';
import { CHUNK_BYTES, ChunkSealer, unsealChunks } from './sealing/sealed-chunks.ts';

export interface SpoolOptions {
  /** Belongs to this spool alone: everything in it is removed at the start. */
  readonly directory: string;
  /** 32 bytes. */
  readonly key: Uint8Array;
  /** Most bytes on disk, encryption included: `limits.spool`. */
  readonly limit: Bytes;
  /** Most of them for one owner. */
  readonly share: Bytes;
  readonly random: Random;
}

const SPOOL_FILE = /^[0-9a-f]{32}\.spool$/;

/**
 * An empty spool. `put()` gives `overloaded` when it or its disk is full and `store_unavailable` when the disk fails; what
 * the content throws it throws on, and keeps nothing. `open()` gives out nothing that was not verified, and throws
 * `UnsealError` when the file is not what was put in. Rejects when the directory cannot be used.
 */
export async function openSpool(options: SpoolOptions): Promise<Spool> {
  const { directory } = options;
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const leftovers = (await readdir(directory)).filter((name) => SPOOL_FILE.test(name));
  for (const name of leftovers) await rm(join(directory, name), { force: true });
  return new DirectorySpool(options);
}

/** Carries a failure out of the loop that reads the content, apart from what the content itself throws. */
class SpoolRefusal extends Error {
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.detail);
    this.failure = failure;
  }
}

class DirectorySpool implements Spool {
  readonly #options: SpoolOptions;
  readonly #entries = new Map<string, { readonly bytes: Bytes; readonly owner: string }>();
  /** Bytes on disk by owner. */
  readonly #shares = new Map<string, Bytes>();
  #used: Bytes = 0;

  constructor(options: SpoolOptions) {
    this.#options = options;
  }

  async put(content: AsyncIterable<Uint8Array>, owner: string): Promise<Result<SpoolEntry, Failure>> {
    // Made here: nothing that a client sends ever becomes part of a path.
    const id = Buffer.from(this.#options.random.bytes(16)).toString('hex');
    const draft: Draft = { id, owner, plain: 0, reserved: 0 };
    try {
      await this.#write(draft, content);
    } catch (error) {
      await rm(this.#path(id), { force: true });
      this.#take(owner, -draft.reserved);
      if (error instanceof SpoolRefusal) return fail(error.failure);
      throw error;
    }
    this.#entries.set(id, { bytes: draft.reserved, owner });
    return ok({ id, bytes: draft.plain });
  }

  open(id: string): AsyncIterable<Uint8Array> {
    const entry = this.#entries.get(id);
    if (entry === undefined) throw new Defect(`There is no entry "${id}" in the spool`);
    return this.#read(id, entry.bytes);
  }

  /** Opened when it is read: what nobody reads would stay open. */
  async *#read(id: string, bytes: Bytes): AsyncGenerator<Uint8Array> {
    yield* unsealChunks(this.#options.key, id, bytesOf(this.#path(id), bytes));
  }

  async remove(id: string): Promise<void> {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    this.#entries.delete(id);
    try {
      await rm(this.#path(id), { force: true });
    } catch {
      // It still takes its room; the next start removes it. Whoever is done with it can do nothing about it.
      return;
    }
    this.#take(entry.owner, -entry.bytes);
  }

  async #write(draft: Draft, content: AsyncIterable<Uint8Array>): Promise<void> {
    const sealer = new ChunkSealer(this.#options.key, draft.id);
    const file = await onDisk(() => open(this.#path(draft.id), 'wx', 0o600));
    try {
      let full: Uint8Array | undefined;
      for await (const chunk of fullChunks(content)) {
        if (full !== undefined) await this.#append(draft, file, sealer.seal(full, false));
        full = chunk;
        draft.plain += chunk.length;
      }
      await this.#append(draft, file, sealer.seal(full ?? new Uint8Array(), true));
    } finally {
      await file.close();
    }
  }

  /** Takes the room before it writes: what comes in at the same time must not overrun the limit together. */
  async #append(draft: Draft, file: FileHandle, sealed: Uint8Array): Promise<void> {
    const { limit, share } = this.#options;
    if (this.#used + sealed.length > limit) {
      throw new SpoolRefusal({ code: 'overloaded', detail: 'The spool has reached limits.spool' });
    }
    if ((this.#shares.get(draft.owner) ?? 0) + sealed.length > share) {
      throw new SpoolRefusal({ code: 'overloaded', detail: `"${draft.owner}" has reached its share of limits.spool` });
    }
    this.#take(draft.owner, sealed.length);
    draft.reserved += sealed.length;
    await onDisk(() => file.writeFile(sealed));
  }

  #take(owner: string, bytes: Bytes): void {
    this.#used += bytes;
    const share = (this.#shares.get(owner) ?? 0) + bytes;
    if (share === 0) this.#shares.delete(owner);
    else this.#shares.set(owner, share);
  }

  #path(id: string): string {
    return join(this.#options.directory, `${id}.spool`);
  }
}

interface Draft {
  readonly id: string;
  readonly owner: string;
  plain: Bytes;
  reserved: Bytes;
}

/** The same bytes in chunks of {@link CHUNK_BYTES}, the last one shorter: a byte at a time must not cost a tag each. */
async function* fullChunks(content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let buffer = Buffer.alloc(0);
  let filled = 0;
  for await (const bytes of content) {
    for (let offset = 0; offset < bytes.length;) {
      const part = bytes.subarray(offset, offset + CHUNK_BYTES - filled);
      buffer = withRoom(buffer, filled, part.length);
      buffer.set(part, filled);
      filled += part.length;
      offset += part.length;
      if (filled < CHUNK_BYTES) continue;
      yield buffer;
      buffer = Buffer.alloc(0);
      filled = 0;
    }
  }
  if (filled > 0) yield buffer.subarray(0, filled);
}

/**
 * Most entries are far smaller than a chunk. With a chunk for each, a thousand that come at once would take 64 MB, and leave the
 * memory of the process in pieces.
 */
function withRoom(buffer: Buffer<ArrayBuffer>, filled: Bytes, more: Bytes): Buffer<ArrayBuffer> {
  if (filled + more <= buffer.length) return buffer;
  const larger = Buffer.alloc(Math.min(CHUNK_BYTES, Math.max(filled + more, 2 * buffer.length)));
  larger.set(buffer.subarray(0, filled));
  return larger;
}

/**
 * The bytes of a file, a chunk at a time, in memory that is used again for the next. A file that has become longer is read on
 * behind its end, so that it is seen.
 */
async function* bytesOf(path: string, size: Bytes): AsyncGenerator<Uint8Array> {
  const file = await open(path);
  try {
    const memory = Buffer.allocUnsafeSlow(Math.min(size, CHUNK_BYTES));
    for (;;) {
      const { bytesRead } = await file.read(memory);
      if (bytesRead === 0) return;
      yield memory.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

async function onDisk<T>(action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    const isFull = error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT');
    throw new SpoolRefusal({ code: isFull ? 'overloaded' : 'store_unavailable', detail: `Cannot spool: ${String(error)}` });
  }
}
