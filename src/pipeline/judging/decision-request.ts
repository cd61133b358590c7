import type { ActionAttributes, ContentFacts, DecisionRequest } from '../../core/exchange/decision.ts';
import type { DestinationFacts } from '../../core/place/evidence.ts';
import type { Identified, Located } from '../../core/exchange/exchange.ts';
import type { Instant } from '../../core/units.ts';
import { fieldValue } from '../../wire/http/fields.ts';
import { endToEndFields } from '../../wire/http/hop-by-hop.ts';
import { mediaTypeOf } from '../../wire/http/media-type.ts';

/** An exchange that is judged; what its content holds is known once it was read. */
type Judged = Identified & Pick<Partial<Located>, 'contentFacts'>;

/** The question to the decision point: what is known about an exchange, and nothing that is not. */
export function decisionRequest(exchange: Judged, resource: DestinationFacts, now: Instant): DecisionRequest {
  const { kind, visibility, scheme } = exchange;
  const action: ActionAttributes = kind === 'connect' ? { kind, visibility, scheme } : new RequestAction(exchange);
  return { subject: exchange.subject.attributes, action, resource, environment: { now } };
}

/** A request whose method and path are known. */
class RequestAction implements ActionAttributes {
  readonly kind: ActionAttributes['kind'];
  readonly visibility: ActionAttributes['visibility'];
  readonly scheme: ActionAttributes['scheme'];
  readonly method: string;
  readonly path: string | undefined;
  readonly mediaType: string;
  readonly content: ContentFacts | undefined;
  readonly #exchange: Identified;

  constructor(exchange: Judged) {
    this.kind = exchange.kind;
    this.visibility = exchange.visibility;
    this.scheme = exchange.scheme;
    this.method = exchange.method;
    this.path = exchange.path;
    this.mediaType = exchange.hasContent ? mediaTypeOf(fieldValue(exchange.fields, 'content-type')) : 'none';
    this.content = exchange.contentFacts;
    this.#exchange = exchange;
  }

  /**
   * Only rules with `headers.require` look, so most exchanges never pay for it. What Connection nominates does not leave, so it
   * cannot be what a rule requires.
   */
  get fieldNames(): ReadonlySet<string> {
    return new Set(endToEndFields(this.#exchange.fields).map(([name]) => name.toLowerCase()));
  }
}
