import type { Host, IpAddress } from '../../core/address.ts';
import type { AddressFacts, DestinationFacts } from '../../core/place/evidence.ts';
import { matchesHost } from '../../wire/name/host-pattern.ts';
import { and, known, not, type Tri } from '../tri.ts';
import type { PreparedDestination } from './prepared.ts';

/**
 * How a condition is read. `narrow` is the reading of a permit: it must hold for all that may be dialled. `wide` is the
 * reading of a deny, a hold and of obligations: it is enough that it holds for some of it.
 */
export type Stance = 'narrow' | 'wide';

/** Where the exchange goes, as destinations look at it. */
export interface Target {
  readonly host: Host;
  readonly port: number;
  /** Every address that may be dialled; absent while a name is not looked up. */
  readonly addresses: readonly IpAddress[] | undefined;
}

/** The target of an exchange. `addressFacts` may be fewer than the facts hold, when one address is judged alone. */
export function targetOf(facts: DestinationFacts, addressFacts: readonly AddressFacts[] | undefined): Target {
  const { host, port } = facts;
  if (host.kind === 'address') return { host, port, addresses: [host.address] };
  return { host, port, addresses: addressFacts?.map((each) => each.address) };
}

/** Whether the target is under one of the destination's hosts. An address matches no host, not even `*` (NAME-13). */
export function matchesHosts(prepared: PreparedDestination, host: Host): boolean {
  const { hosts } = prepared.destination;
  if (hosts === undefined) return true;
  return host.kind === 'name' && hosts.some((pattern) => matchesHost(pattern, host.name));
}

/** Whether the destination has this port; `to: any` has every port. */
export function matchesPort(prepared: PreparedDestination, port: number): boolean {
  if (prepared.onlyPort !== undefined) return prepared.onlyPort === port;
  return prepared.any || prepared.destination.ports.includes(port);
}

/**
 * Whether a destination whose hosts match covers the target: its addresses and its exceptions, but not its port and not its
 * places (contract §4, §4.1.7). A destination of addresses alone covers no name for a permit; for a deny, a hold and
 * obligations it covers the names that resolve there.
 */
export function coversTarget(prepared: PreparedDestination, target: Target, stance: Stance): Tri {
  if (prepared.byHostAlone) return 'yes';
  return and(coversAddresses(prepared, target, stance), not(isExcepted(prepared, target, stance)));
}

function coversAddresses(prepared: PreparedDestination, target: Target, stance: Stance): Tri {
  if (prepared.addresses === undefined) return 'yes';
  const byAddressAlone = prepared.destination.hosts === undefined;
  if (stance === 'narrow' && byAddressAlone && target.host.kind === 'name') return 'no';
  if (target.addresses === undefined) return 'unknown';
  return known(
    stance === 'narrow' ? prepared.addresses.hasAll(target.addresses) : prepared.addresses.hasSome(target.addresses),
  );
}

// An exception takes a permit away as soon as it holds for one address, and a deny only when it holds for all.
function isExcepted(prepared: PreparedDestination, target: Target, stance: Stance): Tri {
  const { except } = prepared.destination;
  if (except === undefined) return 'no';
  const { host } = target;
  if (host.kind === 'name' && except.hosts.some((pattern) => matchesHost(pattern, host.name))) return 'yes';
  if (prepared.exceptAddresses === undefined) return 'no';
  if (target.addresses === undefined) return 'unknown';
  return known(
    stance === 'narrow'
      ? prepared.exceptAddresses.hasSome(target.addresses)
      : prepared.exceptAddresses.hasAll(target.addresses),
  );
}
