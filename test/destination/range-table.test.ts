import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Cidr, IpAddress } from '../../src/core/address.ts';
import { compileRanges, rangeTable, type RangeTable } from '../../src/destination/range-table.ts';
import { decodeRanges, encodeRanges } from '../../src/destination/tables/ranges/range-cache.ts';
import { parseRangeRows, type RangeRows } from '../../src/destination/tables/ranges/range-rows.ts';
import { cidrBounds, cidrOf } from '../../src/wire/address/cidr.ts';
import { buildIntervalTable } from '../../src/wire/address/interval-table.ts';
import { ipv4, ipv6 } from '../../src/wire/address/ip-address.ts';
import { address } from './support/tables.ts';

function rows(...lines: string[]): RangeRows {
  const parsed = parseRangeRows(`${['cidr,provider,region,service', ...lines].join('\n')}\n`);
  if (!parsed.ok) throw new Error(parsed.failure);
  return parsed.value;
}

function table(...lines: string[]): RangeTable {
  return rangeTable(compileRanges([rows(...lines)]));
}

/** Blocks that nest often: few distinct high bits. */
const cidrs: fc.Arbitrary<Cidr> = fc.oneof(
  fc
    .tuple(fc.integer({ min: 0, max: 7 }), fc.nat(0xff), fc.integer({ min: 0, max: 32 }))
    .map(([high, low, length]) => cidrOf(ipv4(((high << 29) | low) >>> 0), length)),
  fc
    .tuple(fc.nat(3), fc.nat(3), fc.nat(3), fc.integer({ min: 0, max: 128 }))
    .map(([a, b, d, length]) => cidrOf(ipv6([(0x20000000 | (a << 27)) >>> 0, b * 0x40000000, 0xffffffff, d]), length)),
);

/** First, last and neighbouring addresses: where a table goes wrong if it does. */
function edges(cidr: Cidr): IpAddress[] {
  const { first, last } = cidrBounds(cidr);
  const points = [first, last, neighbour(first, -1), neighbour(last, 1)];
  return points.map((words) => (words.length === 1 ? ipv4(words[0]!) : ipv6([words[0]!, words[1]!, words[2]!, words[3]!])));
}

function neighbour(words: readonly number[], step: number): readonly number[] {
  const last = words.length - 1;
  return words.map((word, i) => (i === last ? (word + step) >>> 0 : word));
}

