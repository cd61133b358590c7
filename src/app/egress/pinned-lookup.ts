import { isIP, type LookupFunction } from 'node:net';

/** Answers every look-up with the judged addresses. */
export function pinnedLookup(addresses: readonly string[]): LookupFunction {
  return (_name, _options, callback) =>
    callback(
      null,
      addresses.map((address) => ({ address, family: isIP(address) })),
    );
}
