import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Failure } from '../../core/codes.ts';
import type { LegalHold } from '../../core/exchange/legal-hold.ts';
import type { AdminEvent } from '../../core/exchange/record.ts';
import type { Clock, Journal, Random } from '../../core/ports.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Instant } from '../../core/units.ts';
import { claimWriter, isWriterId, tryLock } from '../../recording/chain/writer-claim.ts';
import type { WrappingKey } from '../../recording/keys/record-keys.ts';
import { planSegment, type SegmentPlan } from '../../recording/retention/plan-segment.ts';
import { RecordJudge, type OpenExchanges } from '../../recording/retention/record-judge.ts';
import { expiredSegments, removeSegment, segmentsBegunBefore } from '../../recording/retention/remove-segments.ts';
import type { RetentionTerms } from '../../recording/retention/retention-terms.ts';
import { thinSegment } from '../../recording/retention/thin-segment.ts';
import { segmentName, segmentNumbers } from '../../recording/segment/segment-names.ts';

export interface RetentionRunParts {
  /** Where all writers of this installation have their directories. */
  readonly directory: string;
  readonly terms: RetentionTerms;
  readonly holds: readonly LegalHold[];
  /** What opens segments: a part of one is removed only where one can see what is in it. */
  readonly wrapping: readonly WrappingKey[];
  readonly clock: Clock;
  readonly random: Random;
  readonly journal: Pick<Journal, 'append'>;
  /** Who has it done: `cordon` for the gateway, or a user of the machine. */
  readonly actor: string;
  /** What earlier runs of this process have seen; absent: everything that may be over is read. */
  readonly memory?: RetentionMemory;
  /** Nothing is removed and nothing recorded: what would be is the answer. */
  readonly isTrial?: boolean;
}

/** What was removed of one writer, or would be. */
export interface RemovedRecords {
  readonly writer: string;
  /** Numbers of those that went as a whole. */
  readonly segments: readonly number[];
  /** What went of others. */
  readonly thinned: readonly { readonly segment: number; readonly blocks: readonly number[]; readonly records: number }[];
  /** What stays for the sake of legal holds, by their ids, though its time is over. */
  readonly held: readonly { readonly segment: number; readonly holds: readonly string[] }[];
  /** Segments that could not be looked into, in sentences: they may be evidence. */
  readonly kept: readonly string[];
}

/** When a segment is to be looked at again, as long as terms and holds stay what they are. */
export class RetentionMemory {
  readonly #seen = new Map<string, { readonly nextAt: Instant; readonly question: string; readonly open: OpenExchanges }>();

  /** What was open behind it, where nothing more of it is over yet. */
  behind(path: string, question: string, now: Instant): OpenExchanges | undefined {
    const seen = this.#seen.get(path);
    return seen !== undefined && seen.question === question && now < seen.nextAt ? seen.open : undefined;
  }

  keep(path: string, question: string, nextAt: Instant, open: OpenExchanges): void {
    this.#seen.set(path, { nextAt, question, open });
  }
}

/**
 * Removes the records that are older than they are kept, of every writer: whole segments, and blocks of others. Each removal is
 * on the record before it is done; of what was removed the hashes stay. One process at a time does it.
 * Rejects with what the operating system reports.
 *
 * @failure audit_unavailable: nothing more was removed
 */
export async function removeExpired(parts: RetentionRunParts): Promise<Result<readonly RemovedRecords[], Failure>> {
  const { directory, terms, clock } = parts;
  const entries = await readdir(directory, { withFileTypes: true });
  using locks = new DisposableStack();
  let isAlone = false;
  const all: RemovedRecords[] = [];
  for (const { name } of entries.filter((entry) => entry.isDirectory() && isWriterId(entry.name))) {
    // All of it: what a dead writer left has no later segment that would tell its age.
    const claim = mayClaim(name, parts) ? claimWriter(directory, parts.random, name) : undefined;
    using idle = claim?.ok === true ? claim.value : undefined;
    const found = await planWriter(name, idle !== undefined, parts);
    if (isNothing(found)) continue;
    if (parts.isTrial === true || !changes(found)) {
      all.push(found);
      continue;
    }
    const lock = isAlone ? undefined : tryLock(join(directory, 'retention.lock'));
    if (!isAlone && lock === undefined)
      return fail({ code: 'audit_unavailable', detail: 'Another process is removing old records' });
    if (lock !== undefined) locks.use(lock);
    isAlone = true;
    const removed = await remove(found, clock.now() - terms.longest, parts);
    if (!removed.ok) return removed;
    all.push(removed.value);
  }
  return ok(all);
}

/** Asked first, so that a chain of which nothing is old is left to whoever wants to go on with it. */
function mayClaim(writer: string, { directory, terms, clock }: RetentionRunParts): boolean {
  const path = join(directory, writer);
  const last = segmentNumbers(path).at(-1);
  return last !== undefined && segmentsBegunBefore(path, clock.now() - terms.shortest).includes(last);
}

function isNothing({ held, kept, ...rest }: RemovedRecords): boolean {
  return held.length === 0 && kept.length === 0 && !changes({ held, kept, ...rest });
}

