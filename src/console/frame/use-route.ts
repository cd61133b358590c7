import { useEffect, useState } from 'preact/hooks';

/** Views by the first segment of the fragment: `#/requests/<id>`. The server sees none of it. */
export const VIEWS = ['requests', 'grants', 'policy', 'access'] as const;
export type View = (typeof VIEWS)[number];

export interface Route {
  readonly view: View;
  /** Of the one thing that is open; absent for the list. */
  readonly id?: string;
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

export function addressOf({ view, id }: Route): string {
  return id === undefined ? `#/${view}` : `#/${view}/${id}`;
}

export function goTo(route: Route): void {
  location.hash = addressOf(route);
}

function parseRoute(fragment: string): Route {
  const [view, id] = fragment.replace(/^#\//, '').split('/', 2);
  const known = VIEWS.find((each) => each === view) ?? 'requests';
  // An id becomes part of a path that is asked for, so it is an id or nothing.
  return id !== undefined && /^[0-9a-f-]{36}$/.test(id) ? { view: known, id } : { view: known };
}
