import type { Cidr } from '../core/address.ts';
import type { AgentId } from '../core/ids.ts';
import type { HostPattern } from '../wire/name/host-pattern.ts';
import { buildIntervalTable, type IntervalEntry, type IntervalTable } from '../wire/address/interval-table.ts';
import { Bucket, entriesOf, type Entry, type Leading } from './target/bucket.ts';
import { prepareAny, prepareDestination, prepareRule, type PreparedDestination, type PreparedRule } from './target/prepared.ts';
import type { Target } from './target/covers-target.ts';
import type { CompiledPolicy } from './model.ts';

/** A policy with its index; made once per policy, shared by all decisions. */
export interface PreparedPolicy {
  readonly policy: CompiledPolicy;
  readonly rules: readonly PreparedRule[];
  /** Same positions as `policy.destinations`. */
  readonly destinations: readonly PreparedDestination[];
  /** What `to: any` stands for. */
  readonly any: PreparedDestination;
  readonly index: TargetIndex;
  /** Some rule states a condition on content. */
  readonly asksForContent: boolean;
}

/** Builds everything that decisions look up, so that ten thousand rules cost a decision the same as ten. */
export function prepare(policy: CompiledPolicy): PreparedPolicy {
  const rules = policy.rules.map(prepareRule);
  const destinations = policy.destinations.map(prepareDestination);
  const any = prepareAny();
  return {
    policy,
    rules,
    destinations,
    any,
    index: new TargetIndex(rules, destinations, any),
    asksForContent: policy.rules.some(({ content }) => content !== undefined),
  };
}

/**
 * While a name is not looked up, which destinations of addresses alone are found: `none`; `undecided`: those whose rules
 * inspection could still decide; `all`: also those of unconditional denials.
 */
export type Unresolved = 'none' | 'undecided' | 'all';

/** Finds the destinations whose hosts or addresses can match a target, with the rules that the agent has for them. */
export class TargetIndex {
  readonly #exact = new Map<string, Bucket>();
  readonly #suffix = new Map<string, Bucket>();
  /** How many labels the suffixes have: only those parts of a name are looked up. */
  readonly #suffixDepths: boolean[] = [];
  /** `*`: every name, no address. */
  readonly #anyName = new Bucket();
  /** Destinations without hosts and addresses, and `to: any`. */
  readonly #rest = new Bucket();
  readonly #addresses: IntervalTable<Bucket>;
  /** Destinations of addresses alone, as names that are not looked up meet them; permits do not count there. */
  readonly #undecided = new Bucket();
  readonly #denied = new Bucket();

