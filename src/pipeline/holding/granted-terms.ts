import { covers } from '../../approval/grants.ts';
import type { Grant } from '../../core/approval/grant.ts';
import type { Failure } from '../../core/codes.ts';
import type { ApprovalTerms, Decision } from '../../core/exchange/decision.ts';
import type { Authorized } from '../../core/exchange/exchange.ts';
import type { GrantScope } from '../../core/ids.ts';
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
  const scoped = approvalTerms(decision).map((terms) => [terms, scopesOf(held, terms, decision, services)] as const);
  const grants = await services.holds.grants.matching(
    scoped.flatMap(([, scopes]) => scopes),
    now,
  );
  if (!grants.ok) return grants;
  const covered = scoped.filter(([, scopes]) => isCovered(scopes, held, content, { grants: grants.value, now }, services));
  return ok(covered.map(([terms]) => terms));
}

/** Grants in force that may cover a request under a decision. @failure store_unavailable */
export function grantsFor(
  held: Authorized,
  decision: Decision,
  now: Instant,
  services: GrantServices,
): Promise<Result<readonly Grant[], Failure>> {
  const scopes = approvalTerms(decision).flatMap((terms) => scopesOf(held, terms, decision, services));
  return services.holds.grants.matching(scopes, now);
}

/** Whether one of these grants lets a request pass one rule of a decision. */
export function isGranted(
  terms: ApprovalTerms,
  held: Authorized,
  content: Pick<HeldContent, 'findings'>,
  { decision, ...grants }: GrantsInForce & { readonly decision: Decision },
  services: GrantServices,
): boolean {
  return isCovered(scopesOf(held, terms, decision, services), held, content, grants, services);
}

interface GrantsInForce {
  readonly grants: readonly Grant[];
  readonly now: Instant;
}

function isCovered(
  scopes: readonly GrantScope[],
  held: Authorized,
  { findings }: Pick<HeldContent, 'findings'>,
  { grants, now }: GrantsInForce,
  services: GrantServices,
): boolean {
  const entities = findings && new Set(Object.keys(findings));
  const requesters = requestersOf(held, services.inForce());
  return scopes.some((scope) => grants.some((grant) => covers(grant, { scope, entities, requesters }, now)));
}

function scopesOf(
  held: Authorized,
  terms: ApprovalTerms,
  decision: Decision,
  { holds, inForce }: GrantServices,
): readonly GrantScope[] {
  const means = { digests: holds.digests, inForce: inForce() };
  return grantScopesOf(held, terms, decision, means).map(({ scope }) => scope);
}
