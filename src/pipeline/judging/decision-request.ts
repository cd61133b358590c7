import type { DecisionRequest } from '../../core/exchange/decision.ts';
import type { DestinationFacts } from '../../core/place/evidence.ts';
import type { Identified } from '../../core/exchange/exchange.ts';
import type { Instant } from '../../core/units.ts';
import { fieldValue } from '../../wire/http/fields.ts';
import { endToEndFields } from '../../wire/http/hop-by-hop.ts';

/** The question to the decision point: what is known about an exchange, and nothing that is not. */
export function decisionRequest(exchange: Identified, resource: DestinationFacts, now: Instant): DecisionRequest {
  const { kind, visibility, scheme, method, path } = exchange;
  const base = { kind, visibility, scheme };
  const action =
    kind === 'connect'
      ? base
      : {
          ...base,
          method,
          ...(path !== undefined && { path }),
          mediaType: mediaTypeOf(exchange),
          // Only rules with `headers.require` look, so most exchanges never pay for it.
          get fieldNames() {
            return fieldNamesOf(exchange);
          },
        };
  return { subject: exchange.subject.attributes, action, resource, environment: { now } };
}

// What Connection nominates does not leave, so it cannot be what a rule requires.
function fieldNamesOf({ fields }: Identified): ReadonlySet<string> {
  return new Set(endToEndFields(fields).map(([name]) => name.toLowerCase()));
}

function mediaTypeOf({ fields, hasContent }: Identified): string {
  if (!hasContent) return 'none';
  const value = fieldValue(fields, 'content-type') ?? 'application/octet-stream';
  return value.split(';', 1)[0]!.trim().toLowerCase();
}
