import { fail, ok, type Result } from './result.ts';

/** A duration in milliseconds, ≥ 0. */
export type Milliseconds = number;
/** A size in bytes, ≥ 0. */
export type Bytes = number;
/** A point in time: milliseconds since 1970-01-01T00:00:00Z. */
export type Instant = number;

const DURATION = /^(\d{1,9})(ms|s|m|h|d)$/;
const DURATION_FACTOR: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Reads `150ms`, `30s`, `15m`, `12h` or `7d` (contract, preamble). */
export function parseDuration(text: string): Result<Milliseconds, string> {
  const match = DURATION.exec(text);
  if (match === null) return fail(`Found "${text}", expected a duration such as 150ms, 30s, 15m, 12h or 7d`);
  return ok(Number(match[1]) * DURATION_FACTOR[match[2]!]!);
}

const SIZE = /^(\d{1,12})(B|KiB|MiB|GiB)$/;
const SIZE_FACTOR: Readonly<Record<string, number>> = { B: 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 };

/** Reads `512B`, `64KiB`, `10MiB` or `1GiB` (contract, preamble). */
export function parseSize(text: string): Result<Bytes, string> {
  const match = SIZE.exec(text);
  if (match === null) return fail(`Found "${text}", expected a size such as 64KiB, 10MiB or 1GiB`);
  return ok(Number(match[1]) * SIZE_FACTOR[match[2]!]!);
}

const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;
const INSTANT = /^(\d{4})-(\d{2})-(\d{2})T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})$/i;

/** Reads an RFC 3339 instant, or a full-date, which means its first moment in UTC. */
export function parseInstant(text: string): Result<Instant, string> {
  const match = DATE.exec(text) ?? INSTANT.exec(text);
  const milliseconds = match === null ? Number.NaN : Date.parse(text);
  if (match === null || Number.isNaN(milliseconds) || !isCalendarDay(match)) {
    return fail(`Found "${text}", expected an RFC 3339 date or instant such as 2027-03-01 or 2027-03-01T00:00:00Z`);
  }
  return ok(milliseconds);
}

/** Reads an instant, or a duration before now: how commands and queries name where a period begins or ends. */
export function parseMoment(text: string, now: Instant): Result<Instant, string> {
  const ago = parseDuration(text);
  if (ago.ok) return ok(now - ago.value);
  const instant = parseInstant(text);
  return instant.ok ? instant : fail(`Found "${text}", expected a duration such as 30d, or an RFC 3339 date or instant`);
}

// `Date.parse` rolls 2027-02-30 over to March; a policy must not end on another day than the one written.
function isCalendarDay(match: RegExpExecArray): boolean {
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  const lengths = [
    31,
    year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28,
    31,
    30,
    31,
    30,
    31,
    31,
    30,
    31,
    30,
    31,
  ];
  const length = lengths[month - 1];
  return length !== undefined && day >= 1 && day <= length;
}
