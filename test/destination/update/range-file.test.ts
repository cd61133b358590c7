import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { coveredBy } from '../../../src/destination/update/covered-by.ts';
import { parseRangeFile, printRangeFile, type RangeRow } from '../../../src/destination/update/range-file.ts';

const HEADER = 'cidr,provider,region,service\n';

describe('parseRangeFile()', () => {
  it('gives back what printRangeFile() wrote; a service gives way to the format', () => {
    const row: RangeRow = { cidr: '3.120.0.0/14', provider: 'aws', region: 'eu-central-1', service: 'AMAZON|EC2' };
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), (service) => {
        const read = parseRangeFile(printRangeFile([row, { ...row, service }]));
        expect(read.ok && read.value[0]).toEqual(row);
        expect(read.ok && read.value[1]?.cidr).toBe(row.cidr);
        expect(read.ok && read.value).toHaveLength(2);
      }),
    );
  });

  it('takes a row without a region', () => {
    expect(parseRangeFile(`${HEADER}45.32.0.0/21,vultr,,\n`)).toEqual({
      ok: true,
      value: [{ cidr: '45.32.0.0/21', provider: 'vultr', region: '', service: '' }],
    });
  });

  it.each([
    ['', /newline/],
    ['cidr,provider,region\n', /line 1/],
    [`${HEADER}3.120.0.0/14,aws,eu-central-1,EC2`, /newline/],
    [`${HEADER}3.120.0.0/14,aws,eu-central-1,EC2\n\n`, /line 3/],
    [`${HEADER}3.120.0.0/14,aws,eu-central-1\n`, /line 2/],
    [`${HEADER}3.120.0.0,aws,eu-central-1,EC2\n`, /line 2/],
    [`${HEADER}3.120.0.0/14,aws,EU_CENTRAL,EC2\n`, /line 2/],
    [`${HEADER}3.120.0.0/14,aws,eu-central-1,EC2,S3\n`, /line 2/],
    [`${HEADER}3.120.0.0/14,aws,eu-central-1,EC2\r\n`, /line 2/],
  ])('refuses %j', (text, message) => {
    expect(parseRangeFile(text)).toMatchObject({ ok: false, failure: expect.stringMatching(message) });
  });
});

describe('coveredBy()', () => {
  const row = (cidr: string): RangeRow => ({ cidr, provider: 'azure', region: 'GLOBAL', service: '' });

  it('finds the block that a row lies in, among nested and neighbouring ones of both families', () => {
    const covered = coveredBy(['20.0.0.0/8', '20.1.0.0/16', '13.107.246.0/24', '2603::/16'].map(row));
    const inside = ['20.0.0.0/8', '20.255.0.0/16', '20.1.2.3/32', '13.107.246.128/25', '2603:1020::/32'];
    const outside = [
      '16.0.0.0/4',
      '21.0.0.0/8',
      '19.255.255.0/24',
      '13.107.0.0/16',
      '13.107.247.0/24',
      '2604::/16',
      '1.1.1.0/24',
    ];
    expect(inside.filter((cidr) => !covered(row(cidr)))).toEqual([]);
    expect(outside.filter((cidr) => covered(row(cidr)))).toEqual([]);
    expect(coveredBy([])(row('1.1.1.0/24'))).toBe(false);
  });

  it('agrees with a loop over all blocks', () => {
    const block = fc.tuple(fc.integer({ min: 0, max: 255 }), fc.integer({ min: 24, max: 32 })).map(([octet, length]) => {
      const mask = 2 ** (32 - length) - 1;
      return { first: octet & ~mask & 255, last: (octet | mask) & 255, cidr: `20.0.0.${octet & ~mask & 255}/${length}` };
    });
    fc.assert(
      fc.property(fc.array(block, { maxLength: 10 }), block, (covers, asked) => {
        const expected = covers.some(({ first, last }) => first <= asked.first && asked.last <= last);
        expect(coveredBy(covers.map(({ cidr }) => row(cidr)))(row(asked.cidr))).toBe(expected);
      }),
    );
  });
});
