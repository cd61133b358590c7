import type { Decision } from '../../core/exchange/decision.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { PreparedDestination } from '../target/prepared.ts';
import type { ObligationConflict } from './obligations.ts';
import { idsOf, type Weighed } from './weigh.ts';

/**
 * What is stated about TLS toward the origin by the destinations that permits and holds lead through. Two that state it
 * differently are a conflict: neither may have the other's credentials shown, or its origin believed. Nothing is stated where
 * the gateway speaks no TLS itself.
 *
 * @param destinations those with `tls`, in any order
 */
export function uniteOriginTls(
  { request: { action } }: Weighed,
  destinations: readonly PreparedDestination[],
): Result<Decision['tls'], ObligationConflict> {
  const [first] = destinations;
  const stated = first?.destination.tls;
  if (stated === undefined || action.scheme !== 'https' || action.visibility === 'opaque') return ok(undefined);
  const ids = [...new Set(idsOf(destinations))].sort();
  if (destinations.some(({ destination }) => destination.tls?.key !== stated.key)) {
    return fail(`Destinations ${ids.join(', ')} state different tls`);
  }
  return ok({ ...stated, destinations: ids });
}
