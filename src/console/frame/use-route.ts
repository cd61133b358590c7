import { useEffect, useState } from 'preact/hooks';

/** Of approvals and exchanges, and of sessions. */
const ID = /^(?:[0-9a-f-]{36}|[0-9a-f]{20}|[an]-[0-9a-f]{32})$/;

/** Views by the first segment of the fragment: `#/requests/<id>`. The server sees none of it. */
export const VIEWS = ['requests', 'exchanges', 'sessions', 'grants', 'policy', 'access'] as const;
export type View = (typeof VIEWS)[number];

export interface Route {
  readonly view: View;
  /** Of the one thing that is open; absent for the list. */
  readonly id?: string;
  /** What the list is narrowed by, as the query of a URI; absent where it is not. */
  readonly query?: string;
}

export function useRoute(): Route {
  const [route, setRoute] = useState(currentRoute);
  useEffect(() => {
    const changed = (): void => setRoute(currentRoute());
    addEventListener('hashchange', changed);
    return () => removeEventListener('hashchange', changed);
  }, []);
  return route;
}

/** Where the address leads now, which may be ahead of what is shown. */
export function currentRoute(): Route {
  return parseRoute(location.hash);
}

export function addressOf({ view, id, query = '' }: Route): string {
  return `#/${view}${id === undefined ? '' : `/${id}`}${query === '' ? '' : `?${query}`}`;
}

export function goTo(route: Route): void {
  location.hash = addressOf(route);
}

function parseRoute(fragment: string): Route {
  const [path = '', query] = fragment.replace(/^#\//, '').split('?', 2);
  const [view, id] = path.split('/', 2);
  const known = VIEWS.find((each) => each === view) ?? 'requests';
  return {
    view: known,
    // It becomes part of a path that is asked for, so it is an id or nothing.
    ...(id !== undefined && ID.test(id) && { id }),
    ...(query !== undefined && { query }),
  };
}
