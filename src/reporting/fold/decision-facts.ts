import type { DecisionEvent } from '../../core/exchange/record.ts';
import { FACETS, type Facet } from '../../core/place/evidence.ts';

/** Where a destination is, as it was judged: labels by facet. */
export type FacetLabels = { readonly [F in Facet]: string };

/** What the judgement of each facet rested on. */
export type FacetBases = FacetLabels;

/** What a decision says that a report counts by. */
export interface DecisionFacts {
  readonly subject: string | undefined;
  readonly home: string | undefined;
  readonly decision: DecisionEvent['decision'];
  readonly code: string | undefined;
  readonly wouldDeny: string | undefined;
  readonly rules: readonly string[];
  readonly policy: string | undefined;
  readonly transfer: DecisionEvent['transfer'];
  readonly contradictions: readonly string[];
  /** Absent where the request was refused before its destination was judged. */
  readonly place: FacetLabels | undefined;
  readonly basis: FacetBases | undefined;
}

/** No evidence states the facet, and the service handles content where it is entered (contract §4.1.4). */
const FOLLOWS_ENTRY = 'follows entry';
/** No evidence that counts. */
const NO_EVIDENCE = 'none';

/** Takes a decision apart. What has another shape than a decision has is left out. */
export function decisionFacts(event: DecisionEvent): DecisionFacts {
  const { subject, home, decision, code, wouldDeny, rules, policy, transfer, contradictions, place } = event;
  return {
    subject,
    home,
    decision,
    code,
    wouldDeny,
    rules: Array.isArray(rules) ? rules : [],
    policy,
    transfer,
    contradictions: Array.isArray(contradictions) ? contradictions : [],
    place,
    basis: place === undefined ? undefined : basesOf(event, place),
  };
}

/** The strongest evidence that states what was judged, facet by facet: it is recorded strongest first. */
function basesOf({ evidence }: DecisionEvent, place: FacetLabels): FacetBases {
  const basisOf = (facet: Facet): string => {
    const stating = evidence.find(({ places, stale }) => stale !== true && places[facet] === place[facet]);
    if (stating !== undefined) return stating.kind;
    return facet !== 'entry' && place[facet] === place.entry ? FOLLOWS_ENTRY : NO_EVIDENCE;
  };
  const [entry, processing, storage] = FACETS.map(basisOf) as [string, string, string];
  return { entry, processing, storage };
}

const OPEN_PLACES: ReadonlySet<string> = new Set(['unknown', 'global', 'anycast']);

/** Whether one of the places has no country. */
export function isOpenPlace({ entry, processing, storage }: FacetLabels): boolean {
  return OPEN_PLACES.has(entry) || OPEN_PLACES.has(processing) || OPEN_PLACES.has(storage);
}

/**
 * The host of a recorded target: of a URI, or of the `host:port` of a CONNECT. What has none (a request that could not be
 * read) is shown as it was recorded, cut.
 */
export function hostOf(target: string | undefined): string {
  if (target === undefined) return '';
  const scheme = target.startsWith(HTTPS) ? HTTPS.length - 3 : target.indexOf('://');
  const from = scheme < 0 ? 0 : scheme + 3;
  const slash = target.indexOf('/', from);
  const authority = target.slice(from, slash < 0 ? target.length : slash);
  const port = authority.includes(':') ? authority.lastIndexOf(':') : -1;
  // The colons of an IPv6 address stand in brackets.
  const host = port >= 0 && port > authority.lastIndexOf(']') ? authority.slice(0, port) : authority;
  return host.length <= MOST_HOST ? host : `${host.slice(0, MOST_HOST)}…`;
}

/** Nearly all are. */
const HTTPS = 'https://';
/** The longest name of DNS. */
const MOST_HOST = 253;
