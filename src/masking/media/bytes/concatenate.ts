import { takeBytes } from './small-copy.ts';

/** All parts as one; the part itself where only one is not empty. */
export function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const only = parts.find((part) => part.length === length);
  if (only !== undefined) return only;
  const whole = takeBytes(length);
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

export const EMPTY = new Uint8Array(0);
