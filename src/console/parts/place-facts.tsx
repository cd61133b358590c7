import type { ExchangeSummary } from '../../admin/contract/exchanges.ts';
import { Foreign } from '../text/foreign.tsx';
import type { Fact } from './facts.tsx';

type Places = NonNullable<ExchangeSummary['places']>;

const FACETS = [
  ['entry', 'Enters in'],
  ['processing', 'Is worked on in'],
  ['storage', 'Is stored in'],
] as const;

/** Where the data goes, by facet. */
export function placeFacts(places: Places): Fact[] {
  return FACETS.map(([facet, label]) => [label, <Foreign text={places[facet]} />]);
}

/** All places that differ, in a row. */
export function placesText({ entry, processing, storage }: Places): string {
  return [...new Set([entry, processing, storage])].join(', ');
}