describe('rangeTable()', () => {
  it('answers like the interval table of wire, before and after a trip through the cache file', () => {
    fc.assert(
      fc.property(fc.array(cidrs, { maxLength: 25 }), (blocks) => {
        const distinct = [...new Map(blocks.map((cidr) => [cidr.text, cidr])).values()];
        const oracle = buildIntervalTable(distinct.map((cidr, i) => ({ cidr, value: `r${i}` })));
        const compiled = compileRanges([rows(...distinct.map((cidr, i) => `${cidr.text},p,r${i},`))]);
        const restored = decodeRanges(encodeRanges(compiled, 'key'), 'key');
        expect(restored).toBeDefined();
        for (const point of distinct.flatMap(edges)) {
          const expected = oracle.lookup(point);
          for (const each of [compiled, restored!]) {
            const found = rangeTable(each).lookup(point);
            expect([found?.region, found?.cidr]).toEqual([expected?.value, expected?.cidr.text]);
          }
        }
      }),
      { numRuns: 150 },
    );
  });

  it('takes the zone of the longest prefix, not its parent region', () => {
    const aws = table('83.119.0.0/16,aws,eu-central-1,EC2', '83.119.128.0/18,aws,eu-central-1-ist-1,EC2');
    expect(aws.lookup(address('83.119.1.1'))?.region).toBe('eu-central-1');
    expect(aws.lookup(address('83.119.128.1'))?.region).toBe('eu-central-1-ist-1');
    expect(aws.lookup(address('83.120.0.0'))).toBeUndefined();
  });

  it('lets a regional row inside a global one stand, and the global one around it', () => {
    const aws = table('15.193.0.0/19,aws,GLOBAL,AMAZON', '15.193.0.0/24,aws,ap-south-1,EC2');
    expect(aws.lookup(address('15.193.0.1'))?.region).toBe('ap-south-1');
    expect(aws.lookup(address('15.193.1.1'))?.region).toBe('GLOBAL');
  });

  it('lets a service tag of Azure override the regional tag, also a longer one', () => {
    const azure = table(
      '20.0.0.0/8,azure,westeurope,AzureCloud',
      '20.1.0.0/24,azure,GLOBAL,AzureFrontDoor.Frontend',
      '20.1.0.0/28,azure,westeurope,Storage',
      '20.2.0.0/24,azure,GLOBAL,AzureCloud',
      '20.2.0.0/28,azure,westeurope,Storage',
    );
    expect(azure.lookup(address('20.1.0.1'))?.region).toBe('GLOBAL');
    expect(azure.lookup(address('20.2.0.1'))?.region).toBe('westeurope');
  });

  it('believes the list of customers before the list of all of Google', () => {
    const cloud = rows('34.89.128.0/17,gcp,europe-west3,Google Cloud');
    const goog = rows('34.89.128.0/17,google,GLOBAL,google-services');
    for (const files of [
      [cloud, goog],
      [goog, cloud],
    ]) {
      expect(rangeTable(compileRanges(files)).lookup(address('34.89.128.1'))).toMatchObject({
        provider: 'gcp',
        ambiguous: false,
      });
    }
  });

  it('says so when two lists place one block differently', () => {
    const files = [rows('192.0.2.0/24,a,eu-1,'), rows('192.0.2.0/24,b,us-1,')];
    expect(rangeTable(compileRanges(files)).lookup(address('192.0.2.1'))?.ambiguous).toBe(true);
    const agreeing = [rows('192.0.2.0/24,a,eu-1,x'), rows('192.0.2.0/24,a,eu-1,y')];
    expect(rangeTable(compileRanges(agreeing)).lookup(address('192.0.2.1'))?.ambiguous).toBe(false);
  });
});

describe('decodeRanges()', () => {
  const bytes = encodeRanges(compileRanges([rows('192.0.2.0/24,a,eu-1,', '2001:db8::/32,a,us-1,')]), 'key');

  it('refuses a file made from other lists', () => {
    expect(decodeRanges(bytes, 'other')).toBeUndefined();
  });

  it('POL-01 refuses every cut and every changed byte', () => {
    for (let at = 0; at < bytes.length; at++) {
      const altered = Uint8Array.from(bytes);
      altered[at]! ^= 1;
      expect(decodeRanges(altered, 'key')).toBeUndefined();
      expect(decodeRanges(bytes.subarray(0, at), 'key')).toBeUndefined();
    }
  });
});

describe('parseRangeRows()', () => {
  it.each([
    ['host bits', '10.0.0.5/8,aws,eu-1,x'],
    ['an octal octet', '010.0.0.0/8,aws,eu-1,x'],
    ['a short address', '10.0/8,aws,eu-1,x'],
    ['a length beyond the family', '10.0.0.0/33,aws,eu-1,x'],
    ['a mapped block', '::ffff:10.0.0.0/104,aws,eu-1,x'],
    ['a missing field', '10.0.0.0/8,aws,eu-1'],
    ['a field too many', '10.0.0.0/8,aws,eu-1,x,y'],
    ['no provider', '10.0.0.0/8,,eu-1,x'],
  ])('refuses %s and names the line', (_name, line) => {
    const parsed = parseRangeRows(`cidr,provider,region,service\n1.0.0.0/8,aws,eu-1,x\n${line}\n`);
    expect(parsed).toMatchObject({ ok: false, failure: expect.stringContaining('line 3') });
  });

  it('POL-01 refuses a file that is cut inside a row', () => {
    expect(parseRangeRows('cidr,provider,region,service\n10.0.0.0/8,aws,eu-1,x')).toMatchObject({ ok: false });
  });
});
