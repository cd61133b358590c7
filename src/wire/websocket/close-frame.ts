import { fail, ok, type Result } from '../../core/result.ts';
import { MAX_CONTROL } from './opcode.ts';

/** Why a connection is closed, as far as the gateway says so (RFC 6455 §7.4.1; 1012 to 1014 of its IANA registry). */
export const CLOSE = {
  protocolError: 1002,
  invalidPayload: 1007,
  policyViolation: 1008,
  tooBig: 1009,
  internalError: 1011,
  tryAgainLater: 1013,
} as const;

export type CloseCode = (typeof CLOSE)[keyof typeof CLOSE];

/** The payload of a close frame; its bytes are not empty unless there is neither. */
export interface ClosePayload {
  /** Absent where the frame is empty. */
  readonly code?: number;
  /** Text in UTF-8, not yet checked to be such. */
  readonly reason: Uint8Array;
}

/** Most bytes of the reason. */
export const MAX_REASON = MAX_CONTROL - 2;

/**
 * Reads the payload of a close frame (RFC 6455 §5.5.1).
 * @failure a sentence: half a code, or one that must not be sent
 */
export function readClose(payload: Uint8Array): Result<ClosePayload, string> {
  if (payload.length === 0) return ok({ reason: payload });
  if (payload.length === 1) return fail('Found a close frame with one byte, expected a code of two');
  const code = payload[0]! * 256 + payload[1]!;
  return isSendable(code)
    ? ok({ code, reason: payload.subarray(2) })
    : fail(`Found the close code ${code}, which must not be sent`);
}

/** The payload of a close frame. @param reason at most {@link MAX_REASON} bytes */
export function closePayload(code: number, reason: Uint8Array): Uint8Array {
  const payload = new Uint8Array(2 + reason.length);
  payload[0] = code >> 8;
  payload[1] = code & 0xff;
  payload.set(reason, 2);
  return payload;
}

/** RFC 6455 §7.4: 1004 to 1006 and 1015 stand for what no frame said. */
function isSendable(code: number): boolean {
  if (code >= 3000) return code <= 4999;
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014);
}
