import type { IpAddress } from '../core/address.ts';
import type { Clock } from '../core/ports.ts';
import type { Milliseconds } from '../core/units.ts';
import { cidrOf } from '../wire/address/cidr.ts';

export interface AttemptLimiterOptions {
  readonly clock: Clock;
  /** Bad credentials that one source may present at once; default 60. */
  readonly burst?: number;
  /** In which time that many become free again, evenly; default one minute. */
  readonly recovery?: Milliseconds;
  /** Most sources that are remembered; default 10,000. */
  readonly capacity?: number;
}

interface Bucket {
  /** Attempts that count against the source, as of `at`. */
  used: number;
  at: Milliseconds;
}

/**
 * Limits how often a source may present credentials that do not verify (RES-04). An attempt counts from its beginning, and
 * is given back when it succeeds: a thousand at once get no further than a thousand in a row.
 */
export class AttemptLimiter {
  readonly #clock: Clock;
  readonly #burst: number;
  readonly #perMillisecond: number;
  readonly #capacity: number;
  /** By source, least recently counted first. */
  readonly #buckets = new Map<string, Bucket>();

  constructor(options: AttemptLimiterOptions) {
    this.#clock = options.clock;
    this.#burst = options.burst ?? 60;
    this.#perMillisecond = this.#burst / (options.recovery ?? 60_000);
    this.#capacity = options.capacity ?? 10_000;
  }

  /** Counts an attempt; false when the source must wait. */
  begin(source: IpAddress): boolean {
    const key = sourceKey(source);
    const now = this.#clock.monotonic();
    const known = this.#buckets.get(key);
    const used = known === undefined ? 0 : this.#decayed(known, now);
    if (used + 1 > this.#burst) return false;
    this.#buckets.delete(key);
    this.#buckets.set(key, { used: used + 1, at: now });
    if (this.#buckets.size > this.#capacity) this.#evict();
    return true;
  }

  /** Gives an attempt back: it succeeded, or could not be judged. */
  forgive(source: IpAddress): void {
    const key = sourceKey(source);
    const bucket = this.#buckets.get(key);
    if (bucket === undefined) return;
    bucket.used -= 1;
    if (bucket.used <= 0) this.#buckets.delete(key);
  }

  #decayed(bucket: Bucket, now: Milliseconds): number {
    return Math.max(0, bucket.used - (now - bucket.at) * this.#perMillisecond);
  }

  #evict(): void {
    const [oldest] = this.#buckets.keys();
    if (oldest !== undefined) this.#buckets.delete(oldest);
  }
}

/** One host has a whole /64 of IPv6 addresses to choose from (RFC 4291 §2.5.1). */
function sourceKey(source: IpAddress): string {
  return source.family === 4 ? source.text : cidrOf(source, 64).text;
}
