import type { Accepted, Located } from '../../core/exchange/exchange.ts';
import type { LocateQuery } from '../../destination/locate.ts';

/** What an exchange shows of where it goes; without `resolution`, before any look-up. */
export function locateQuery(
  { authority, kind, requestTarget, hasContent, members }: Accepted & Pick<Partial<Located>, 'members'>,
  resolution?: LocateQuery['resolution'],
): LocateQuery {
  const { host, port } = authority;
  if (kind === 'connect') return { host, port, resolution };
  const query = requestTarget.indexOf('?');
  const path = query < 0 ? requestTarget : requestTarget.slice(0, query);
  if (!hasContent) return { host, port, resolution, path, content: null };
  return members === undefined ? { host, port, resolution, path } : { host, port, resolution, path, content: members };
}
