import type { AddressFacts, Evidence } from '../../core/place/evidence.ts';
import type { Instant } from '../../core/units.ts';
import type { Entry } from '../target/bucket.ts';
import { coversTarget, matchesPort, type Target } from '../target/covers-target.ts';
import { isInForce, type PreparedDestination } from '../target/prepared.ts';

/**
 * The addresses with what destinations state about some of them: where one name leads to two sites, each declared with its
 * own addresses, no destination covers the name whole, and yet each address has its place by the operator's word. Their union
 * is then judged (contract §4.1.4), as with `geo.overrides`.
 *
 * @param whole destinations that cover every address; they speak for the name itself
 */
export function withAddressStatements(
  addresses: readonly AddressFacts[],
  { entries, whole, target, now }: Stating,
): readonly AddressFacts[] {
  if (addresses.length < 2) return addresses;
  const partial = new Set<PreparedDestination>();
  for (const { prepared } of entries) {
    const { statements, byHostAlone } = prepared;
    if (statements.length > 0 && !byHostAlone && matchesPort(prepared, target.port)) partial.add(prepared);
  }
  for (const prepared of whole) partial.delete(prepared);
  if (partial.size === 0) return addresses;
  return addresses.map((facts) => withStatements(facts, partial, target, now));
}

export interface Stating {
  readonly entries: readonly Entry[];
  readonly whole: readonly PreparedDestination[];
  readonly target: Target;
  readonly now: Instant;
}

function withStatements(
  facts: AddressFacts,
  partial: ReadonlySet<PreparedDestination>,
  target: Target,
  now: Instant,
): AddressFacts {
  const alone: Target = { ...target, addresses: [facts.address] };
  const stated: Evidence[] = [];
  for (const prepared of partial) {
    if (coversTarget(prepared, alone, 'narrow') !== 'yes') continue;
    for (const statement of prepared.statements) {
      if (isInForce(statement, now)) stated.push({ ...statement.evidence, address: facts.address.text });
    }
  }
  return stated.length === 0 ? facts : { ...facts, evidence: [...stated, ...facts.evidence] };
}
