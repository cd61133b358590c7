import { describe, expect, it } from 'vitest';
import { selfAddresses } from '../../src/destination/self-addresses.ts';
import { address } from './support/tables.ts';

const INTERFACES = ['127.0.0.1', '192.0.2.10', '::1', 'fe80::1%eth0', '2001:db8::10'];

describe('selfAddresses()', () => {
  it.each([
    ['the listener itself', '127.0.0.1', '127.0.0.1', 3128, true],
    ['its mapped form', '127.0.0.1', '::ffff:127.0.0.1', 3128, true],
    ['another port', '127.0.0.1', '127.0.0.1', 3130, false],
    ['another loopback address than the one listened on', '127.0.0.1', '127.0.0.2', 3128, false],
    ['0.0.0.0, which connects to loopback', '127.0.0.1', '0.0.0.0', 3128, true],
    ['::, which connects to loopback', '127.0.0.1', '::', 3128, true],
    ['an interface under a wildcard', '0.0.0.0', '192.0.2.10', 3128, true],
    ['all of loopback under a wildcard', '0.0.0.0', '127.8.8.8', 3128, true],
    ['an IPv4 interface under the IPv6 wildcard', '::', '192.0.2.10', 3128, true],
    ['an IPv6 interface under a wildcard', '::', '2001:db8::10', 3128, true],
    ['a link-local interface whatever its zone', '::', 'fe80::1', 3128, true],
    ['a stranger under a wildcard', '0.0.0.0', '192.0.2.11', 3128, false],
    ['an interface that is not listened on', '127.0.0.1', '192.0.2.10', 3128, false],
    ['an interface under a listener nobody can read', 'localhost', '192.0.2.10', 3128, true],
  ])('ADDR recognises %s', (_name, listener, text, port, expected) => {
    const isSelf = selfAddresses(
      () => [{ address: listener, port: 3128 }],
      () => INTERFACES,
    );
    expect(isSelf(address(text), port)).toBe(expected);
  });

  it('sees a listener that was opened later', () => {
    const listeners: { address: string; port: number }[] = [];
    const isSelf = selfAddresses(
      () => listeners,
      () => INTERFACES,
    );
    expect(isSelf(address('127.0.0.1'), 3129)).toBe(false);
    listeners.push({ address: '127.0.0.1', port: 3129 });
    expect(isSelf(address('127.0.0.1'), 3129)).toBe(true);
  });

  it('reads the interfaces of this machine by default', () => {
    const isSelf = selfAddresses(() => [{ address: '0.0.0.0', port: 3128 }]);
    expect(isSelf(address('127.0.0.1'), 3128)).toBe(true);
    expect(isSelf(address('8.8.8.8'), 3128)).toBe(false);
  });
});
