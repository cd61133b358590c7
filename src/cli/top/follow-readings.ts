import { setTimeout as pause } from 'node:timers/promises';
import type { Milliseconds } from '../../core/units.ts';
import type { AdminApi } from '../api/admin-api.ts';
import type { ApiFailure } from '../api/api-failure.ts';
import { observe, type Observation } from './observation.ts';
import { readingOf, type Reading } from './reading.ts';

/** The first rates are those of this time, or of a shorter one that was asked for. */
const FIRST: Milliseconds = 1000;

/**
 * Asks a gateway again and again until the signal says so, through its restarts.
 *
 * @returns why it gives up: the gateway was not there at all, or does not let this person in
 */
export async function* followReadings(
  api: AdminApi,
  { every, signal }: { readonly every: Milliseconds; readonly signal: AbortSignal },
): AsyncGenerator<Reading | 'gone', ApiFailure | undefined> {
  let before: Observation | undefined;
  let wasThere = false;
  while (!signal.aborted) {
    const observed = await observe(api, signal);
    if (signal.aborted) return undefined;
    let wait = every;
    if (observed.ok) {
      if (before === undefined) wait = Math.min(FIRST, every);
      else yield readingOf(before, observed.value);
      before = observed.value;
      wasThere = true;
    } else {
      if (!wasThere || observed.failure.isPassing === undefined) return observed.failure;
      // What comes back has counted from nothing, or for longer than is shown.
      before = undefined;
      yield 'gone';
    }
    await pause(wait, undefined, { signal }).catch(() => {});
  }
  return undefined;
}
