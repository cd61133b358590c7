import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Failure } from '../../core/codes.ts';
import type { LegalHold } from '../../core/exchange/legal-hold.ts';
import type { AdminEvent } from '../../core/exchange/record.ts';
import type { Journal, Random } from '../../core/ports.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { claimWriter, isWriterId, tryLock } from '../../recording/chain/writer-claim.ts';
import { removeSegment } from '../../recording/retention/remove-segments.ts';
import { thinSegment } from '../../recording/retention/thin-segment.ts';
import { readSegmentBegan } from '../../recording/segment/segment-began.ts';
import { segmentName, segmentNumbers } from '../../recording/segment/segment-names.ts';
import type { NoteSigner } from '../../recording/tree/signed-note.ts';
import { type PlanParts, planWriter, type RemovedRecords } from './plan-writer.ts';

export interface RetentionRunParts extends Omit<PlanParts, 'holds'> {
  /** What is held now: asked again and again, since somebody may hold what is about to go. */
  readonly holds: () => Promise<Result<readonly LegalHold[], Failure>>;
  /** Signs what stays of a segment. */
  readonly signer: NoteSigner;
  readonly random: Random;
  readonly journal: Pick<Journal, 'append'>;
  /** Who has it done: `cordon` for the gateway, or a user of the machine. */
  readonly actor: string;
}

/**
 * Removes the records that are older than they are kept, of every writer: whole segments, and blocks of others. Each removal is
 * on the record before it is done; of what was removed the hashes stay. One process at a time does it. A hold that is made
 * meanwhile keeps all but the segment that is just being removed. Rejects with what the operating system reports.
 *
 * @failure audit_unavailable, store_unavailable: nothing more was removed
 */
export async function removeExpired(parts: RetentionRunParts): Promise<Result<readonly RemovedRecords[], Failure>> {
  const { directory } = parts;
  const entries = await readdir(directory, { withFileTypes: true });
  using lock = new RetentionLock(directory);
  const all: RemovedRecords[] = [];
  for (const { name } of entries.filter((entry) => entry.isDirectory() && isWriterId(entry.name))) {
    // All of it: what a dead writer left has no later segment that would tell its age.
    const claim = (await mayClaim(name, parts)) ? claimWriter(directory, parts.random, name) : undefined;
    using idle = claim?.ok === true ? claim.value : undefined;
    const removed = await removeOf(name, idle !== undefined, lock, parts);
    if (!removed.ok) return removed;
    all.push(...removed.value);
  }
  return ok(all);
}

/** Of one writer; planned anew whenever other things are held than when it was planned. */
async function removeOf(
  writer: string,
  isIdle: boolean,
  lock: RetentionLock,
  parts: RetentionRunParts,
): Promise<Result<readonly RemovedRecords[], Failure>> {
  const all: RemovedRecords[] = [];
  for (;;) {
    const holds = await parts.holds();
    if (!holds.ok) return holds;
    const found = await planWriter(writer, isIdle, { ...parts, holds: holds.value });
    if (parts.isTrial === true || !changes(found)) return ok(isNothing(found) ? all : [...all, found]);
    if (!lock.take()) return fail({ code: 'audit_unavailable', detail: 'Another process is removing old records' });
    const removed = await remove(found, holds.value, parts);
    if (!removed.ok) return removed;
    const { isCutShort, ...part } = removed.value;
    if (!isNothing(part)) all.push(part);
    if (!isCutShort) return ok(all);
  }
}

/** One process at a time removes; taken when there is something to remove. */
class RetentionLock implements Disposable {
  readonly #directory: string;
  #lock: Disposable | undefined;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** False where another process has it. */
  take(): boolean {
    this.#lock ??= tryLock(join(this.#directory, 'retention.lock'));
    return this.#lock !== undefined;
  }

  [Symbol.dispose](): void {
    this.#lock?.[Symbol.dispose]();
  }
}

/** Asked first, so that a chain of which nothing is old is left to whoever wants to go on with it. */
async function mayClaim(writer: string, { directory, terms, clock }: RetentionRunParts): Promise<boolean> {
  const path = join(directory, writer);
  const last = segmentNumbers(path).at(-1);
  const began = last === undefined ? undefined : await readSegmentBegan(join(path, segmentName(last)));
  return began !== undefined && began < clock.now() - terms.shortest;
}

function isNothing({ held, kept, ...rest }: RemovedRecords): boolean {
  return held.length === 0 && kept.length === 0 && !changes({ held, kept, ...rest });
}

function changes({ segments, thinned }: RemovedRecords): boolean {
  return segments.length > 0 || thinned.length > 0;
}

/** Segments in their order; `isCutShort` where other things came to be held, and the rest stays as it is. */
async function remove(
  found: RemovedRecords,
  holds: readonly LegalHold[],
  parts: RetentionRunParts,
): Promise<Result<RemovedRecords & { readonly isCutShort: boolean }, Failure>> {
  const { directory, clock, journal, wrapping, signer } = parts;
  if (!(await isHeldStill(holds, parts))) return ok({ ...only(found, () => false), isCutShort: true });
  const recorded = await journal.append(removalEvent(found, parts));
  if (!recorded.ok) return recorded;
  const removed = new Date(clock.now()).toISOString();
  const because = { removed, reason: 'the time that these records are kept for is over', signer };
  const path = join(directory, found.writer);
  const acts = [
    ...found.segments.map((segment) => ({ segment, act: () => removeSegment(path, segment, because) })),
    ...found.thinned.map(({ segment, blocks }) => {
      return { segment, act: () => thinSegment(join(path, segmentName(segment)), blocks, wrapping) };
    }),
  ];
  const kept = [...found.kept];
  for (const [index, { act }] of acts.entries()) {
    if (index > 0 && !(await isHeldStill(holds, parts))) {
      const left = new Set(acts.slice(index).map(({ segment }) => segment));
      const untouched = await journal.append({
        ...removalEvent(
          only(found, (segment) => left.has(segment)),
          parts,
        ),
        failed: 'held',
      });
      if (!untouched.ok) return untouched;
      return ok({ ...only(found, (segment) => !left.has(segment)), kept: kept.slice(found.kept.length), isCutShort: true });
    }
    const problem = await act();
    if (problem !== undefined) kept.push(problem);
  }
  return ok({ ...found, kept, isCutShort: false });
}

/** Whether the same is held as when it was planned; nobody can tell where the store does not answer. */
async function isHeldStill(planned: readonly LegalHold[], { holds }: Pick<RetentionRunParts, 'holds'>): Promise<boolean> {
  const now = await holds();
  const ids = new Set(planned.map(({ id }) => id));
  return now.ok && now.value.every(({ id }) => ids.has(id));
}

/** Of what is to be removed; what is held or broken is found anew. */
function only({ writer, segments, thinned }: RemovedRecords, which: (segment: number) => boolean): RemovedRecords {
  const some = { segments: segments.filter(which), thinned: thinned.filter(({ segment }) => which(segment)) };
  return { writer, ...some, held: [], kept: [] };
}

function removalEvent({ writer, segments, thinned }: RemovedRecords, { terms, clock, actor }: RetentionRunParts): AdminEvent {
  const details: AdminEvent['details'] = {
    segments: segments.map(String),
    before: new Date(clock.now() - terms.longest).toISOString(),
    retention: terms.longest,
    ...(thinned.length > 0 && {
      blocks: thinned.map(blocksText),
      records: thinned.reduce((sum, each) => sum + each.records, 0),
    }),
  };
  return { kind: 'admin', actor, action: 'records.removed', subject: `writer:${writer}`, details };
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
