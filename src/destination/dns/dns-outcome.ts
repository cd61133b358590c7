import type { IpAddress } from '../../core/address.ts';
import type { Failure } from '../../core/codes.ts';
import { fail, ok } from '../../core/result.ts';
import type { Milliseconds } from '../../core/units.ts';
import type { Outcome } from './dns-cache.ts';
import type { FamilyAnswer } from './dns-lookup.ts';

/** Lives of answers: long enough to spare the servers, short enough that a moved name is judged anew (DNS-13). */
const POSITIVE_LIFE: Bounds = { least: 5_000, most: 300_000 };
const NEGATIVE_LIFE: Bounds = { least: 5_000, most: 30_000 };
/** A failure, or an answer of one family only, is asked for again soon (RFC 9520 §3.2). */
const UNCERTAIN_LIFE: Milliseconds = 5_000;

interface Bounds {
  readonly least: Milliseconds;
  readonly most: Milliseconds;
}

/**
 * What a name resolves to, from the answers of both families, and how long that holds.
 *
 * One family with addresses is enough, even when the other one stayed unanswered: every address that is returned is judged,
 * and one that is not known is never dialled, so silence can hide an address but not make it reachable. An invalid answer
 * of either family fails the name. Without any address the name fails; only two known absences are a lasting negative.
 */
export function outcomeOf(
  name: string,
  families: readonly [FamilyAnswer, FamilyAnswer],
  maxAddresses: number,
): { readonly outcome: Outcome; readonly life: Milliseconds } {
  for (const family of families) {
    if (family.kind === 'invalid') return failed('dns_failed', `${name}: ${family.detail}`, UNCERTAIN_LIFE);
  }
  const found = families.filter((family) => family.kind === 'addresses');
  if (found.length === 0) return withoutAddresses(name, families);

  const addresses = unique(found.flatMap((family) => family.addresses));
  if (addresses.length > maxAddresses) {
    return failed(
      'dns_failed',
      `${name} has ${addresses.length} addresses, at most ${maxAddresses} are judged`,
      UNCERTAIN_LIFE,
    );
  }
  const chain = [...new Set(found.flatMap((family) => family.chain))];
  const isPartial = families.some(({ kind }) => kind === 'unanswered');
  const life = isPartial ? UNCERTAIN_LIFE : clamp(Math.min(...found.map(({ ttlSeconds }) => ttlSeconds)), POSITIVE_LIFE);
  return { outcome: ok({ addresses, chain }), life };
}

function withoutAddresses(name: string, families: readonly FamilyAnswer[]): { outcome: Outcome; life: Milliseconds } {
  const unanswered = families.filter((family) => family.kind === 'unanswered');
  if (unanswered.length > 0) {
    const code = unanswered.some(({ timedOut }) => timedOut) ? 'dns_timeout' : 'dns_failed';
    return failed(code, `${name}: ${unanswered[0]?.detail}`, UNCERTAIN_LIFE);
  }
  const absent = families.filter((family) => family.kind === 'none');
  const life = clamp(Math.min(...absent.map(({ ttlSeconds }) => ttlSeconds)), NEGATIVE_LIFE);
  return failed('dns_failed', [...new Set(absent.map(({ detail }) => detail))].join('; '), life);
}

function failed(code: Failure['code'], detail: string, life: Milliseconds): { outcome: Outcome; life: Milliseconds } {
  return { outcome: fail({ code, detail }), life };
}

function unique(addresses: readonly IpAddress[]): readonly IpAddress[] {
  return [...new Map(addresses.map((address) => [address.text, address])).values()];
}

function clamp(ttlSeconds: number, { least, most }: Bounds): Milliseconds {
  return Math.min(Math.max(ttlSeconds * 1000, least), most);
}
