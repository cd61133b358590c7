import { PassThrough } from 'node:stream';
import type { AuditDesk } from '../../admin/access/audit-desk.ts';
import type { VerifyLine } from '../../admin/contract/audit.ts';
import type { Refusal } from '../../admin/problem.ts';
import type { Settings } from '../../config/settings-schema.ts';
import type { AdminEntry, RecordAdmin } from '../../core/people/admin-entry.ts';
import type { Principal } from '../../core/people/principal.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Milliseconds } from '../../core/units.ts';
import { KeyError } from '../../store/keys.ts';
import { unavailable } from '../people/unavailable.ts';
import { refusedWhole } from '../records/whole-record.ts';
import { localSource } from '../reporting/local-source.ts';
import type { RecordSource } from '../reporting/record-source.ts';
import { inThread } from '../threads/in-thread.ts';

export interface AuditDeskParts {
  readonly settings: Pick<Settings, 'data' | 'recordings'>;
  readonly record: RecordAdmin;
  /** Told why the record could not be read. */
  readonly onDefect: (error: unknown) => void;
  /** How long one may take. */
  readonly limit?: Milliseconds;
}

type EndLine = Extract<VerifyLine, { kind: 'end' }>;
/** What the thread tells. */
export type VerifyNews = Exclude<VerifyLine, EndLine>;

const LIMIT: Milliseconds = 3_600_000;
const BUSY: Refusal = { status: 429, detail: 'The record is being verified already; ask again', retryAfter: 10 };
const UNREAD = 'A part of the record cannot be read: the log says why';
const TOO_LONG = 'It takes too long here: `cordon verify` has the time';

/** Verifies the record in a thread of its own, for one person at a time. */
export function createAuditDesk(parts: AuditDeskParts): AuditDesk {
  let isBusy = false;
  return {
    async verify(by) {
      const refused = refusedWhole(by);
      if (refused !== undefined) return fail(refused);
      if (isBusy) return fail(BUSY);
      isBusy = true;
      const begun = await begin(by, parts);
      if (!begun.ok) {
        isBusy = false;
        return begun;
      }
      const gone = new AbortController();
      const end = (): void => {
        if (gone.signal.aborted) return;
        gone.abort();
        isBusy = false;
      };
      return ok({ lines: verified(begun.value, gone.signal, parts), [Symbol.dispose]: end });
    },
  };
}

interface Begun {
  readonly source: RecordSource;
  readonly entry: AdminEntry;
}

async function begin(by: Principal, { settings, record }: AuditDeskParts): Promise<Result<Begun, Refusal>> {
  let source: Result<RecordSource, string>;
  try {
    source = await localSource(settings);
  } catch (error) {
    if (error instanceof KeyError) return fail({ status: 503, detail: error.message });
    throw error;
  }
  if (!source.ok) return fail({ status: 503, detail: source.failure });
  const entry: AdminEntry = { by, action: 'records.verified' };
  const recorded = await record(entry);
  if (!recorded.ok) return fail(unavailable(recorded.failure));
  return ok({ source: source.value, entry });
}

async function* verified(
  { source, entry }: Begun,
  gone: AbortSignal,
  { record, onDefect, limit = LIMIT }: AuditDeskParts,
): AsyncGenerator<VerifyLine> {
  const late = AbortSignal.timeout(limit);
  const news = new PassThrough({ objectMode: true });
  const onNews = (line: VerifyNews): void => void news.write(line);
  const failed = inThread<void>('verifying/verify', source, { signal: AbortSignal.any([gone, late]), onNews })
    .then(
      () => undefined,
      (error: unknown) => error as Error,
    )
    .finally(() => news.end());
  const counts = { state: 'whole' as EndLine['state'], writers: 0, records: 0 };
  const broken: string[] = [];
  for await (const line of news as AsyncIterable<VerifyNews>) {
    if (line.kind === 'chain') {
      counts.writers += 1;
      if (line.state === 'broken') broken.push(`${line.writer}/${line.segment}`);
      else counts.records += line.records;
    }
    yield line;
  }
  const error = await failed;
  if (gone.aborted) return;
  if (broken.length > 0) counts.state = 'broken';
  else if (error !== undefined) counts.state = 'unread';
  if (error !== undefined && !late.aborted) onDefect(error);
  await record({ ...entry, action: 'records.verify-ended', details: { ...counts, ...(broken.length > 0 && { broken }) } });
  yield { kind: 'end', ...counts, ...(error !== undefined && { detail: late.aborted ? TOO_LONG : UNREAD }) };
}
