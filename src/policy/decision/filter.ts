import type { Decision } from '../../core/exchange/decision.ts';
import type { AddressFacts } from '../../core/place/evidence.ts';
import { coversTarget, matchesPort } from '../target/covers-target.ts';
import type { Weighed } from './weigh.ts';

/**
 * `addresses-mode: filter` (contract §4.1.7): what is decided when the addresses that would be refused alone are left out.
 * Undefined when no permit or hold of the target filters, or when no such part of the addresses passes together.
 */
export function decideFiltered(
  weighed: Weighed,
  decideFor: (addresses: readonly AddressFacts[]) => Decision,
): Decision | undefined {
  const { addresses } = weighed;
  if (addresses === undefined || addresses.length < 2 || !isFiltering(weighed)) return undefined;
  const passing = addresses.filter((facts) => passes(decideFor([facts])));
  if (passing.length === 0 || passing.length === addresses.length) return undefined;
  const decision = decideFor(passing);
  return passes(decision) ? decision : undefined;
}

function passes(decision: Decision): boolean {
  return decision.effect !== 'deny' && decision.wouldDeny === undefined;
}

/** Whether a permit or a hold dials only the addresses that pass, and covers one of them. */
export function isFiltering({ entries, target, addresses }: Weighed): boolean {
  return entries.some(
    ({ prepared, rules }) =>
      prepared.destination.addressesMode === 'filter' &&
      matchesPort(prepared, target.port) &&
      rules.some(({ effect }) => effect === 'permit' || effect === 'hold') &&
      addresses?.some(({ address }) => coversTarget(prepared, { ...target, addresses: [address] }, 'narrow') === 'yes'),
  );
}
