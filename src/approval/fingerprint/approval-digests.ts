import { createHmac, createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';
import type { AskedRule } from '../../core/approval/approval.ts';
import type { Decision, SubjectAttributes } from '../../core/exchange/decision.ts';
import type { FieldLines } from '../../core/exchange/exchange.ts';
import type { Fingerprint, GrantScope, RuleId } from '../../core/ids.ts';
import { FACETS } from '../../core/place/evidence.ts';
import type { Place } from '../../core/place/place.ts';
import { boundFields, operationFields } from './bound-fields.ts';
import { canonicalBytes } from './canonical-bytes.ts';
import { ContentDigest, type ContentIdentity } from './content-digest.ts';

/** What the decision point requires and where the request would go: what is approved, beside the request. */
export type DecidedTerms = Pick<Decision, 'judgement' | 'obligations' | 'transfer' | 'tls'>;

/** What one rule asks of people. */
export type RuleTerms = Pick<AskedRule, 'rule' | 'by' | 'quorum' | 'stepUp'>;

/** A request as it would be sent, with everything that an approval of it covers. */
export interface FingerprintedRequest {
  readonly subject: SubjectAttributes;
  /** Those that people are asked about, in any order. */
  readonly rules: readonly RuleTerms[];
  readonly method: string;
  /** Target URI, query included. */
  readonly target: string;
  readonly fields: FieldLines;
  /** Names in `approval.fields` of these rules, in lower case. */
  readonly boundFields: readonly string[];
  /** Absent where no content follows the header section. */
  readonly content?: ContentIdentity;
  readonly terms: DecidedTerms;
}

/** A request as a grant for one rule sees it. */
export interface ScopedRequest {
  readonly subject: SubjectAttributes;
  readonly rule: RuleTerms;
  readonly method: string;
  /** `scheme://host:port` */
  readonly origin: string;
  /** A pattern of the rule that the path falls under, as written; the canonical path itself where the rule has none. */
  readonly path: { readonly kind: 'pattern' | 'exact'; readonly text: string };
  readonly fields: FieldLines;
  readonly terms: DecidedTerms;
}

/**
 * The keyed digests that approvals and grants are compared by: HMAC-SHA-256 over {@link canonicalBytes}. Keyed, so that who
 * reads the store cannot test guesses of a request; each kind under a key of its own (RFC 5869), so that none passes for another.
 */
export class ApprovalDigests {
  readonly #content: KeyObject;
  readonly #fingerprint: KeyObject;
  readonly #scope: KeyObject;

  /** @param key 32 bytes, the same on every replica */
  constructor(key: Uint8Array) {
    const derive = (purpose: string): KeyObject =>
      createSecretKey(new Uint8Array(hkdfSync('sha256', key, '', `cordon approval ${purpose} v1`, 32)));
    this.#content = derive('content');
    this.#fingerprint = derive('fingerprint');
    this.#scope = derive('grant scope');
  }

  /** @param contentType combined value of the field; undefined where there is none */
  content(contentType: string | undefined): ContentDigest {
    return new ContentDigest(this.#content, contentType);
  }

  /** Two requests have the same only if an approval of one covers the other (contract §4.1.11). */
  fingerprint(request: FingerprintedRequest): Fingerprint {
    const { subject, rules, method, target, content = null } = request;
    const covered = {
      subject: subjectParts(subject),
      rules: rules.toSorted((a, b) => (a.rule < b.rule ? -1 : 1)).map(ruleParts),
      method,
      target,
      // A media type is bound where there is nothing of it too: an empty form and an empty text are two requests.
      fields: boundFields(request.fields, content === null ? ['content-type', ...request.boundFields] : request.boundFields),
      content,
      terms: termParts(request.terms),
    };
    return digest(this.#fingerprint, covered) as Fingerprint;
  }

  /** Two requests have the same only if a grant for one covers the other, but for the kinds of entities in them. */
  grantScope({ subject, rule, method, origin, path, fields, terms }: ScopedRequest): GrantScope {
    const { kind, text } = path;
    const covered = {
      subject: subjectParts(subject),
      rule: ruleParts(rule),
      method,
      origin,
      path: [kind, text],
      fields: operationFields(fields),
      terms: termParts(terms),
    };
    return digest(this.#scope, covered) as GrantScope;
  }
}

function digest(key: KeyObject, value: unknown): string {
  return createHmac('sha256', key).update(canonicalBytes(value)).digest('base64url');
}

/** Who decides is scoped by home: another home is another question. */
function subjectParts({ agent, home, mode }: SubjectAttributes): unknown {
  return { agent, mode, home: { any: home.any, countries: home.countries.toArray(), label: home.label } };
}

function ruleParts({ rule, by, quorum, stepUp }: RuleTerms): { readonly rule: RuleId } & Record<string, unknown> {
  return { rule, by: by.toSorted(), quorum, stepUp };
}

function termParts({ judgement, obligations, transfer, tls }: DecidedTerms): unknown {
  const places = FACETS.map((facet) => placeParts(judgement.places[facet]));
  return { places, obligations, transfer, tls };
}

function placeParts(place: Place): unknown {
  const { label } = place;
  if (place.open !== undefined) return { open: place.open, label };
  return { countries: place.countries.toArray(), region: place.region, label };
}
