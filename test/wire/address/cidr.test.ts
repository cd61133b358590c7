import * as fc from 'fast-check';
import IPCIDR from 'ip-cidr';
import { BlockList } from 'node:net';
import { describe, expect, it } from 'vitest';
import type { Cidr, IpAddress } from '../../../src/core/address.ts';
import { cidrBounds, cidrBoundsText, cidrContains, cidrOf, parseCidr } from '../../../src/wire/address/cidr.ts';
import { ipv4, ipv6, parseIpAddress } from '../../../src/wire/address/ip-address.ts';

const word = fc.oneof(fc.nat(0xffffffff), fc.constantFrom(0, 0xffffffff, 0x80000000));
/** IPv6 in 2000::/3 and below, so that an oracle that unmaps is asked about no mapped address. */
const address: fc.Arbitrary<IpAddress> = fc.oneof(
  word.map(ipv4),
  fc.tuple(fc.nat(0x1fffffff), word, word, word).map(([a, b, c, d]) => ipv6([0x20000000 + a, b, c, d])),
);
const cidr: fc.Arbitrary<Cidr> = fc
  .tuple(address, fc.nat(128))
  .map(([base, length]) => cidrOf(base, base.family === 4 ? length % 33 : length))
  // ip-cidr and BlockList cannot be asked about ::/0 to ::/2, which hold the mapped block.
  .filter((block) => block.address.family === 4 || block.prefixLength >= 3);

function block(text: string): Cidr {
  const result = parseCidr(text);
  if (!result.ok) throw new Error(result.failure);
  return result.value;
}

function at(text: string): IpAddress {
  const result = parseIpAddress(text);
  if (!result.ok) throw new Error(result.failure);
  return result.value;
}

/** An address near the block: inside, at a bound or a bit away from one. */
function nearby(of: Cidr, flip: number, random: IpAddress): IpAddress {
  const { first, last } = cidrBounds(of);
  const base = [...(flip % 2 === 0 ? first : last)];
  const bit = flip % (32 * base.length);
  base[bit >>> 5] = (base[bit >>> 5]! ^ (1 << (bit & 31))) >>> 0;
  if (random.family !== of.address.family) return random;
  return base.length === 1 ? ipv4(base[0]!) : ipv6([base[0]!, base[1]!, base[2]!, base[3]!]);
}

describe('parseCidr', () => {
  it.each([
    ['10.0.0.0/8', '10.0.0.0/8'],
    ['0.0.0.0/0', '0.0.0.0/0'],
    ['192.0.2.1', '192.0.2.1/32'],
    ['2001:DB8::/32', '2001:db8::/32'],
    ['::/0', '::/0'],
    ['2001:db8:0:0::1', '2001:db8::1/128'],
    ['::ffff:192.0.2.1', '192.0.2.1/32'],
  ])('parseCidr() reads %s as %s', (text, canonical) => {
    expect(block(text).text).toBe(canonical);
  });

  it.each([
    ['10.0.0.5/8', '10.0.0.0/8'],
    ['255.255.255.255/0', '0.0.0.0/0'],
    ['2001:db8::1/64', '2001:db8::/64'],
    ['2001:db8:ffff::/33', '2001:db8:8000::/33'],
  ])('parseCidr() refuses host bits and names the block that is meant: %s', (text, canonical) => {
    const result = parseCidr(text);
    expect(result.ok ? '' : result.failure).toContain(canonical);
  });

  it.each([
    '10.0.0.0/',
    '10.0.0.0/33',
    '10.0.0.0/08',
    '10.0.0.0/ 8',
    '10.0.0.0/8 ',
    '10.0.0.0/+8',
    '10.0.0.0/0x8',
    '10.0.0.0/1e1',
  ])('parseCidr() refuses the prefix length of %j', (text) => expect(parseCidr(text).ok).toBe(false));

  it.each(['::/129', '10/8', '010.0.0.0/8', '10.0.0.0/255.0.0.0', '10.0.0.0/8/8', '/8', '', 'evil:1.2.3.0/24', 'fe80::%1/64'])(
    'parseCidr() refuses %j',
    (text) => expect(parseCidr(text).ok).toBe(false),
  );

  it.each([
    ['::ffff:10.0.0.0/104', '10.0.0.0/8'],
    ['::ffff:a01:203/128', '10.1.2.3/32'],
    ['::ffff:0:0/96', '0.0.0.0/0'],
    ['::ffff:0:0/90', 'an IPv4 block'],
  ])('parseCidr() refuses a block of mapped addresses and names the IPv4 one (ADDR-09): %s', (text, expected) => {
    const result = parseCidr(text);
    expect(result.ok ? '' : result.failure).toContain(`expected ${expected}`);
  });

  it('parseCidr() reads back every block that there is', () => {
    fc.assert(
      fc.property(cidr, (value) => {
        expect(block(value.text)).toEqual(value);
      }),
    );
  });
});

describe('cidrContains', () => {
  it('cidrContains() never crosses families', () => {
    expect(cidrContains(block('0.0.0.0/0'), at('::1'))).toBe(false);
    expect(cidrContains(block('::/0'), at('8.8.8.8'))).toBe(false);
    expect(cidrContains(block('2606:4700::/32'), at('38.6.71.0'))).toBe(false);
  });

  it('cidrContains() agrees with net.BlockList', () => {
    fc.assert(
      fc.property(cidr, fc.nat(0xffff), address, (value, flip, random) => {
        const list = new BlockList();
        list.addSubnet(value.address.text, value.prefixLength, value.address.family === 4 ? 'ipv4' : 'ipv6');
        const probe = nearby(value, flip, random);
        expect(cidrContains(value, probe)).toBe(list.check(probe.text, probe.family === 4 ? 'ipv4' : 'ipv6'));
      }),
      { numRuns: 1000 },
    );
  });
});

describe('cidrBounds', () => {
  it('cidrBoundsText() agrees with ip-cidr', () => {
    fc.assert(
      fc.property(cidr, (value) => {
        const oracle = new IPCIDR(value.text);
        const { first, last } = cidrBoundsText(value);
        expect([first, last].map((text) => at(text))).toEqual([at(oracle.start<string>()), at(oracle.end<string>())]);
      }),
    );
  });

  it('cidrBounds() spans the whole family for length 0', () => {
    expect(cidrBounds(block('0.0.0.0/0'))).toEqual({ first: [0], last: [0xffffffff] });
    expect(cidrBounds(block('::/0')).last).toEqual([0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff]);
  });

  it('cidrBoundsText() keeps the family where the last address is a mapped one', () => {
    expect(cidrBoundsText(block('::/80')).last).toBe('::ffff:ffff:ffff');
  });
});
