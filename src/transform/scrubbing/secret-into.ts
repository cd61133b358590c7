import { Buffer } from 'node:buffer';
import type { ValueAcross } from '../websocket/value-across.ts';
import type { SecretPatterns } from './secret-scrubber.ts';

/** A secret that begins in what was sent before a message and goes on in it; undefined where none does. */
export function secretInto(patterns: SecretPatterns, before: Uint8Array, message: Uint8Array): ValueAcross | undefined {
  for (const spelling of patterns.spellings) {
    const tail = before.subarray(-(spelling.length - 1));
    const text = Buffer.concat([tail, message.subarray(0, spelling.length - 1)]);
    const index = text.indexOf(spelling);
    // Of one that lies on one side alone there is not enough here.
    if (index >= 0) return { entity: 'secret', before: tail.length - index, length: index + spelling.length - tail.length };
  }
  return undefined;
}
