import { FACETS, type Evidence, type Facet } from '../../core/place/evidence.ts';
import type { Judged, Standing } from './standing.ts';

/** A judgement in words, for people and for JSON. */
export interface JudgementInWords {
  /** Per facet: the place, what proves it, and what it does not prove. */
  readonly places: { readonly [F in Facet]: string };
  /** Every statement, strongest first. */
  readonly evidence: readonly string[];
  readonly contradictions: readonly string[];
  /** A stale table would have decided. */
  readonly stale: boolean;
}

/** Says where the destination is, who says so, and what speaks against it. */
export function describeJudgement({ judgement, standings }: Judged): JudgementInWords {
  return {
    places: {
      entry: describeStanding(standings.entry),
      processing: describeStanding(standings.processing),
      storage: describeStanding(standings.storage),
    },
    evidence: judgement.evidence.map(describeEvidence),
    contradictions: judgement.contradictions.map(
      ({ a, b, facet, blocks }) =>
        `${facet}: ${describeEvidence(a)} against ${describeEvidence(b)}${blocks ? '' : ' (recorded only)'}`,
    ),
    stale: judgement.stale,
  };
}

function describeStanding({ place, winner, outsideOnly, stale, blocked, pending }: Standing): string {
  const limits = [
    stale && 'a stale table would have decided',
    outsideOnly && 'this proves outside only',
    blocked && 'contradicted',
    pending && 'not everything is known yet',
  ].filter((limit) => limit !== false);
  const by = winner === undefined ? 'nothing states it' : `by ${winner.kind} (${winner.source})`;
  return [`${place.label}, ${by}`, ...limits].join('; ');
}

function describeEvidence(evidence: Evidence): string {
  const places = FACETS.flatMap((facet) => {
    const place = evidence.places[facet];
    return place === undefined ? [] : [`${facet} ${place.label}`];
  });
  const about = evidence.address ?? evidence.match;
  const dated = evidence.date === undefined ? '' : `, ${evidence.date}`;
  const of = about === undefined ? '' : ` for ${about}`;
  const age = evidence.stale === true ? ', stale: proves nothing' : '';
  return `${evidence.kind}${of}: ${places.join(', ') || 'no place'} (${evidence.source}${dated}${age})`;
}
