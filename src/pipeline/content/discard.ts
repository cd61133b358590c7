import type { Readable } from 'node:stream';
import type { ReplySink } from '../../core/exchange/reply-sink.ts';
import type { Bytes, Milliseconds } from '../../core/units.ts';
import type { RequestContent } from './request-content.ts';

/** How much of the content of a refused request is read away before its connection is cut. */
const DISCARD_LIMIT: Bytes = 1024 * 1024;
/** And for how long. */
const DISCARD_TIME: Milliseconds = 10_000;

/**
 * Reads away what a client still sends of a request that is answered already, so that it gets to read its answer. More, or
 * slower, is cut off.
 */
function discard(content: Readable | null, reply: ReplySink): void {
  if (content === null || content.readableEnded || content.destroyed) return;
  const cut = (): void => {
    content.destroy();
    reply.abort();
  };
  const timer = setTimeout(cut, DISCARD_TIME);
  let bytes: Bytes = 0;
  content.on('data', (chunk: Uint8Array) => {
    bytes += chunk.length;
    if (bytes > DISCARD_LIMIT) cut();
  });
  content.on('error', () => {});
  content.once('close', () => clearTimeout(timer));
  // Whoever read it before may have left it paused.
  content.resume();
}

/** Lets go of the content of a request that is answered, and discards what has not come of it yet. */
export async function discardRest(content: RequestContent | undefined, reply: ReplySink): Promise<void> {
  if (content === undefined) return;
  await content.dispose();
  discard(content.source, reply);
}
