import type { Accepted } from '../../core/exchange/exchange.ts';
import type { LocateQuery } from './in-force.ts';

/** What an exchange shows of where it goes, before any look-up. */
export function locateQuery({ authority, kind, requestTarget, hasContent }: Accepted): LocateQuery {
  if (kind === 'connect') return authority;
  return { ...authority, path: requestTarget.split('?', 1)[0]!, ...(!hasContent && { content: null }) };
}
