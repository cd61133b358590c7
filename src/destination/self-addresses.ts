import { networkInterfaces } from 'node:os';
import type { IpAddress } from '../core/address.ts';
import { classify } from '../wire/address/address-class.ts';
import { parseIpAddress } from '../wire/address/ip-address.ts';

/** A socket the gateway listens on, as the operating system reports it. */
export interface ListeningAddress {
  /** `0.0.0.0` and `::` stand for every address of the machine. */
  readonly address: string;
  readonly port: number;
}

/** Says whether a connection to this address and port would end at the gateway itself. */
export type IsSelf = (address: IpAddress, port: number) => boolean;

/**
 * Recognises the gateway's own listeners. Interfaces are read when the port is one of ours, which is rare, so that an address
 * the machine got after the start is its own too.
 *
 * @param listeners asked every time: listeners are opened after the tables are loaded
 * @param interfaces addresses of this machine; by default the operating system's
 */
export function selfAddresses(
  listeners: () => readonly ListeningAddress[],
  interfaces: () => readonly string[] = localAddresses,
): IsSelf {
  return (address, port) =>
    listeners().some((listener) => listener.port === port && reaches(listener.address, address, interfaces));
}

function reaches(listener: string, address: IpAddress, interfaces: () => readonly string[]): boolean {
  const own = parse(listener);
  // An address we cannot read could be any of ours.
  const isWildcard = own === undefined || classify(own) === 'unspecified';
  if (!isWildcard && own.text === address.text) return true;
  const kind = classify(address);
  // A connection to 0.0.0.0 or :: goes to this machine's loopback; the whole of 127/8 is this machine.
  if (kind === 'unspecified') return true;
  if (!isWildcard) return false;
  return kind === 'loopback' || interfaces().some((text) => parse(text)?.text === address.text);
}

function parse(text: string): IpAddress | undefined {
  const [withoutZone = ''] = text.split('%', 1);
  const address = parseIpAddress(withoutZone);
  return address.ok ? address.value : undefined;
}

function localAddresses(): readonly string[] {
  return Object.values(networkInterfaces()).flatMap((addresses) => addresses?.map(({ address }) => address) ?? []);
}
