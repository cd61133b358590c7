import type { ListCursor } from '../../core/page.ts';

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
    return typeof createdAt === 'number' && Number.isFinite(createdAt) && typeof id === 'string'
      ? { createdAt, id }
      : undefined;
  } catch {
    return undefined;
  }
}
