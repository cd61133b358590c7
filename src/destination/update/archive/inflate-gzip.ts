import { gunzipSync } from 'node:zlib';
import { fail, ok, type Result } from '../../../core/result.ts';
import type { Bytes } from '../../../core/units.ts';

/** The bytes that were packed as gzip; of a bomb no more than `maxBytes` are ever inflated. */
export function inflateGzip(packed: Uint8Array, maxBytes: Bytes): Result<Buffer, string> {
  try {
    return ok(gunzipSync(packed, { maxOutputLength: maxBytes }));
  } catch (error) {
    return fail(`found what does not inflate as gzip to at most ${maxBytes} bytes (${(error as Error).message})`);
  }
}
