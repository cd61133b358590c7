import type { Transform } from 'node:stream';
import { constants, createBrotliCompress, createDeflate, createGzip, createZstdCompress } from 'node:zlib';
import type { Bytes } from '../../core/units.ts';
import { ContentError } from '../content/content-error.ts';
import type { CodingMemory } from './coding-memory.ts';
import type { ContentCoding } from './content-coding.ts';
import { STREAM_BUFFER } from './stream-buffer.ts';

/** What an encoder of the lowest level takes, whichever it is; measured: 0.3 to 0.8 MiB. */
const ENCODER_MEMORY: Bytes = 1024 * 1024;

const OPTIONS = { chunkSize: STREAM_BUFFER, highWaterMark: STREAM_BUFFER };

/** Made at the lowest level: on the way to a client nearby, time counts for more than size. */
const ENCODERS: Readonly<Record<ContentCoding, (flushes: boolean) => Transform>> = {
  gzip: (flushes) => createGzip({ ...OPTIONS, level: 1, flush: zlibFlush(flushes) }),
  deflate: (flushes) => createDeflate({ ...OPTIONS, level: 1, flush: zlibFlush(flushes) }),
  br: (flushes) =>
    createBrotliCompress({
      ...OPTIONS,
      flush: flushes ? constants.BROTLI_OPERATION_FLUSH : constants.BROTLI_OPERATION_PROCESS,
      params: { [constants.BROTLI_PARAM_QUALITY]: 1, [constants.BROTLI_PARAM_LGWIN]: 18 },
    }),
  zstd: (flushes) =>
    createZstdCompress({
      ...OPTIONS,
      flush: flushes ? constants.ZSTD_e_flush : constants.ZSTD_e_continue,
      params: { [constants.ZSTD_c_compressionLevel]: 1 },
    }),
};

/**
 * A stream that applies a coding. It ends with a {@link ContentError} `overloaded` when there is no memory for it.
 *
 * @param flushes whether all that is written comes out at once, for streams whose reader waits for each piece
 */
export function encodingStream(coding: ContentCoding, flushes: boolean, memory: CodingMemory): Transform {
  const encoder = ENCODERS[coding](flushes);
  const share = memory.share();
  if (share.hold(ENCODER_MEMORY)) encoder.once('close', () => share.release());
  else encoder.destroy(new ContentError({ code: 'overloaded', detail: `No room for another ${coding} encoder` }));
  return encoder;
}

function zlibFlush(flushes: boolean): number {
  return flushes ? constants.Z_SYNC_FLUSH : constants.Z_NO_FLUSH;
}
