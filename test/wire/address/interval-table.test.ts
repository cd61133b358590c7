import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BlockList } from 'node:net';
import type { IpAddress } from '../../../src/core/address.ts';
import { cidrContains, cidrOf, parseCidr } from '../../../src/wire/address/cidr.ts';
import { buildIntervalTable, type IntervalEntry } from '../../../src/wire/address/interval-table.ts';
import { ipv4, ipv6, parseIpAddress } from '../../../src/wire/address/ip-address.ts';
import { threadTime } from '../../support/thread-time.ts';

/** Few distinct high bits, so that blocks nest, touch and repeat. */
const crowdedWord = fc.tuple(fc.nat(3), fc.nat(3)).map(([high, low]) => ((high << 30) | low) >>> 0);
const crowdedIpv4 = fc.oneof(crowdedWord.map(ipv4), fc.constantFrom(ipv4(0), ipv4(0xffffffff), ipv4(0x7fffffff)));
const crowdedIpv6 = fc
  .tuple(fc.constantFrom(0, 0x20000000, 0xffffffff), crowdedWord, crowdedWord, crowdedWord)
  .map((words) => ipv6(words));
const address: fc.Arbitrary<IpAddress> = fc.oneof(crowdedIpv4, crowdedIpv6);
const entries = fc.array(
  fc.record({ base: address, length: fc.nat(128), value: fc.nat(9) }).map(({ base, length, value }) => ({
    cidr: cidrOf(base, base.family === 4 ? length % 33 : length),
    value,
  })),
  { maxLength: 30 },
);

function entry(text: string, value: string): IntervalEntry<string> {
  const cidr = parseCidr(text);
  if (!cidr.ok) throw new Error(cidr.failure);
  return { cidr: cidr.value, value };
}

function at(text: string): IpAddress {
  const result = parseIpAddress(text);
  if (!result.ok) throw new Error(result.failure);
  return result.value;
}

/** What the table must answer, by reading every entry. */
function longestMatch<T>(list: readonly IntervalEntry<T>[], probe: IpAddress): IntervalEntry<T> | undefined {
  let best: IntervalEntry<T> | undefined;
  for (const candidate of list) {
    const wins = best === undefined || candidate.cidr.prefixLength >= best.cidr.prefixLength;
    if (wins && cidrContains(candidate.cidr, probe)) best = candidate;
  }
  return best;
}

describe('buildIntervalTable', () => {
  it('lookup() gives the longest prefix, back to the outer block behind the inner one', () => {
    const table = buildIntervalTable([
      entry('10.0.0.0/8', 'outer'),
      entry('10.1.0.0/16', 'middle'),
      entry('10.1.2.0/24', 'inner'),
      entry('10.1.2.255/32', 'last'),
    ]);
    const found = ['9.255.255.255', '10.0.0.0', '10.1.0.0', '10.1.2.3', '10.1.2.255', '10.1.3.0', '10.2.0.0', '11.0.0.0'];
    expect(found.map((text) => table.lookup(at(text))?.value)).toEqual([
      undefined,
      'outer',
      'middle',
      'inner',
      'last',
      'middle',
      'outer',
      undefined,
    ]);
  });

  it('lookup() returns the entry that was put in, the later of two for one block', () => {
    const [first, second] = [entry('192.0.2.0/24', 'first'), entry('192.0.2.0/24', 'second')];
    const table = buildIntervalTable([first, second]);
    expect(table.lookup(at('192.0.2.7'))).toBe(second);
    expect(table.size).toBe(1);
  });

  it('lookup() in an empty table finds nothing', () => {
    const table = buildIntervalTable([]);
    expect([table.size, table.lookup(at('::')), table.lookup(at('0.0.0.0'))]).toEqual([0, undefined, undefined]);
  });

  it('lookup() keeps the families apart', () => {
    const table = buildIntervalTable([entry('0.0.0.0/0', 'four'), entry('::/0', 'six')]);
    expect([at('255.255.255.255'), at('ffff::'), at('::ffff:1.2.3.4')].map((probe) => table.lookup(probe)?.value)).toEqual([
      'four',
      'six',
      'four',
    ]);
  });

  it('lookup() agrees with reading every entry', () => {
    fc.assert(
      fc.property(entries, fc.array(address, { minLength: 1, maxLength: 20 }), (list, probes) => {
        const table = buildIntervalTable(list);
        for (const probe of [...probes, ...list.map((item) => item.cidr.address)]) {
          expect(table.lookup(probe)).toBe(longestMatch(list, probe));
        }
      }),
      { numRuns: 300 },
    );
  });

  it('lookup() agrees with net.BlockList on whether any block holds an address', () => {
    fc.assert(
      fc.property(entries, fc.array(address, { minLength: 1 }), (list, probes) => {
        // BlockList takes ::/0 for a block that holds IPv4 too; ours are apart.
        const apart = list.filter(({ cidr }) => cidr.address.family === 4 || cidr.prefixLength > 80);
        const oracle = new BlockList();
        for (const { cidr } of apart) {
          oracle.addSubnet(cidr.address.text, cidr.prefixLength, cidr.address.family === 4 ? 'ipv4' : 'ipv6');
        }
        const table = buildIntervalTable(apart);
        for (const probe of probes) {
          expect(table.lookup(probe) !== undefined).toBe(oracle.check(probe.text, probe.family === 4 ? 'ipv4' : 'ipv6'));
        }
      }),
      { numRuns: 200 },
    );
  });

  it('buildIntervalTable() does not depend on the order of different blocks', () => {
    fc.assert(
      fc.property(entries, fc.array(address), (list, probes) => {
        const distinct = [...new Map(list.map((item) => [item.cidr.text, item])).values()];
        const forward = buildIntervalTable(distinct);
        const backward = buildIntervalTable(distinct.toReversed());
        for (const probe of probes) expect(forward.lookup(probe)).toBe(backward.lookup(probe));
      }),
    );
  });

  it('buildIntervalTable() takes 60,000 ranges in far less than a second and answers in well under 0.5 µs', () => {
    const list = Array.from({ length: 60_000 }, (_, i) => {
      const spread = Math.imul(i, 0x9e3779b1) >>> 0;
      const cidr = i % 2 === 0 ? cidrOf(ipv4(spread), 12 + (i % 17)) : cidrOf(ipv6([0x20000000 | (spread >>> 4), i, 0, 0]), 48);
      return { cidr, value: i };
    });
    const started = threadTime();
    const table = buildIntervalTable(list);
    const built = threadTime();
    let found = 0;
    for (const { cidr } of list) if (table.lookup(cidr.address) !== undefined) found++;
    const perLookup = (threadTime() - built) / list.length;
    expect(found).toBe(60_000);
    // Limits with room for a busy machine; `npm run bench` has the figures.
    expect(built - started).toBeLessThan(1000);
    expect(perLookup).toBeLessThan(0.005);
  });

  it('tells of every nested block the smallest that holds it', () => {
    fc.assert(
      fc.property(entries, (list) => {
        const told: (readonly [string, string])[] = [];
        buildIntervalTable(list, (inner, outer) => told.push([inner.cidr.text, outer.cidr.text]));
        const expected = [...new Map(list.map((each) => [each.cidr.text, each])).values()].flatMap(({ cidr }) => {
          const wider = list.filter((other) => other.cidr.prefixLength < cidr.prefixLength);
          const outer = longestMatch(wider, cidr.address);
          return outer === undefined ? [] : [[cidr.text, outer.cidr.text] as const];
        });
        expect(told.map(String).sort()).toEqual(expected.map(String).sort());
      }),
    );
  });
});
