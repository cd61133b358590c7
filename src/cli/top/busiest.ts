import type { ExchangeSummary } from '../../admin/contract/exchanges.ts';
import type { Instant } from '../../core/units.ts';

/** How often something occurs among the exchanges that were looked at, by what was decided. */
export interface Occurrence {
  readonly name: string;
  readonly permit: number;
  readonly hold: number;
  readonly deny: number;
}

/** Who asks for what, as the newest exchanges have it. */
export interface Busiest {
  /** How far back they go. */
  readonly seconds: number;
  readonly exchanges: number;
  /** The most frequent first. */
  readonly agents: readonly Occurrence[];
  readonly destinations: readonly Occurrence[];
  readonly rules: readonly Occurrence[];
}

/** Counts the newest exchanges. @param seconds how far back was asked; `isCut`: there were more than are here */
export function busiest(
  items: readonly ExchangeSummary[],
  { now, seconds, isCut }: { readonly now: Instant; readonly seconds: number; readonly isCut: boolean },
): Busiest {
  const oldest = items.at(-1);
  const reached = oldest !== undefined && isCut ? Math.max(1, (now - Date.parse(oldest.time)) / 1000) : seconds;
  return {
    seconds: Math.min(seconds, reached),
    exchanges: items.length,
    agents: occurrences(items, ({ agent }) => [agent ?? '-']),
    destinations: occurrences(items, (item) => [destinationOf(item)]),
    rules: occurrences(items, ({ rules }) => rules),
  };
}

function occurrences(
  items: readonly ExchangeSummary[],
  namesOf: (item: ExchangeSummary) => readonly string[],
): readonly Occurrence[] {
  const counts = new Map<string, { name: string; permit: number; hold: number; deny: number }>();
  for (const item of items) {
    for (const name of namesOf(item)) {
      const count = counts.get(name) ?? { name, permit: 0, hold: 0, deny: 0 };
      count[item.decision] += 1;
      counts.set(name, count);
    }
  }
  return [...counts.values()].sort((a, b) => totalOf(b) - totalOf(a) || (a.name < b.name ? -1 : 1));
}

export function totalOf({ permit, hold, deny }: Occurrence): number {
  return permit + hold + deny;
}

/** Host and port, as far as the target has them. */
function destinationOf({ kind, target }: ExchangeSummary): string {
  if (target === undefined) return '-';
  return kind === 'connect' ? target : (URL.parse(target)?.host ?? target);
}
