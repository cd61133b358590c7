import { BoundedMap } from '../../core/bounded-map.ts';
import type { AppendedEvent, ContentEvent, OutcomeEvent, ProgressEvent } from '../../core/exchange/record.ts';
import type { Milliseconds } from '../../core/units.ts';
import { keptFor, retentionClassOf, type RetentionTerms } from './retention-terms.ts';

/** Exchanges that run at once, and then some: of one that was forgotten the rest is kept as long as any home would have it. */
const CAPACITY = 100_000;

/** Tells of each event, in their order, how long it will be kept; what goes on the same shelf shares its blocks. */
export type ShelfOf = (event: AppendedEvent) => Milliseconds;

/** What an event says itself of whose it is, where its decision is out of reach. */
export function statedHome(
  event: Omit<ContentEvent, 'sealed'> | ProgressEvent | OutcomeEvent,
): string | { readonly unknown: true } {
  return (event.kind === 'outcome' ? event.home : undefined) ?? { unknown: true };
}

/** Undefined where everything is kept equally long: then blocks are shared by all. */
export function createShelves(terms: RetentionTerms): ShelfOf | undefined {
  if (terms.shortest === terms.longest) return undefined;
  /** Homes of exchanges that have not ended: their decision alone says whose they are. */
  const homes = new BoundedMap<string, { readonly home: string | undefined }>(CAPACITY);
  return (event) => {
    const of = retentionClassOf(event.kind);
    switch (event.kind) {
      case 'decision':
        homes.set(event.exchange, { home: event.home });
        return keptFor(terms, of, event.home);
      case 'content':
      case 'progress':
      case 'outcome': {
        const known = homes.get(event.exchange);
        if (event.kind === 'outcome') homes.delete(event.exchange);
        return keptFor(terms, of, known === undefined ? statedHome(event) : known.home);
      }
      case 'folded':
      case 'gap':
      case 'policy':
      case 'admin':
        return keptFor(terms, of, undefined);
    }
  };
}
