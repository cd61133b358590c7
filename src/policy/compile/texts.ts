import type { Cidr } from '../../core/address.ts';
import type { Result } from '../../core/result.ts';
import { parseInstant, type Instant } from '../../core/units.ts';
import { parseCidr } from '../../wire/address/cidr.ts';
import { parseHostPattern, type HostPattern } from '../../wire/name/host-pattern.ts';
import type { PathPattern } from '../model.ts';
import { parsePathPattern } from '../text/path-pattern.ts';
import type { Spot } from '../reading/spot.ts';

/** The value, or undefined with its failure reported at the spot. */
export function accept<T>(result: Result<T, string>, spot: Spot, hint?: string): T | undefined {
  if (result.ok) return result.value;
  spot.error(result.failure, hint);
  return undefined;
}

export function readHosts(texts: readonly string[], spot: Spot): HostPattern[] {
  return readAll(texts, spot, parseHostPattern, (text) =>
    /[\\^$|()+?/]/.test(text) ? 'hosts are exact names or "*.suffix", never URLs or regular expressions' : undefined,
  );
}

export function readCidrs(texts: readonly string[], spot: Spot): Cidr[] {
  return readAll(texts, spot, parseCidr);
}

export function readPaths(texts: readonly string[], spot: Spot): PathPattern[] {
  return readAll(texts, spot, parsePathPattern);
}

/** An instant; one that has passed already gets a warning, which `consequence` ends. */
export function readEnd(text: string, spot: Spot, now: Instant, consequence: string): Instant | undefined {
  const until = accept(parseInstant(text), spot);
  if (until !== undefined && until <= now) spot.warning(`Found ${text}, which has passed: ${consequence}`);
  return until;
}

function readAll<T>(
  texts: readonly string[],
  spot: Spot,
  parse: (text: string) => Result<T, string>,
  hintFor?: (text: string) => string | undefined,
): T[] {
  return texts.flatMap((text, index) => {
    const value = accept(parse(text), spot.at(index), hintFor?.(text));
    return value === undefined ? [] : [value];
  });
}
