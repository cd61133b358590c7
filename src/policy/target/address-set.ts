import type { Cidr, IpAddress } from '../../core/address.ts';
import { cidrContains } from '../../wire/address/cidr.ts';
import { buildIntervalTable, type IntervalTable } from '../../wire/address/interval-table.ts';

/** Above this many blocks a binary search beats the loop. */
const LOOP_LIMIT = 8;

/** The addresses a destination names: few blocks are walked, many are searched. */
export class AddressSet {
  readonly #blocks: readonly Cidr[];
  /** Made at first use: of a large policy most sets are never asked between two reloads. */
  #table: IntervalTable<true> | undefined;

  constructor(blocks: readonly Cidr[]) {
    this.#blocks = blocks;
  }

  has(address: IpAddress): boolean {
    if (this.#blocks.length > LOOP_LIMIT) {
      this.#table ??= buildIntervalTable(this.#blocks.map((cidr) => ({ cidr, value: true as const })));
      return this.#table.lookup(address) !== undefined;
    }
    for (const block of this.#blocks) {
      if (cidrContains(block, address)) return true;
    }
    return false;
  }

  hasSome(addresses: readonly IpAddress[]): boolean {
    for (const address of addresses) {
      if (this.has(address)) return true;
    }
    return false;
  }

  hasAll(addresses: readonly IpAddress[]): boolean {
    for (const address of addresses) {
      if (!this.has(address)) return false;
    }
    return true;
  }
}
