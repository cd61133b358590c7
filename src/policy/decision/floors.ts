import { LIFTABLE, type AddressClass, type IpAddress } from '../../core/address.ts';
import { classify, isMetadataName } from '../../wire/address/address-class.ts';
import type { Denial } from './denial.ts';
import type { PreparedDestination } from '../target/prepared.ts';
import { coversTarget, matchesPort, type Target } from '../target/covers-target.ts';
import type { Weighed } from './weigh.ts';

/**
 * The address floors (invariant 5, contract §4.1.7): the gateway itself, metadata services, and everything that is not a
 * public address, unless a declared internal destination lifts it. No rule and no mode lifts anything else. Undefined when
 * nothing known is below the floor.
 *
 * The address is left out of the reason: where a name leads inside the network is not for the agent to learn.
 */
export function floorDenial(weighed: Weighed): Denial | undefined {
  const { addresses, target } = weighed;
  if (addresses?.some((facts) => facts.self) === true) return SELF;
  if (target.host.kind === 'name' && isMetadataName(target.host.name)) return METADATA;
  if (addresses === undefined) {
    return target.host.kind === 'address'
      ? classDenial(classify(target.host.address), target.host.address, weighed)
      : undefined;
  }
  let found: Denial | undefined;
  for (const facts of addresses) {
    if (facts.class === 'global') continue;
    found = classDenial(facts.class, facts.address, weighed) ?? found;
    if (found === METADATA) return found;
  }
  return found;
}

const SELF: Denial = { code: 'self_address', reason: 'The destination is the gateway itself' };
const METADATA: Denial = { code: 'metadata_address', reason: 'The destination is a cloud metadata service' };
const PRIVATE: Denial = {
  code: 'private_address',
  reason: 'The destination is not at a public address, and no internal destination declares it',
};

function classDenial(addressClass: AddressClass, address: IpAddress, weighed: Weighed): Denial | undefined {
  if (addressClass === 'global') return undefined;
  if (addressClass === 'metadata') return METADATA;
  if (LIFTABLE.has(addressClass) && isLifted(address, weighed)) return undefined;
  return PRIVATE;
}

function isLifted(address: IpAddress, { entries, target }: Weighed): boolean {
  const alone: Target = { ...target, addresses: [address] };
  return entries.some(({ prepared }) => lifts(prepared, alone));
}

// `*` alone would lift the floor for whatever a stranger's name resolves to.
function lifts(prepared: PreparedDestination, target: Target): boolean {
  const { internal, hosts, addresses } = prepared.destination;
  if (internal === undefined || !matchesPort(prepared, target.port)) return false;
  const isNamed = addresses !== undefined || (hosts?.some((pattern) => pattern.kind !== 'any') ?? false);
  return isNamed && coversTarget(prepared, target, 'narrow') === 'yes';
}
