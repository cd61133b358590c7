import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Bytes } from '../core/units.ts';

/** So much may be read before what was read earlier is given back: a young collection costs some 2 ms. */
const READ_BETWEEN: Bytes = 24 * 1024 * 1024;

// The documented way to V8's own collector (`node:v8`); nothing but this module gets it.
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as (options: { readonly type: 'minor' }) => void;

let readSince: Bytes = 0;

/**
 * Told of content that was read or copied. Node reads every chunk into fresh memory outside V8's heap, and V8 takes the pressure of it for
 * a reason to mark that whole heap again and again, where a young collection frees all of it: bulk costs twice the CPU time
 * and a third more memory (docs/performance.md).
 */
export function countRead(bytes: Bytes): void {
  readSince += bytes;
  if (readSince < READ_BETWEEN) return;
  readSince = 0;
  collect({ type: 'minor' });
}
