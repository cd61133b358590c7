import type { GapEvent, PolicyEvent } from '../../core/exchange/record.ts';
import type { Figures } from '../report.ts';

export type PolicyVersion = Figures['policy']['versions'][number];
type Change = Figures['policy']['changes'][number];
type Gap = Figures['gaps']['items'][number];

/** Versions that are told apart, changes and gaps that are listed: a policy that changes every hour for a year fits. */
const ROOM = 10_000;
const MOST_LISTED = 500;

/** Which policies decided, how they changed, and what is missing from the record. */
export class PolicyFold {
  readonly #versions = new Map<string, PolicyVersion>();
  readonly #changes: Change[] = [];
  readonly #gaps: Gap[] = [];
  #lostChanges = 0;
  #lostGaps = 0;

  /** The row to count decisions under this policy at; undefined beyond the room. */
  version(digest: string, time: string): PolicyVersion | undefined {
    const known = this.#versions.get(digest);
    if (known !== undefined || this.#versions.size >= ROOM) return known;
    const fresh = { digest, decisions: 0, first: time, last: time };
    this.#versions.set(digest, fresh);
    return fresh;
  }

  changed(time: string, writer: string, { policy, change, loosened = [], errors = [] }: PolicyEvent): void {
    if (this.#changes.length < ROOM)
      this.#changes.push({ time, writer, policy, change, loosened: [...loosened], errors: [...errors] });
    else this.#lostChanges += 1;
  }

  lost(time: string, writer: string, { reason, droppedBytes }: GapEvent): void {
    if (this.#gaps.length < ROOM)
      this.#gaps.push({ time, writer, reason, ...(droppedBytes !== undefined && { droppedBytes }) });
    else this.#lostGaps += 1;
  }

  figures(): Pick<Figures, 'policy' | 'gaps'> {
    const versions = [...this.#versions.values()].filter(({ decisions }) => decisions > 0);
    const changes = this.#changes.toSorted(byTime);
    const gaps = this.#gaps.toSorted(byTime);
    return {
      policy: {
        versions: versions.sort((a, b) => (a.first < b.first || (a.first === b.first && a.digest < b.digest) ? -1 : 1)),
        changes: changes.slice(-MOST_LISTED),
        others: Math.max(0, changes.length - MOST_LISTED) + this.#lostChanges,
      },
      gaps: { items: gaps.slice(-MOST_LISTED), others: Math.max(0, gaps.length - MOST_LISTED) + this.#lostGaps },
    };
  }
}

function byTime(a: { time: string; writer: string }, b: { time: string; writer: string }): number {
  if (a.time !== b.time) return a.time < b.time ? -1 : 1;
  return a.writer < b.writer ? -1 : a.writer > b.writer ? 1 : 0;
}
