import { systemClock } from '../../app/system.ts';
import type { AdminEvent, DecisionEvent } from '../../core/exchange/record.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { parseDuration, parseInstant, type Instant } from '../../core/units.ts';
import type { HostFilter, RecordFilter } from '../../recording/reading/record-filter.ts';
import { parseHost } from '../../wire/name/authority.ts';
import { parseHostPattern } from '../../wire/name/host-pattern.ts';

/** What `sessions export` was asked for, as it was written. */
export interface ExportAsked {
  readonly subject?: string;
  readonly host?: string;
  readonly decision?: DecisionEvent['decision'];
  readonly since?: string;
  readonly until?: string;
}

/** @failure a sentence that names the option */
export function exportFilter(sessions: readonly string[], asked: ExportAsked): Result<RecordFilter, string> {
  const { subject, decision } = asked;
  const since = readTime('--since', asked.since);
  if (!since.ok) return since;
  const until = readTime('--until', asked.until);
  if (!until.ok) return until;
  const host = readHost(asked.host);
  if (!host.ok) return host;
  return ok({
    ...(sessions.length > 0 && { sessions: new Set(sessions) }),
    ...(subject !== undefined && { subject }),
    ...(decision !== undefined && { decision }),
    ...(host.value !== undefined && { host: host.value }),
    ...(since.value !== undefined && { since: since.value }),
    ...(until.value !== undefined && { until: until.value }),
  });
}

/** What the record says of an export: what was asked for, in its words. */
export function exportDetails(
  format: string,
  sessions: readonly string[],
  { subject, host, decision, since, until }: ExportAsked,
): NonNullable<AdminEvent['details']> {
  const content = format === 'har' ? 'masked' : undefined;
  const asked = { format, content, subject, host, decision, since, until };
  const given = Object.entries(asked).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
  return { ...Object.fromEntries(given), ...(sessions.length > 0 && { sessions }) };
}

/** `30m` ago, or an instant. */
function readTime(option: string, text: string | undefined): Result<Instant | undefined, string> {
  if (text === undefined) return ok(undefined);
  const duration = parseDuration(text);
  if (duration.ok) return ok(systemClock.now() - duration.value);
  const instant = parseInstant(text);
  if (instant.ok) return instant;
  return fail(`${option}: ${duration.failure}, or an instant such as 2027-03-01T00:00:00Z`);
}

function readHost(text: string | undefined): Result<HostFilter | undefined, string> {
  if (text === undefined) return ok(undefined);
  const host = parseHost(text.includes(':') && !text.startsWith('[') ? `[${text}]` : text);
  if (host.ok && host.value.kind === 'address') return ok({ address: host.value.address.text });
  const pattern = parseHostPattern(text.toLowerCase());
  return pattern.ok ? ok({ pattern: pattern.value }) : fail(`--host: ${pattern.failure}`);
}
