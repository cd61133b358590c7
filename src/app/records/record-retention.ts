import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Failure } from '../../core/codes.ts';
import type { ExchangeIndexWriter } from '../../core/exchange/exchange-index.ts';
import type { Clock, Journal } from '../../core/ports.ts';
import { ok, type Result } from '../../core/result.ts';
import type { Instant, Milliseconds } from '../../core/units.ts';
import { isWriterId } from '../../recording/chain/writer-claim.ts';
import { expiredSegments, removeSegment } from '../../recording/retention/remove-segments.ts';
import type { Log } from '../../telemetry/log.ts';

export interface RecordRetentionParts {
  /** Where all writers of this installation have their directories. */
  readonly directory: string;
  /** `recordings.retention` */
  readonly retention: Milliseconds;
  readonly clock: Clock;
  readonly journal: Pick<Journal, 'append'>;
  /** Who has it done: `cordon` for the gateway, or a user of the machine. */
  readonly actor: string;
}

/** What was removed of one writer, and which segments were kept because they are broken. */
export interface RemovedRecords {
  readonly writer: string;
  readonly segments: readonly number[];
  readonly kept: readonly string[];
}

/**
 * Removes the segments all of whose records are older than they are kept, of every writer. Each removal is on the record before
 * it is done; of what was removed the hashes stay. Several processes may do it at once.
 * Rejects with what the operating system reports.
 *
 * @failure audit_unavailable: nothing more was removed
 */
export async function removeExpired(parts: RecordRetentionParts): Promise<Result<readonly RemovedRecords[], Failure>> {
  const { directory, retention, clock } = parts;
  const before = clock.now() - retention;
  const all: RemovedRecords[] = [];
  const entries = await readdir(directory, { withFileTypes: true });
  for (const { name } of entries.filter((entry) => entry.isDirectory() && isWriterId(entry.name))) {
    const segments = expiredSegments(join(directory, name), before);
    if (segments.length === 0) continue;
    const removed = await removeOf(name, segments, before, parts);
    if (!removed.ok) return removed;
    all.push(removed.value);
  }
  return ok(all);
}

async function removeOf(
  writer: string,
  segments: readonly number[],
  before: Instant,
  { directory, retention, clock, journal, actor }: RecordRetentionParts,
): Promise<Result<RemovedRecords, Failure>> {
  const reason = `records before ${new Date(before).toISOString()} are not kept`;
  const details = { segments: segments.map(String), before: new Date(before).toISOString(), retention };
  const event = { kind: 'admin', actor, action: 'records.removed', subject: `writer:${writer}`, details } as const;
  const recorded = await journal.append(event);
  if (!recorded.ok) return recorded;
  const removed = new Date(clock.now()).toISOString();
  const kept: string[] = [];
  for (const segment of segments) {
    const problem = await removeSegment(join(directory, writer), segment, { removed, reason });
    if (problem !== undefined) kept.push(problem);
  }
  return ok({ writer, segments, kept });
}

const LOOK_EVERY: Milliseconds = 3_600_000;

/** Of what the index forgets in one go: who asks it meanwhile waits that long. */
const FORGOTTEN_AT_ONCE = 1000;

/** The index must not tell of what is not kept. @failure store_unavailable: it is forgotten in an hour */
async function forgetExpired(index: Pick<ExchangeIndexWriter, 'forget'>, before: Instant): Promise<Result<void, Failure>> {
  for (;;) {
    const forgotten = await index.forget(before, FORGOTTEN_AT_ONCE);
    if (!forgotten.ok) return forgotten;
    if (forgotten.value < FORGOTTEN_AT_ONCE) return ok(undefined);
  }
}

export interface RecordRetentionWatch extends RecordRetentionParts {
  /** Absent where nothing is indexed. */
  readonly index: Pick<ExchangeIndexWriter, 'forget'> | undefined;
  readonly log: Log;
}

/** Removes what is past its retention, now and every hour. */
export function watchRecordRetention(parts: RecordRetentionWatch): Disposable {
  const { index, retention, clock, log } = parts;
  const look = async (): Promise<void> => {
    try {
      const removed = await removeExpired(parts);
      if (!removed.ok) return log.warn({ detail: removed.failure.detail }, 'Old records could not be removed');
      for (const { writer, segments, kept } of removed.value) {
        log.info({ writer, segments }, 'Records that are past their retention were removed');
        if (kept.length > 0) log.error({ kept }, 'Old records are broken and were kept');
      }
      const forgotten = index && (await forgetExpired(index, clock.now() - retention));
      if (forgotten?.ok === false) log.warn({ detail: forgotten.failure.detail }, 'Old exchanges stay in the index');
    } catch (error) {
      log.warn({ detail: String(error) }, 'Old records could not be removed');
    }
  };
  const timer = setInterval(() => void look(), LOOK_EVERY);
  timer.unref();
  void look();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
