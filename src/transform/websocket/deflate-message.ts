import { constants, deflateRaw, type ZlibOptions } from 'node:zlib';
import type { Bytes } from '../../core/units.ts';
import type { DeflateWindow } from './deflate-window.ts';

/** Shorter ones leave as they are: setting zlib up costs more than a few bytes on the wire. */
const WORTHWHILE: Bytes = 256;
/** zlib makes no raw deflate data for the smallest window that RFC 7692 §7.1.2.1 allows. */
const LEAST_WINDOW_BITS = 9;
/** What the sync flush at the end leaves, and the receiver puts back (RFC 7692 §7.2.1). */
const TAIL: Bytes = 4;

/**
 * A message compressed for permessage-deflate; undefined where that makes it no shorter, so that it leaves as it is: a sender
 * is free to for each message (RFC 7692 §6).
 *
 * @param window of the side in whose name it is sent
 * @param windowBits what was agreed on for that side
 */
export async function deflateMessage(
  message: Uint8Array,
  window: DeflateWindow,
  windowBits: number,
): Promise<Uint8Array | undefined> {
  if (message.length < WORTHWHILE || windowBits < LEAST_WINDOW_BITS) return undefined;
  const deflated = await deflate(message, {
    ...window.dictionary,
    windowBits,
    level: constants.Z_BEST_SPEED,
    finishFlush: constants.Z_SYNC_FLUSH,
  });
  if (deflated === undefined || deflated.length - TAIL >= message.length) return undefined;
  window.add(message);
  return deflated.subarray(0, -TAIL);
}

function deflate(message: Uint8Array, options: ZlibOptions): Promise<Uint8Array | undefined> {
  return new Promise((resolve) => {
    // It fails for want of memory alone, and then the message leaves as it is.
    deflateRaw(message, options, (error, result) => resolve(error === null ? result : undefined));
  });
}
