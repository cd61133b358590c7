import type { ListCursor } from '../../core/page.ts';

/** Of what is listed: UUIDs of approvals, grants and exchanges, ids of tokens and sessions. */
const ID = /^(?:[0-9a-f-]{36}|[0-9a-f]{20}|[an]-[0-9a-f]{32})$/;

/** A place in a list as text: opaque to whoever brings it back. */
export function cursorText({ createdAt, id }: ListCursor): string {
  return Buffer.from(JSON.stringify([createdAt, id])).toString('base64url');
}

/** The place that a text stands for; undefined for a text that none was made of. */
export function parseCursor(text: string): ListCursor | undefined {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
    if (!Array.isArray(parsed) || parsed.length !== 2) return undefined;
    const [createdAt, id] = parsed as [unknown, unknown];
    // PostgreSQL takes neither a fraction for a time nor U+0000 in a text: its refusal would look like a store that is down.
    return Number.isSafeInteger(createdAt) && typeof id === 'string' && ID.test(id)
      ? { createdAt: createdAt as number, id }
      : undefined;
  } catch {
    return undefined;
  }
}
