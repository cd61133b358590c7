import type { Readable } from 'node:stream';
import type { Accepted } from '../core/exchange/exchange.ts';

/** The content to forward, or null; a request without content leaves nothing unread on the connection. */
export function contentOf(message: Readable, { hasContent }: Accepted): Readable | null {
  return hasContent ? message : null;
}
