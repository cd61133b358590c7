import type { GeoTables } from '../destination/geo-tables.ts';
import { locate } from '../destination/locate.ts';
import type { InForce } from '../pipeline/judging/in-force.ts';
import type { CompiledPolicy } from '../policy/model.ts';
import { prepareMasking } from './loading/prepare-masking.ts';
import { prepare } from '../policy/target-index.ts';

/** The policy and the tables that decide now. Both are replaced whole, never changed. */
export class PolicyInForce {
  #compiled: CompiledPolicy;
  #originTls: InForce['originTls'];
  #tables: GeoTables;
  #current: InForce;

  /** @param originTls what the policy's destinations state under `tls`, of the files that it was compiled with */
  constructor(compiled: CompiledPolicy, originTls: InForce['originTls'], tables: GeoTables) {
    this.#compiled = compiled;
    this.#originTls = originTls;
    this.#tables = tables;
    this.#current = this.#combine(1);
  }

  get current(): InForce {
    return this.#current;
  }

  get compiled(): CompiledPolicy {
    return this.#compiled;
  }

  get tables(): GeoTables {
    return this.#tables;
  }

  replacePolicy(compiled: CompiledPolicy, originTls: InForce['originTls']): void {
    this.#compiled = compiled;
    this.#originTls = originTls;
    this.#current = this.#combine(this.#current.generation + 1);
  }

  replaceTables(tables: GeoTables): void {
    this.#tables = tables;
    this.#current = this.#combine(this.#current.generation + 1);
  }

  /** Part of the policy has ended by itself: what was judged before counts as judged under another generation. */
  noteExpiry(): void {
    this.#current = { ...this.#current, generation: this.#current.generation + 1 };
  }

  #combine(generation: number): InForce {
    const compiled = this.#compiled;
    prepareMasking(compiled);
    const tables = this.#tables;
    return {
      generation,
      policy: prepare(compiled),
      looksAtContent: looksAtContent(compiled),
      originTls: this.#originTls,
      subjects: new Map(compiled.agents.map(({ attributes }) => [attributes.agent, attributes])),
      locate: (query) => locate(tables, query),
    };
  }
}

/** Whether anything about the content of requests is asked for. */
function looksAtContent({ rules }: CompiledPolicy): boolean {
  return rules.some(({ content, masks }) => content !== undefined || masks.request.some((mask) => mask.in.includes('content')));
}

/** The moments at which the policy changes by itself: attestations and transfers end. */
export function expiries(compiled: CompiledPolicy): number[] {
  const ends = [
    ...compiled.destinations.flatMap(({ attest }) => (attest === undefined ? [] : [attest.until])),
    ...compiled.rules.flatMap(({ transfer }) => (transfer?.until === undefined ? [] : [transfer.until])),
  ];
  return ends.sort((a, b) => a - b);
}
