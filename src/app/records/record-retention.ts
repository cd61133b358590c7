import type { Failure } from '../../core/codes.ts';
import type { ContentKeyStore } from '../../core/exchange/content-keys.ts';
import type { ExchangeIndexWriter } from '../../core/exchange/exchange-index.ts';
import type { LegalHoldStore } from '../../core/exchange/legal-hold.ts';
import { adminEvent } from '../../core/people/admin-entry.ts';
import { ok, type Result } from '../../core/result.ts';
import type { Instant, Milliseconds } from '../../core/units.ts';
import type { RetentionTerms } from '../../recording/retention/retention-terms.ts';
import type { Log } from '../../telemetry/log.ts';
import { type RemovedRecords, RetentionMemory } from './plan-writer.ts';
import { removeExpired, type RetentionRunParts } from './retention-run.ts';
import { shredExpired, type Shredded } from './shred-content.ts';

/** Of one place where records lie, and how long they are kept there. */
export type RetentionStore = Pick<RetentionRunParts, 'directory' | 'terms' | 'wrapping' | 'signer'>;

export interface RetentionParts extends Omit<RetentionRunParts, 'holds' | keyof RetentionStore> {
  readonly stores: readonly RetentionStore[];
  /** Of keys of content, and of what the index tells: both know the home alone. */
  readonly terms: RetentionTerms;
  readonly holds: Pick<LegalHoldStore, 'list'>;
  readonly keys: Pick<ContentKeyStore, 'list' | 'destroy'>;
  /** Absent where nothing is indexed. */
  readonly index?: Pick<ExchangeIndexWriter, 'forget'> | undefined;
}

/** What one run of retention did, or would do. */
export interface RetentionResult {
  readonly records: readonly RemovedRecords[];
  readonly content: Shredded & { readonly held: number };
}

/**
 * Removes what is past its retention: keys of content, records, and what the index tells of them. Nothing at all while nobody can
 * tell what is held. Rejects with what the operating system reports.
 *
 * @failure store_unavailable, audit_unavailable: nothing more was removed
 */
export async function runRetention({
  holds: held,
  keys,
  index,
  stores,
  terms,
  ...parts
}: RetentionParts): Promise<Result<RetentionResult, Failure>> {
  const { clock, journal, actor, isTrial = false } = parts;
  const holds = await held.list();
  if (!holds.ok) return holds;
  const record = (entry: Parameters<typeof adminEvent>[0]) => journal.append(adminEvent(entry));
  const shredding = { keys, holds: holds.value, record, by: actor };
  const content = await shredExpired(terms, { now: clock.now(), isTrial }, shredding);
  if (!content.ok) return content;
  const records: RemovedRecords[] = [];
  for (const store of stores) {
    const removed = await removeExpired({ ...parts, ...store, holds: () => held.list() });
    if (!removed.ok) return removed;
    records.push(...removed.value);
  }
  const forgotten = index === undefined || isTrial ? ok(undefined) : await forgetExpired(index, terms, held, clock.now());
  return forgotten.ok ? ok({ records, content: content.value }) : forgotten;
}

/** Of what the index forgets in one go: who asks it meanwhile waits that long. */
const FORGOTTEN_AT_ONCE = 1000;

/** The index must not tell of what is not kept. @failure store_unavailable: it is forgotten in an hour */
async function forgetExpired(
  index: Pick<ExchangeIndexWriter, 'forget'>,
  terms: RetentionTerms,
  held: Pick<LegalHoldStore, 'list'>,
  now: Instant,
): Promise<Result<void, Failure>> {
  const named = [...terms.homes.keys()];
  const rest = { before: now - terms.metadata, butHomes: named };
  const own = [...terms.homes].map(([home, { metadata }]) => ({ before: now - metadata, home }));
  for (const what of [rest, ...own]) {
    for (;;) {
      const holds = await held.list();
      if (!holds.ok) return holds;
      const forgotten = await index.forget({ ...what, holds: holds.value }, FORGOTTEN_AT_ONCE);
      if (!forgotten.ok) return forgotten;
      if (forgotten.value < FORGOTTEN_AT_ONCE) break;
    }
  }
  return ok(undefined);
}

const LOOK_EVERY: Milliseconds = 3_600_000;

export interface RecordRetentionWatch extends Omit<RetentionParts, 'memory' | 'isTrial'> {
  readonly log: Log;
}

/** Removes what is past its retention, now and every hour. */
export function watchRecordRetention(parts: RecordRetentionWatch): Disposable {
  const { log } = parts;
  const memory = new RetentionMemory();
  const look = async (): Promise<void> => {
    try {
      const done = await runRetention({ ...parts, memory });
      if (done.ok) tell(done.value, log);
      else log.warn({ detail: done.failure.detail }, 'Old records could not be removed');
    } catch (error) {
      log.warn({ detail: String(error) }, 'Old records could not be removed');
    }
  };
  const timer = setInterval(() => void look(), LOOK_EVERY);
  timer.unref();
  void look();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

function tell({ records, content }: RetentionResult, log: Log): void {
  if (content.keys > 0)
    log.info({ sessions: content.sessions.length }, 'Recorded content that is past its retention was shredded');
  for (const { writer, segments, thinned, held, kept } of records) {
    if (segments.length + thinned.length > 0) {
      const parts = thinned.map(({ segment }) => segment);
      log.info({ writer, segments, parts }, 'Records that are past their retention were removed');
    }
    if (held.length > 0) log.info({ writer, held }, 'Old records are under legal hold and were kept');
    if (kept.length > 0) log.error({ kept }, 'Old records are broken, or cannot be opened, and were kept');
  }
}
