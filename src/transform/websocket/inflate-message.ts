import { constants, inflateRaw, type ZlibOptions } from 'node:zlib';
import { ok, type Result } from '../../core/result.ts';
import type { Bytes } from '../../core/units.ts';
import { RATIO_LIMIT } from '../codings/expansion.ts';
import { CLOSE } from '../../wire/websocket/close-frame.ts';
import type { DeflateWindow } from './deflate-window.ts';
import { MAX_MESSAGE, messageFailure, type MessageFailure } from './message-failure.ts';

/** What a sender took off the end (RFC 7692 §7.2.1). */
const TAIL = Buffer.from([0x00, 0x00, 0xff, 0xff]);
/** After a final block one more byte of padding stands before it (RFC 7692 §7.2.3.4). */
const AFTER_FINAL_BLOCK = TAIL.length + 1;

/**
 * A message with permessage-deflate undone.
 *
 * @param window of the side that sent it
 * @failure unreadable_content for what is no deflate data or goes on behind its final block; content_too_large beyond the
 * limits of a message; overloaded
 */
export async function inflateMessage(payload: Uint8Array, window: DeflateWindow): Promise<Result<Uint8Array, MessageFailure>> {
  const coded = Buffer.concat([payload, TAIL]);
  const most = mostDecoded(payload.length);
  const inflated = await inflate(coded, {
    ...window.dictionary,
    finishFlush: constants.Z_SYNC_FLUSH,
    maxOutputLength: most,
  });
  if (inflated instanceof Error) return inflateFailure(inflated, most);
  const { message, read } = inflated;
  if (coded.length - read > AFTER_FINAL_BLOCK) {
    return messageFailure({ code: 'unreadable_content', detail: 'Found bytes behind the final block of a compressed message' });
  }
  window.add(message);
  return ok(message);
}

function mostDecoded(arrived: Bytes): Bytes {
  return Math.min(MAX_MESSAGE, Math.max(RATIO_LIMIT.ratioFrom, arrived * RATIO_LIMIT.ratio));
}

interface Inflated {
  readonly message: Uint8Array;
  /** How much of the coded bytes was taken. */
  readonly read: Bytes;
}

function inflate(coded: Uint8Array, options: ZlibOptions): Promise<Inflated | Error> {
  return new Promise((resolve) => {
    inflateRaw(coded, { ...options, info: true }, (error, result) => {
      if (error !== null) {
        resolve(error);
        return;
      }
      const { buffer, engine } = result as unknown as { buffer: Uint8Array; engine: { bytesWritten: number } };
      resolve({ message: buffer, read: engine.bytesWritten });
    });
  });
}

function inflateFailure(error: Error, most: Bytes): Result<never, MessageFailure> {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
  if (code === 'ERR_BUFFER_TOO_LARGE') {
    return messageFailure({ code: 'content_too_large', detail: `Found a message that inflates to more than ${most} bytes` });
  }
  if (code === 'Z_MEM_ERROR' || code === 'ERR_ZLIB_INITIALIZATION_FAILED') {
    return messageFailure({ code: 'overloaded', detail: `No memory to inflate a message: ${code}` });
  }
  const detail = `Found a compressed message that is no well-formed deflate: ${code}`;
  return messageFailure({ code: 'unreadable_content', detail }, CLOSE.invalidPayload);
}
