import type { SecureContext } from 'node:tls';
import { hostText, type Host } from '../core/address.ts';
import { BoundedMap } from '../core/bounded-map.ts';
import type { Failure } from '../core/codes.ts';
import type { Clock } from '../core/ports.ts';
import { ok, type Result } from '../core/result.ts';
import type { Instant } from '../core/units.ts';

/** A leaf certificate ready to serve. */
export interface Leaf {
  readonly context: SecureContext;
  readonly notBefore: Instant;
  /** From here on a new one is issued; before the certificate ends. */
  readonly renewAt: Instant;
}

/** Names at once; a SecureContext is 21 KiB, so this is 42 MB. */
const LEAF_CACHE_CAPACITY = 2_000;

/**
 * One leaf per host; beyond the capacity, one that was not used lately makes room. Issuing is synchronous (some 0.4 ms), so
 * callers at the same time cannot issue the same leaf twice.
 */
export class LeafCache {
  readonly #leaves: BoundedMap<string, Leaf>;
  readonly #issue: (host: Host) => Result<Leaf, Failure>;
  readonly #clock: Clock;

  constructor(issue: (host: Host) => Result<Leaf, Failure>, clock: Clock, capacity: number = LEAF_CACHE_CAPACITY) {
    this.#issue = issue;
    this.#clock = clock;
    this.#leaves = new BoundedMap(capacity);
  }

  /** The context for `host`, issued at first use and again before it ends. Refusals are not kept. */
  context(host: Host): Result<SecureContext, Failure> {
    const key = hostText(host);
    const known = this.#leaves.get(key);
    if (known !== undefined && this.#isCurrent(known)) return ok(known.context);
    const issued = this.#issue(host);
    if (!issued.ok) return issued;
    this.#leaves.set(key, issued.value);
    return ok(issued.value.context);
  }

  get size(): number {
    return this.#leaves.size;
  }

  // A wall clock can step back, too: a certificate that is not valid yet is as useless as one that has ended.
  #isCurrent(leaf: Leaf): boolean {
    const now = this.#clock.now();
    return now >= leaf.notBefore && now < leaf.renewAt;
  }
}
