import { fail, ok, type Result } from '../../core/result.ts';
import type { Bytes } from '../../core/units.ts';
import { MASKING_KEY } from './masking-key.ts';
import { isControlOpcode, isMessageOpcode, MAX_CONTROL, OPCODE, type Opcode } from './opcode.ts';

/** Most bytes of the head of a frame. */
export const MAX_HEAD: Bytes = 2 + 8 + MASKING_KEY;

/** What the bytes before a payload say (RFC 6455 §5.2). */
export interface FrameHead {
  readonly isFinal: boolean;
  /** RSV1: the message that begins here is compressed (RFC 7692 §6). */
  readonly isCompressed: boolean;
  readonly opcode: Opcode;
  readonly length: Bytes;
  /** A view; empty where the payload is not masked. */
  readonly maskingKey: Uint8Array;
}

/** Who sends the frames that are read, and what was agreed on. */
export interface FrameRules {
  /** Frames of a client are masked, those of a server are not (RFC 6455 §5.1). */
  readonly isFromClient: boolean;
  /** permessage-deflate was agreed on. */
  readonly mayCompress: boolean;
}

/** How many bytes the head takes; 2 as long as only less is known. */
export function headLength(bytes: Uint8Array): Bytes {
  if (bytes.length < 2) return 2;
  return 2 + lengthBytes(bytes[1]! & 0x7f) + (isMasked(bytes) ? MASKING_KEY : 0);
}

/** What is wrong with the first two bytes of a head, so that nothing is waited for behind them; undefined when nothing is. */
export function wrongHead([first = 0, second = 0]: Uint8Array, rules: FrameRules): string | undefined {
  const opcode = first & 0x0f;
  const isControl = isControlOpcode(opcode);
  if ((first & 0x30) !== 0) return 'Found a reserved bit that no extension gives a meaning';
  if ((first & 0x40) !== 0 && !(rules.mayCompress && isMessageOpcode(opcode)))
    return 'Found RSV1 where nothing can be compressed';
  if (!isControl && !isMessageOpcode(opcode) && opcode !== OPCODE.continuation) return `Found the reserved opcode ${opcode}`;
  if (second >= 0x80 !== rules.isFromClient) {
    return rules.isFromClient ? 'Found a frame of a client that is not masked' : 'Found a masked frame of a server';
  }
  if (!isControl) return undefined;
  if (first < 0x80) return 'Found a control frame in fragments';
  return (second & 0x7f) > MAX_CONTROL ? `Found a control frame of more than ${MAX_CONTROL} bytes` : undefined;
}

/**
 * Reads a head that is there as a whole and whose first bytes were found to be right.
 * @failure a sentence: the length in a longer form than it takes, or beyond what can be counted
 */
export function readHead(bytes: Uint8Array): Result<FrameHead, string> {
  const short = bytes[1]! & 0x7f;
  const more = lengthBytes(short);
  let length = more === 0 ? short : 0;
  for (const byte of bytes.subarray(2, 2 + more)) length = length * 256 + byte;
  if (length > Number.MAX_SAFE_INTEGER) return fail('Found a frame longer than can be counted');
  if (more > 0 && length < (more === 2 ? 126 : 0x10000)) {
    return fail(`Found the length ${length} in ${more} bytes, expected its shortest form`);
  }
  return ok({
    isFinal: bytes[0]! >= 0x80,
    isCompressed: (bytes[0]! & 0x40) !== 0,
    opcode: (bytes[0]! & 0x0f) as Opcode,
    length,
    maskingKey: bytes.subarray(2 + more, isMasked(bytes) ? 2 + more + MASKING_KEY : 2 + more),
  });
}

function lengthBytes(short: number): 0 | 2 | 8 {
  if (short < 126) return 0;
  return short === 126 ? 2 : 8;
}

function isMasked(bytes: Uint8Array): boolean {
  return bytes[1]! >= 0x80;
}
