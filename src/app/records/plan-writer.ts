import { join } from 'node:path';
import type { LegalHold } from '../../core/exchange/legal-hold.ts';
import type { Clock } from '../../core/ports.ts';
import type { Instant } from '../../core/units.ts';
import type { WrappingKey } from '../../recording/keys/record-keys.ts';
import { planSegment, type SegmentPlan } from '../../recording/retention/plan-segment.ts';
import { RecordJudge, type OpenExchanges } from '../../recording/retention/record-judge.ts';
import type { RetentionTerms } from '../../recording/retention/retention-terms.ts';
import { begunBefore, endedBefore, segmentAges, type SegmentAges } from '../../recording/retention/segment-ages.ts';
import { segmentName } from '../../recording/segment/segment-names.ts';

export interface PlanParts {
  /** Where all writers of this installation have their directories. */
  readonly directory: string;
  readonly terms: RetentionTerms;
  readonly holds: readonly LegalHold[];
  /** What opens segments: a part of one is removed only where one can see what is in it. */
  readonly wrapping: readonly WrappingKey[];
  readonly clock: Clock;
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
  readonly #ages = new Map<string, SegmentAges>();
  readonly #seen = new Map<string, { readonly nextAt: Instant; readonly question: string; readonly open: OpenExchanges }>();

  /** The ages of the segments of a writer, as far as they are known. */
  agesIn(directory: string): SegmentAges | undefined {
    return this.#ages.get(directory);
  }

  keepAges(directory: string, ages: SegmentAges): void {
    this.#ages.set(directory, ages);
  }

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
 * What of the records of one writer is past its time, and not held.
 * Rejects with what the operating system reports.
 *
 * @param isIdle nobody writes to its last segment, and nobody begins to meanwhile
 */
export async function planWriter(writer: string, isIdle: boolean, parts: PlanParts): Promise<RemovedRecords> {
  const { terms, holds, clock } = parts;
  const directory = join(parts.directory, writer);
  const now = clock.now();
  const ages = await segmentAges(directory, parts.memory?.agesIn(directory));
  parts.memory?.keepAges(directory, ages);
  const last = [...ages.keys()].at(-1);
  const isUniform = terms.shortest === terms.longest && holds.length === 0;
  // Told by the heads alone, keys or not; a hold has to be looked for inside.
  const expired = new Set(holds.length === 0 ? endedBefore(ages, now - terms.longest) : []);
  const looked = new Looking(directory, parts, now);
  const begun = new Set(begunBefore(ages, now - terms.shortest));
  for (const segment of ages.keys()) {
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
  readonly #parts: PlanParts;
  readonly #now: Instant;
  readonly #judge: RecordJudge;
  readonly #question: string;
  readonly #thinned: { segment: number; blocks: readonly number[]; records: number }[] = [];
  readonly #held: { segment: number; holds: readonly string[] }[] = [];
  readonly #kept: string[] = [];

  constructor(directory: string, parts: PlanParts, now: Instant) {
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
