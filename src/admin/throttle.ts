import type { FastifyRequest } from 'fastify';
import { BoundedMap } from '../core/bounded-map.ts';
import type { Clock } from '../core/ports.ts';
import { cidrOf } from '../wire/address/cidr.ts';
import { parseIpAddress } from '../wire/address/ip-address.ts';
import type { Refusal } from './problem.ts';
import { type Rate, TokenBucket } from './token-bucket.ts';
import { clientOf } from './access/visit.ts';

/** Of one credential. */
const CREDENTIAL: Rate = { burst: 120, perSecond: 20 };
/** Of one address, for what needs no credential. */
const ADDRESS: Rate = { burst: 60, perSecond: 5 };
/** Most credentials and addresses that are told apart. */
const CAPACITY = 10_000;

/**
 * Bounds how often the admin API is asked: by credential where there is one, else by address. So whoever shares an address
 * with an approver, as an agent on the same machine does, cannot use up what the approver may ask.
 */
export class Throttle {
  readonly #clock: Clock;
  readonly #buckets = new BoundedMap<string, TokenBucket>(CAPACITY);

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Counts a request whose visitor is known by now; the refusal when it is one too many. */
  admit(request: FastifyRequest): Refusal | undefined {
    const credential = request.visitor?.principal.credential;
    const key = credential ?? addressKey(clientOf(request));
    const bucket = this.#buckets.get(key) ?? new TokenBucket(this.#clock, credential === undefined ? ADDRESS : CREDENTIAL);
    this.#buckets.set(key, bucket);
    return bucket.take() ? undefined : { status: 429, detail: 'Too many requests', retryAfter: 1 };
  }
}

/** One host has a whole /64 of IPv6 addresses to choose from (RFC 4291 §2.5.1). */
function addressKey(client: string): string {
  const address = parseIpAddress(client);
  return address.ok && address.value.family === 6 ? cidrOf(address.value, 64).text : client;
}
