import { boundFields } from '../../approval/fingerprint/bound-fields.ts';
import { authorityText } from '../../core/address.ts';
import type { HeldRequest } from '../../core/approval/approval.ts';
import type { ApprovalTerms } from '../../core/exchange/decision.ts';
import type { FieldLines } from '../../core/exchange/exchange.ts';
import { FACETS, type Evidence } from '../../core/place/evidence.ts';
import { previewFields } from '../../transform/preview/preview-fields.ts';
import { previewQuery } from '../../transform/preview/preview-query.ts';
import { fieldValue, toFieldLines } from '../../wire/http/fields.ts';
import { requestFieldsForUpstream } from '../../wire/http/hop-by-hop.ts';
import { mediaTypeOf } from '../../wire/http/media-type.ts';
import { CREDENTIAL_FIELDS } from '../carrying/outgoing.ts';
import type { InForce } from '../judging/in-force.ts';
import { masksOf } from '../judging/masks-of.ts';
import type { Held } from '../judging/permitted.ts';
import { targetText } from '../record-events.ts';
import { searchOf, type HeldContent } from './held-content.ts';

/** Names in `approval.fields` of these rules, in lower case. */
export function fieldsOf(terms: readonly ApprovalTerms[]): readonly string[] {
  return [...new Set(terms.flatMap((each) => each.fields))].sort();
}

/**
 * `scheme://host:port`, of a WebSocket with the scheme that is its own (RFC 6455 §3): a GET that people have agreed to must not
 * become a connection on which anything may follow, nor may a grant for it.
 */
export function originOf({ kind, scheme, authority }: Pick<Held, 'kind' | 'scheme' | 'authority'>): string {
  return `${schemeText(kind, scheme)}://${authorityText(authority)}`;
}

function schemeText(kind: Held['kind'], scheme: Held['scheme']): string {
  return kind === 'upgrade' ? scheme.replace('http', 'ws') : scheme;
}

/** Masked as on the record, where query values are left out; nobody agrees to what they cannot see, so here they are shown. */
function shownTarget(held: Held, inForce: InForce): string {
  const { kind, scheme, requestTarget } = held;
  const [path = ''] = requestTarget.split('?', 1);
  const address = targetText({ ...held, requestTarget: path }).replace(scheme, schemeText(kind, scheme));
  return address + previewQuery(requestTarget.slice(path.length), searchOf(held, inForce));
}

/** A held request as people see it. */
export function shownRequest(
  held: Held,
  { text, isCut, size, findings }: HeldContent,
  { terms, inForce }: { readonly terms: readonly ApprovalTerms[]; readonly inForce: InForce },
): HeldRequest {
  const { judgement, transfer } = held.decision;
  const fields = shownFields(held, fieldsOf(terms), inForce);
  const mediaType = held.hasContent ? mediaTypeOf(fieldValue(held.fields, 'content-type')) : undefined;
  return {
    method: held.method,
    target: shownTarget(held, inForce),
    origin: originOf(held),
    ...(mediaType !== undefined && { mediaType }),
    places: {
      entry: judgement.places.entry.label,
      processing: judgement.places.processing.label,
      storage: judgement.places.storage.label,
    },
    countries: countriesOf(judgement.places),
    evidence: judgement.evidence.map(evidenceText),
    ...(transfer !== undefined && { transfer }),
    ...(fields.length > 0 && { fields }),
    ...(size !== undefined && { size }),
    ...(text !== undefined && { preview: text }),
    ...(isCut === true && { previewCut: true }),
    ...(findings !== undefined && { findings, unmasked: unmaskedOf(held, findings) }),
  };
}

/** What was found and no rule masks, whatever people are shown instead of it. */
function unmaskedOf({ decision }: Held, findings: Readonly<Record<string, number>>): string[] {
  const masks = masksOf(decision.obligations).request?.masks ?? [];
  const masked = new Set(masks.flatMap(({ entities }) => entities));
  return Object.keys(findings).filter((entity) => !masked.has(entity));
}

/** The fields that people agree to besides method and target, as far as they leave. */
function shownFields(held: Held, ofRules: readonly string[], inForce: InForce): FieldLines {
  const leaving = toFieldLines(requestFieldsForUpstream(held.fields));
  return previewFields(boundFields(leaving, ofRules), CREDENTIAL_FIELDS, searchOf(held, inForce));
}

function countriesOf(places: Held['decision']['judgement']['places']): NonNullable<HeldRequest['countries']> {
  const closed = FACETS.flatMap((facet) => {
    const place = places[facet];
    return place.open === undefined ? [[facet, place.countries.toArray()] as const] : [];
  });
  return Object.fromEntries(closed);
}

/** `range (AWS, 2026-11-20): entry DE`. */
function evidenceText({ kind, source, date, places }: Evidence): string {
  const stated = FACETS.flatMap((facet) => (places[facet] === undefined ? [] : [`${facet} ${places[facet].label}`]));
  const said = stated.length === 0 ? '' : `: ${stated.join(', ')}`;
  return `${kind} (${source}${date === undefined ? '' : `, ${date}`})${said}`;
}
