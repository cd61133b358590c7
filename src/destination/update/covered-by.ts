import type { Cidr } from '../../core/address.ts';
import { Defect } from '../../core/defect.ts';
import { cidrContains, parseCidr } from '../../wire/address/cidr.ts';
import { compareAddresses } from '../../wire/address/ip-address.ts';
import type { RangeRow } from './range-file.ts';

/** Whether a row lies inside one of `covers`, or equals it. Logarithmic per question. */
export function coveredBy(covers: readonly RangeRow[]): (row: RangeRow) => boolean {
  const widest = widestOf(covers.map(blockOf));
  return (row) => {
    const block = blockOf(row);
    let [low, high] = [0, widest.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      const cover = widest[middle];
      if (cover !== undefined && compareAddresses(cover.address, block.address) <= 0) low = middle + 1;
      else high = middle;
    }
    const nearest = widest[low - 1];
    return nearest !== undefined && contains(nearest, block);
  };
}

/** The blocks that lie in no other one, by address: disjoint, so that the nearest below is the only one that can contain. */
function widestOf(blocks: readonly Cidr[]): readonly Cidr[] {
  const sorted = blocks.toSorted((a, b) => compareAddresses(a.address, b.address) || a.prefixLength - b.prefixLength);
  const widest: Cidr[] = [];
  for (const block of sorted) {
    const last = widest.at(-1);
    if (last === undefined || !contains(last, block)) widest.push(block);
  }
  return widest;
}

function contains(outer: Cidr, inner: Cidr): boolean {
  return outer.prefixLength <= inner.prefixLength && cidrContains(outer, inner.address);
}

function blockOf(row: RangeRow): Cidr {
  const cidr = parseCidr(row.cidr);
  if (!cidr.ok) throw new Defect(`A row with a block that is not canonical: ${cidr.failure}`);
  return cidr.value;
}