  constructor(rules: readonly PreparedRule[], destinations: readonly PreparedDestination[], any: PreparedDestination) {
    const leading = leadingRules(rules, destinations.length);
    const blocks = new Map<string, IntervalEntry<Bucket>>();
    for (const [position, prepared] of destinations.entries()) {
      this.#add(prepared, leading.byDestination[position] ?? noLeading(), blocks);
    }
    this.#rest.add(entriesOf(any, leading.any, false, false));
    // Longest prefix wins in the table, so each block knows the block round it.
    this.#addresses = buildIntervalTable(blocks.values(), (inner, outer) => {
      inner.value.enclosing = outer.value;
    });
  }

  /** Every entry whose hosts match, or one of whose addresses is the target's; each once. Ports and exceptions are not looked at. */
  find(agent: AgentId, target: Target, unresolved: Unresolved): readonly Entry[] {
    const found: Entry[] = [];
    const { host, addresses } = target;
    if (host.kind === 'name') this.#findName(agent, host.name, found);
    if (addresses === undefined) this.#findUnresolved(agent, unresolved, found);
    else if (this.#addresses.size > 0) {
      for (const address of addresses) {
        let bucket = this.#addresses.lookup(address)?.value;
        for (; bucket !== undefined; bucket = bucket.enclosing) bucket.collect(agent, found);
      }
    }
    this.#rest.collect(agent, found);
    return found;
  }

  #findName(agent: AgentId, name: string, found: Entry[]): void {
    this.#exact.get(name)?.collect(agent, found);
    if (this.#suffix.size > 0) this.#findSuffixes(agent, name, found);
    this.#anyName.collect(agent, found);
  }

  #findSuffixes(agent: AgentId, name: string, found: Entry[]): void {
    let dot = name.length;
    for (let depth = 1; depth < this.#suffixDepths.length; depth++) {
      dot = name.lastIndexOf('.', dot - 1);
      if (dot < 1) return;
      if (this.#suffixDepths[depth] === true) this.#suffix.get(name.slice(dot + 1))?.collect(agent, found);
    }
  }

  #findUnresolved(agent: AgentId, unresolved: Unresolved, found: Entry[]): void {
    if (unresolved === 'none') return;
    this.#undecided.collect(agent, found);
    if (unresolved === 'all') this.#denied.collect(agent, found);
  }

  #add(prepared: PreparedDestination, leading: Leading, blocks: Map<string, IntervalEntry<Bucket>>): void {
    const { hosts, addresses, internal, frameworks } = prepared.destination;
    const speaks = prepared.statements.length > 0 || internal !== undefined || frameworks.size > 0;
    const repeatable = hosts === undefined ? addresses !== undefined : hosts.length > 1;
    const entries = entriesOf(prepared, leading, repeatable, speaks);
    for (const pattern of hosts ?? []) this.#bucketFor(pattern).add(entries);
    if (hosts !== undefined) return;
    if (addresses === undefined) this.#rest.add(entries);
    else {
      for (const cidr of addresses) blockAt(blocks, cidr).add(entries);
      this.#addUnresolved(prepared, leading);
    }
  }

  #bucketFor(pattern: HostPattern): Bucket {
    switch (pattern.kind) {
      case 'any':
        return this.#anyName;
      case 'exact':
        return bucketAt(this.#exact, pattern.name);
      case 'suffix':
        this.#suffixDepths[pattern.suffix.split('.').length] = true;
        return bucketAt(this.#suffix, pattern.suffix);
    }
  }

  #addUnresolved(prepared: PreparedDestination, leading: Leading): void {
    const isDecided = ({ effect, conditions }: PreparedRule): boolean => effect === 'deny' && conditions.length === 0;
    const undecided = only(leading, (each) => each.effect !== 'permit' && !isDecided(each));
    this.#undecided.add(entriesOf(prepared, undecided, false, false));
    this.#denied.add(entriesOf(prepared, only(leading, isDecided), false, false));
  }
}

function blockAt(blocks: Map<string, IntervalEntry<Bucket>>, cidr: Cidr): Bucket {
  const known = blocks.get(cidr.text);
  if (known !== undefined) return known.value;
  const entry = { cidr, value: new Bucket() };
  blocks.set(cidr.text, entry);
  return entry.value;
}

function bucketAt(buckets: Map<string, Bucket>, key: string): Bucket {
  const known = buckets.get(key);
  if (known !== undefined) return known;
  const bucket = new Bucket();
  buckets.set(key, bucket);
  return bucket;
}

function noLeading(): Leading {
  return { everyone: [], byAgent: new Map() };
}

function leadingRules(rules: readonly PreparedRule[], count: number): { byDestination: readonly Leading[]; any: Leading } {
  const byDestination = Array.from({ length: count }, noLeading);
  const any = noLeading();
  for (const prepared of rules) {
    const { to } = prepared.rule;
    const leadings = to === 'any' ? [any] : [...new Set(to)].map((position) => byDestination[position]);
    for (const leading of leadings) {
      if (leading !== undefined) lead(leading, prepared);
    }
  }
  return { byDestination, any };
}

function lead(leading: Leading, prepared: PreparedRule): void {
  const { agents } = prepared.rule;
  if (agents === undefined) {
    leading.everyone.push(prepared);
    return;
  }
  for (const agent of agents) {
    const rules = leading.byAgent.get(agent) ?? [];
    rules.push(prepared);
    leading.byAgent.set(agent, rules);
  }
}

function only(leading: Leading, keep: (rule: PreparedRule) => boolean): Leading {
  const byAgent: Leading['byAgent'] = new Map();
  for (const [agent, rules] of leading.byAgent) {
    const kept = rules.filter(keep);
    if (kept.length > 0) byAgent.set(agent, kept);
  }
  return { everyone: leading.everyone.filter(keep), byAgent };
}
