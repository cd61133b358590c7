import { randomBytes } from 'node:crypto';
import type { ExchangeId } from '../core/ids.ts';
import type { Clock, Random } from '../core/ports.ts';
import { timeText } from '../core/time-text.ts';
import type { Instant } from '../core/units.ts';
import { steadyClock, type SteadyClock } from './time/steady-clock.ts';

/** The clock of the machine, which for this process never goes back (ADR 0030). */
export const systemClock: SteadyClock = steadyClock({
  now: () => Date.now(),
  monotonic: () => performance.now(),
});

/** The randomness of the operating system. */
export const systemRandom: Random = {
  bytes: (length) => randomBytes(length),
};

/** Ids drawn per refill of the pool: one call into the system costs as much as hundreds of ids. */
const POOLED_IDS = 256;

/** Makes exchange ids, as {@link timeOrderedIds} are. */
export function exchangeIds(clock: Clock, random: Random): () => ExchangeId {
  return timeOrderedIds(clock, random) as () => ExchangeId;
}

/**
 * Makes ids: UUIDv7 (RFC 9562 §5.7), so that they sort by time.
 *
 * @param clock whose milliseconds lead the id
 */
export function timeOrderedIds(clock: Clock, random: Random): () => string {
  let pool = Buffer.alloc(0);
  let offset = 0;
  const timeOf = timeText(clock, hexTime);
  return () => {
    if (offset + 10 > pool.length) {
      pool = Buffer.from(random.bytes(10 * POOLED_IDS));
      offset = 0;
    }
    const tail = pool.toString('hex', offset, offset + 10);
    offset += 10;
    const variant = (8 + (Number.parseInt(tail[3]!, 16) & 3)).toString(16);
    return `${timeOf()}-7${tail.slice(0, 3)}-${variant}${tail.slice(4, 7)}-${tail.slice(7, 19)}`;
  };
}

/** The 48 bits of the time as an id begins with them. */
function hexTime(now: Instant): string {
  const digits = now.toString(16).padStart(12, '0');
  return `${digits.slice(0, 8)}-${digits.slice(8)}`;
}
