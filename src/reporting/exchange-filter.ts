/**
 * Which exchanges a figure counts, by the names that `GET /v1/exchanges` and the address of the console's view take. Members
 * are joined: an exchange has all of them.
 */
export interface ExchangeFilter {
  readonly since?: string;
  readonly until?: string;
  readonly subject?: string;
  readonly session?: string;
  readonly host?: string;
  readonly decision?: 'permit' | 'hold' | 'deny';
  readonly code?: string;
  readonly place?: string;
  readonly rule?: string;
  readonly entity?: string;
}

/** The view of the console that shows these exchanges: `/#/exchanges?host=example.org`. */
export function exchangesView(filter: ExchangeFilter): string {
  const pairs = Object.entries(filter as Readonly<Record<string, string | undefined>>)
    .filter((pair): pair is [string, string] => pair[1] !== undefined)
    .map(([name, value]) => `${name}=${encodeURIComponent(value.toWellFormed())}`);
  return `/#/exchanges${pairs.length === 0 ? '' : `?${pairs.join('&')}`}`;
}
