import { covers } from '../../approval/grants.ts';
import type { Grant } from '../../core/approval/grant.ts';
import type { Failure } from '../../core/codes.ts';
import type { ApprovalTerms, Decision } from '../../core/exchange/decision.ts';
import type { Authorized } from '../../core/exchange/exchange.ts';
import { ok, type Result } from '../../core/result.ts';
import type { Instant } from '../../core/units.ts';
import type { Services } from '../services.ts';
import type { HeldContent } from './held-content.ts';
import { approvalTerms, grantScopesOf, requestersOf } from './question.ts';

/** What it takes to tell whether a grant covers a request. */
export type GrantServices = Pick<Services, 'clock' | 'holds' | 'inForce'>;

/**
 * Those of the terms of a decision that a grant covers now.
 * @failure store_unavailable
 */
export async function grantedTerms(
  held: Authorized,
  content: HeldContent,
  decision: Decision,
  services: GrantServices,
): Promise<Result<readonly ApprovalTerms[], Failure>> {
  const now = services.clock.now();
  const grants = await grantsFor(held, decision, now, services);
  if (!grants.ok) return grants;
  return ok(
    approvalTerms(decision).filter((terms) =>
      isGranted(terms, held, content, { decision, grants: grants.value, now }, services),
    ),
  );
}

/** Grants in force that may cover a request under a decision. @failure store_unavailable */
export function grantsFor(
  held: Authorized,
  decision: Decision,
  now: Instant,
  services: GrantServices,
): Promise<Result<readonly Grant[], Failure>> {
  const means = { digests: services.holds.digests, inForce: services.inForce() };
  const scopes = approvalTerms(decision).flatMap((terms) => grantScopesOf(held, terms, decision, means));
  return services.holds.grants.matching(
    scopes.map(({ scope }) => scope),
    now,
  );
}

/** Whether one of these grants lets a request pass one rule. */
export function isGranted(
  terms: ApprovalTerms,
  held: Authorized,
  { findings }: Pick<HeldContent, 'findings'>,
  { decision, grants, now }: { readonly decision: Decision; readonly grants: readonly Grant[]; readonly now: Instant },
  services: GrantServices,
): boolean {
  const inForce = services.inForce();
  const entities = findings && new Set(Object.keys(findings));
  const requesters = requestersOf(held, inForce);
  const scopes = grantScopesOf(held, terms, decision, { digests: services.holds.digests, inForce });
  return scopes.some(({ scope }) => grants.some((grant) => covers(grant, { scope, entities, requesters }, now)));
}