function changes({ segments, thinned }: RemovedRecords): boolean {
  return segments.length > 0 || thinned.length > 0;
}

/** @param isIdle nobody writes to its last segment, and nobody begins to meanwhile */
async function planWriter(writer: string, isIdle: boolean, parts: RetentionRunParts): Promise<RemovedRecords> {
  const { terms, holds, clock } = parts;
  const directory = join(parts.directory, writer);
  const now = clock.now();
  const last = segmentNumbers(directory).at(-1);
  const isUniform = terms.shortest === terms.longest && holds.length === 0;
  // Told by the heads alone, keys or not; a hold has to be looked for inside.
  const expired = new Set(holds.length === 0 ? expiredSegments(directory, now - terms.longest) : []);
  const looked = new Looking(directory, parts, now);
  const begun = new Set(segmentsBegunBefore(directory, now - terms.shortest));
  for (const segment of segmentNumbers(directory)) {
    if (expired.has(segment)) looked.segments.push(segment);
    else if (!begun.has(segment)) continue;
    else if (segment !== last && !isUniform) await looked.at(segment, 'blocks');
    else if (segment === last && isIdle) await looked.at(segment, 'whole');
  }
  return { writer, ...looked.found() };
}

/** Looks into segments of one writer, in their order. */
class Looking {
  readonly segments: number[] = [];
  readonly #directory: string;
  readonly #parts: RetentionRunParts;
  readonly #now: Instant;
  readonly #judge: RecordJudge;
  readonly #question: string;
  readonly #thinned: { segment: number; blocks: readonly number[]; records: number }[] = [];
  readonly #held: { segment: number; holds: readonly string[] }[] = [];
  readonly #kept: string[] = [];

  constructor(directory: string, parts: RetentionRunParts, now: Instant) {
    this.#directory = directory;
    this.#parts = parts;
    this.#now = now;
    this.#judge = new RecordJudge(parts);
    this.#question = JSON.stringify([[...parts.terms.homes], parts.terms, parts.holds]);
  }

  /** @param what may be removed of it */
  async at(segment: number, what: 'whole' | 'blocks'): Promise<void> {
    const { memory, wrapping } = this.#parts;
    const path = join(this.#directory, segmentName(segment));
    const open = memory?.behind(path, this.#question, this.#now);
    if (open !== undefined) return this.#judge.resume(open);
    const plan = await planSegment(path, { judge: this.#judge, wrapping, now: this.#now });
    if (typeof plan === 'string') {
      this.#kept.push(plan);
      return;
    }
    this.#note(segment, plan, what);
    if (this.#parts.isTrial !== true) memory?.keep(path, this.#question, plan.nextAt, this.#judge.open);
  }

  #note(segment: number, { isWhole, blocks, records, heldBy }: SegmentPlan, what: 'whole' | 'blocks'): void {
    if (isWhole) this.segments.push(segment);
    else if (what === 'blocks' && blocks.length > 0) this.#thinned.push({ segment, blocks, records });
    if (heldBy.size > 0) this.#held.push({ segment, holds: [...heldBy] });
  }

  found(): Omit<RemovedRecords, 'writer'> {
    return { segments: this.segments, thinned: this.#thinned, held: this.#held, kept: this.#kept };
  }
}

async function remove(
  found: RemovedRecords,
  before: Instant,
  { directory, terms, clock, journal, actor, wrapping }: RetentionRunParts,
): Promise<Result<RemovedRecords, Failure>> {
  const { writer, segments, thinned } = found;
  const details: AdminEvent['details'] = {
    segments: segments.map(String),
    before: new Date(before).toISOString(),
    retention: terms.longest,
    ...(thinned.length > 0 && {
      blocks: thinned.map(blocksText),
      records: thinned.reduce((sum, each) => sum + each.records, 0),
    }),
  };
  const event = { kind: 'admin', actor, action: 'records.removed', subject: `writer:${writer}`, details } as const;
  const recorded = await journal.append(event);
  if (!recorded.ok) return recorded;
  const removed = new Date(clock.now()).toISOString();
  const kept = [...found.kept];
  const stayed = (problem: string | undefined): void => {
    if (problem !== undefined) kept.push(problem);
  };
  const reason = 'the time that these records are kept for is over';
  for (const segment of segments) stayed(await removeSegment(join(directory, writer), segment, { removed, reason }));
  for (const { segment, blocks } of thinned)
    stayed(await thinSegment(join(directory, writer, segmentName(segment)), blocks, wrapping));
  return ok({ ...found, kept });
}

/** `7:0-14,16`: blocks of segment 7. */
function blocksText({ segment, blocks }: RemovedRecords['thinned'][number]): string {
  const ranges: string[] = [];
  for (let from = 0; from < blocks.length;) {
    let to = from;
    while (blocks[to + 1] === blocks[to]! + 1) to += 1;
    ranges.push(to === from ? `${blocks[from]}` : `${blocks[from]}-${blocks[to]}`);
    from = to + 1;
  }
  return `${segment}:${ranges.join(',')}`;
}
