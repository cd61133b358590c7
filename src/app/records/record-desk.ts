import type { Settings } from '../../config/settings-schema.ts';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { SimulateAnswer, SimulateBody } from '../../admin/contract/records.ts';
import type { RecordDesk } from '../../admin/access/record-desk.ts';
import type { Refusal } from '../../admin/problem.ts';
import { policyFiles } from '../../config/policy-files.ts';
import type { AdminEntry, RecordAdmin } from '../../core/people/admin-entry.ts';
import type { Principal } from '../../core/people/principal.ts';
import type { Clock } from '../../core/ports.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { parseDuration, type Milliseconds } from '../../core/units.ts';
import type { GeoTables } from '../../destination/geo-tables.ts';
import type { Compilation } from '../../policy/compile.ts';
import {
  emptyTally,
  exportCounts,
  exportText,
  type ExportFormat,
  type ExportOptions,
} from '../../recording/export/export-text.ts';
import type { Blocks } from '../../recording/reading/merged-records.ts';
import type { ContentReader } from '../../recording/reading/read-content.ts';
import { UnreadableSegment } from '../../recording/reading/read-lines.ts';
import { unavailable } from '../people/unavailable.ts';
import { refusedWhole } from './whole-record.ts';
import { simulate } from '../simulating/simulate.ts';
import { recordedBlocks } from './recorded-blocks.ts';

export interface RecordDeskParts {
  readonly settings: Pick<Settings, 'data' | 'recordings'>;
  readonly clock: Clock;
  readonly record: RecordAdmin;
  /** Opens recorded content; made for one reading. Rejects with a `KeyError`. */
  readonly contentReader: () => Promise<Pick<ContentReader, 'open'>>;
  readonly tables: () => GeoTables;
  readonly compile: (source: ReturnType<typeof policyFiles>) => Compilation;
}

/** A simulation shares its thread with the exchanges that run. */
const LONGEST_SIMULATION: Milliseconds = 20_000;

const BUSY: Refusal = { status: 429, detail: 'The record is being read for somebody else; ask again', retryAfter: 5 };
const UNREADABLE: Refusal = { status: 503, detail: 'A part of the record cannot be read: `cordon verify` says which' };

/** What people may do with the whole record. Whoever does, does it alone: each of it reads everything there is. */
export function createRecordDesk(parts: RecordDeskParts): RecordDesk {
  let isBusy = false;
  const alone = (by: Principal): Refusal | undefined => {
    const refused = refusedWhole(by);
    if (refused !== undefined) return refused;
    if (isBusy) return BUSY;
    isBusy = true;
    return undefined;
  };
  const done = (): void => {
    isBusy = false;
  };
  return {
    async simulate(body, by) {
      const refused = alone(by);
      if (refused !== undefined) return fail(refused);
      try {
        return await simulateBody(body, parts);
      } catch (error) {
        if (error instanceof UnreadableSegment) return fail(UNREADABLE);
        throw error;
      } finally {
        done();
      }
    },
    async exportSession(session, format, by) {
      const refused = alone(by);
      if (refused !== undefined) return fail(refused);
      const begun = await beginExport(session, format, by, parts);
      if (begun.ok) return ok({ text: begun.value, [Symbol.dispose]: done });
      done();
      return begun;
    },
  };
}

async function simulateBody(
  { files, since }: SimulateBody,
  { settings, clock, tables, compile }: RecordDeskParts,
): Promise<Result<SimulateAnswer, Refusal>> {
  const duration = since === undefined ? undefined : parseDuration(since);
  if (duration?.ok === false) return fail({ status: 422, detail: `since: ${duration.failure}` });
  const source = policyFiles(files.map(({ name, text }) => ({ file: name, text })));
  const { policy, issues } = compile(source);
  const checked = { ok: policy !== undefined, digest: source.digest, issues: [...issues] };
  if (policy === undefined) return ok(checked);
  const blocks = await recordedBlocks(settings);
  if (!blocks.ok) return fail(unavailable(blocks.failure));
  const now = clock.now();
  const deadline = clock.monotonic() + LONGEST_SIMULATION;
  let isComplete = true;
  const result = await simulate(blocks.value, {
    policy,
    tables: tables(),
    now,
    ...(duration !== undefined && { since: now - duration.value }),
    onBlock: async () => {
      await nextTurn();
      isComplete = clock.monotonic() < deadline;
      return isComplete;
    },
  });
  return ok({ ...checked, isComplete, result });
}

async function beginExport(
  session: string,
  format: ExportFormat,
  by: Principal,
  { settings, record, contentReader }: RecordDeskParts,
): Promise<Result<AsyncIterable<string>, Refusal>> {
  const blocks = await recordedBlocks(settings);
  if (!blocks.ok) return fail(unavailable(blocks.failure));
  const reader = format === 'har' ? await contentReader() : undefined;
  const details = { format, ...(reader !== undefined && { content: 'masked' }) };
  const entry = { by, action: 'records.exported', subject: `session:${session}`, details } as const;
  const begun = await record(entry);
  if (!begun.ok) return fail(unavailable(begun.failure));
  const options = { format, filter: { sessions: new Set([session]) }, reader };
  return ok(exported(blocks.value, options, entry, record));
}

async function* exported(
  blocks: readonly Blocks[],
  options: ExportOptions,
  entry: AdminEntry,
  record: RecordAdmin,
): AsyncGenerator<string> {
  const tally = emptyTally();
  yield* exportText(blocks, options, tally);
  await record({ ...entry, action: 'records.export-ended', details: { ...entry.details, ...exportCounts(tally) } });
}
