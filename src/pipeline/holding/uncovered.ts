import type { Grant } from '../../core/approval/grant.ts';
import type { GrantScope } from '../../core/ids.ts';
import type { Granted } from '../judging/permitted.ts';
import { isGranted, type GrantServices } from './granted-terms.ts';
import { grantScopesOf } from './question.ts';

/** Asked for at once. */
const MOST_SCOPES = 500;

/**
 * Those of the exchanges under way that no grant covers now: it has ended, or was revoked. Where the store cannot be asked,
 * what it said last counts, as for new requests.
 */
export async function uncovered(running: readonly Granted[], services: GrantServices): Promise<ReadonlySet<Granted>> {
  const grants = await grantsOver(running, services);
  const now = services.clock.now();
  const isCovered = (exchange: Granted): boolean => {
    const { decision, release } = exchange;
    return release.granted.terms.every((terms) =>
      isGranted(terms, exchange, release.granted, { decision, grants, now }, services),
    );
  };
  return new Set(running.filter((exchange) => !isCovered(exchange)));
}

async function grantsOver(running: readonly Granted[], { holds, inForce, clock }: GrantServices): Promise<readonly Grant[]> {
  const means = { digests: holds.digests, inForce: inForce() };
  const scopes = new Set<GrantScope>();
  for (const exchange of running) {
    for (const terms of exchange.release.granted.terms) {
      for (const { scope } of grantScopesOf(exchange, terms, exchange.decision, means)) scopes.add(scope);
    }
  }
  const all = [...scopes];
  const grants: Grant[] = [];
  for (let at = 0; at < all.length; at += MOST_SCOPES) {
    const found = await holds.grants.matching(all.slice(at, at + MOST_SCOPES), clock.now());
    if (found.ok) grants.push(...found.value);
  }
  return grants;
}
