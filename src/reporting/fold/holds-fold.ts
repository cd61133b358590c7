import type { AdminEvent } from '../../core/exchange/record.ts';
import type { Figures } from '../report.ts';
import type { DecisionFacts, FacetLabels } from './decision-facts.ts';
import type { Jurisdiction } from './question.ts';

type HoldRow = Figures['holds']['items'][number];
type HoldDecision = HoldRow['decisions'][number];

interface Hold {
  heldAt?: string;
  /** What {@link heldAt} and what stands with it are chosen by. */
  order?: string;
  subject?: string;
  host?: string;
  place?: FacetLabels;
  rules: readonly string[];
  readonly decisions: HoldDecision[];
  released: number;
  /** A record of the exchange itself says that it belongs here; people's decisions are by the home of the agent. */
  isHere: boolean;
}

/** Approvals that are told apart. */
const ROOM = 10_000;
/** Decisions about one approval that are kept: a quorum is smaller. */
const MOST_DECISIONS = 64;

const SUBJECT = 'approval:';

/** Joins what was held with what people decided about it, and with what was let go: each may be in the chain of another writer. */
export class HoldsFold {
  readonly #holds = new Map<string, Hold>();
  #isFull = false;

  held(approval: string, time: string, host: string, { subject, place, rules }: DecisionFacts): void {
    const hold = this.#of(approval);
    if (hold === undefined) return;
    hold.isHere = true;
    // Of two at one instant the one counts that comes first by what it says: the order of writers must make no difference.
    const order = JSON.stringify([time, host, subject, place, rules]);
    if (hold.order !== undefined && hold.order <= order) return;
    hold.order = order;
    hold.heldAt = time;
    hold.host = host;
    hold.rules = rules;
    if (subject !== undefined) hold.subject = subject;
    if (place !== undefined) hold.place = place;
  }

  released(approval: string): void {
    const hold = this.#of(approval);
    if (hold === undefined) return;
    hold.isHere = true;
    hold.released += 1;
  }

  decided(time: string, { action, subject, actor, role, details, failed }: AdminEvent): void {
    const hold = subject?.startsWith(SUBJECT) === true ? this.#of(subject.slice(SUBJECT.length)) : undefined;
    if (hold === undefined || hold.decisions.length >= MOST_DECISIONS) return;
    const { agent, rules, reason } = details ?? {};
    if (hold.subject === undefined && typeof agent === 'string') hold.subject = agent;
    if (hold.heldAt === undefined && Array.isArray(rules)) hold.rules = rules;
    hold.decisions.push({
      time,
      person: actor,
      ...(role !== undefined && { role }),
      decision: action === 'approval.approved' ? 'approved' : 'denied',
      ...(typeof reason === 'string' && { reason }),
      cameAbout: failed === undefined,
    });
  }

  figures(jurisdiction: Jurisdiction, since: string, most: number): Figures['holds'] {
    const here = [...this.#holds].filter(([, { isHere, subject }]) => isHere || jurisdiction.ofSubject(subject) === 'here');
    const rows = here.map(([approval, hold]) => rowOf(approval, hold, since)).sort(newestFirst);
    const decisions = rows.flatMap((row) => row.decisions).filter(({ cameAbout }) => cameAbout);
    const approved = decisions.filter(({ decision }) => decision === 'approved').length;
    return {
      asked: rows.filter(({ heldAt }) => heldAt !== undefined).length,
      approved,
      denied: decisions.length - approved,
      items: rows.slice(0, most),
      others: Math.max(0, rows.length - most),
      isAtLeast: this.#isFull,
    };
  }

  #of(approval: string): Hold | undefined {
    const known = this.#holds.get(approval);
    if (known !== undefined) return known;
    if (this.#holds.size >= ROOM) {
      this.#isFull = true;
      return undefined;
    }
    const fresh: Hold = { rules: [], decisions: [], released: 0, isHere: false };
    this.#holds.set(approval, fresh);
    return fresh;
  }
}

function rowOf(approval: string, { heldAt, host, subject, place, rules, decisions, released }: Hold, since: string): HoldRow {
  return {
    approval,
    ...(subject !== undefined && { subject }),
    ...(host !== undefined && { host }),
    ...(place !== undefined && { place }),
    rules: [...rules],
    decisions: standing(decisions),
    released,
    ...(heldAt !== undefined && {
      heldAt,
      filter: { since, decision: 'hold', ...(host !== undefined && { host }), ...(subject !== undefined && { subject }) },
    }),
  };
}

/**
 * One row per decision: that it failed is a second record, of the same person about the same, which takes the place of the
 * first.
 */
function standing(decisions: readonly HoldDecision[]): HoldDecision[] {
  const inOrder = decisions.toSorted((a, b) => compare(a.time, b.time) || Number(b.cameAbout) - Number(a.cameAbout));
  const kept: HoldDecision[] = [];
  for (const each of inOrder) {
    const first = each.cameAbout ? -1 : kept.findLastIndex((one) => isSame(one, each));
    if (first >= 0) kept[first] = { ...kept[first]!, cameAbout: false };
    else kept.push(each);
  }
  return kept;
}

function isSame(a: HoldDecision, b: HoldDecision): boolean {
  return a.cameAbout && a.person === b.person && a.decision === b.decision && a.reason === b.reason;
}

function newestFirst(a: HoldRow, b: HoldRow): number {
  const [one, other] = [a, b].map(({ heldAt, decisions }) => heldAt ?? decisions[0]?.time ?? '') as [string, string];
  return compare(other, one) || compare(a.approval, b.approval);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
