import { applyMaskingKey } from './masking-key.ts';
import type { Opcode } from './opcode.ts';

/** A frame as it leaves. */
export interface OutgoingFrame {
  readonly opcode: Opcode;
  readonly isFinal: boolean;
  /** RSV1, which only the first frame of a message carries (RFC 7692 §6). */
  readonly isCompressed: boolean;
  readonly payload: Uint8Array;
}

/**
 * The bytes of a frame (RFC 6455 §5.2).
 *
 * @param maskingKey 4 bytes, unpredictable and fresh for each frame, where it goes to a server (RFC 6455 §5.3); absent where it
 * goes to a client
 */
export function writeFrame({ opcode, isFinal, isCompressed, payload }: OutgoingFrame, maskingKey?: Uint8Array): Uint8Array {
  const length = lengthField(payload.length);
  const keyAt = 1 + length.length;
  const payloadAt = keyAt + (maskingKey?.length ?? 0);
  const frame = new Uint8Array(payloadAt + payload.length);
  frame[0] = (isFinal ? 0x80 : 0) | (isCompressed ? 0x40 : 0) | opcode;
  frame.set(length, 1);
  if (maskingKey === undefined) {
    frame.set(payload, payloadAt);
    return frame;
  }
  frame[1]! |= 0x80;
  frame.set(maskingKey, keyAt);
  frame.set(applyMaskingKey(payload, maskingKey), payloadAt);
  return frame;
}

/** The length in its shortest form. */
function lengthField(length: number): Uint8Array {
  if (length < 126) return Uint8Array.of(length);
  const field = new Uint8Array(length < 0x10000 ? 3 : 9);
  field[0] = length < 0x10000 ? 126 : 127;
  for (let i = field.length - 1, rest = length; i > 0; i--, rest = Math.floor(rest / 256)) field[i] = rest % 256;
  return field;
}
