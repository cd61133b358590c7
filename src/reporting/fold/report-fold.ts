import type { DecisionEvent, FoldedEvent, Record as RecordOf } from '../../core/exchange/record.ts';
import type { Figures } from '../report.ts';
import { decisionFacts, hostOf, type DecisionFacts } from './decision-facts.ts';
import { HoldsFold } from './holds-fold.ts';
import { JurisdictionTallies } from './jurisdiction-tallies.ts';
import { PolicyFold } from './policy-fold.ts';
import { Jurisdiction, type Belonging, type ReportQuestion } from './question.ts';
import { decisionLine, lineFrame, outcomeLine, type OutcomeLine } from './record-line.ts';
import type { Counts } from './tally.ts';

/** A decision's facts with where to count what comes of it: made once for all decisions that share them. */
interface DecisionClass {
  readonly facts: DecisionFacts;
  readonly belonging: Belonging;
  readonly flow: Counts | undefined;
  readonly transfer: Counts | undefined;
}

/** An exchange between its decision and its outcome. */
interface OpenExchange {
  of: DecisionClass;
  readonly host: string;
}

/** Texts that are kept to tell what a decision says without parsing it; beyond them it is done anew. */
const MOST_CLASSES = 8192;
/** Exchanges of one writer that wait for their outcome: more than a gateway has connections. */
const MOST_OPEN = 50_000;
const MOST_HOLDS = 200;

/**
 * Folds records into the figures of a report, in bounded memory. The order of writers makes no difference; each one's
 * records come in their order.
 */
export class ReportFold {
  readonly #question: ReportQuestion;
  readonly #jurisdiction: Jurisdiction;
  readonly #tallies = new JurisdictionTallies();
  readonly #holds = new HoldsFold();
  readonly #policy = new PolicyFold();
  readonly #classes = new Map<string, DecisionClass>();
  readonly #totals = {
    records: 0,
    unreadable: 0,
    exchanges: 0,
    permitted: 0,
    held: 0,
    refusedHolds: 0,
    denied: 0,
    wouldDeny: 0,
    notCarried: 0,
    withoutOutcome: 0,
  };
  readonly #notCounted = { elsewhere: 0, unidentified: 0 };
  #writer = '';
  #open = new Map<string, OpenExchange>();

  constructor(question: ReportQuestion) {
    this.#question = question;
    this.#jurisdiction = new Jurisdiction(question);
  }

  /** Begins the records of another writer. */
  begin(writer: string): void {
    this.#endWriter();
    this.#writer = writer;
  }

  /** Takes one line of the record, without its newline. */
  line(line: string): void {
    const frame = lineFrame(line);
    if (frame === undefined) return this.#parsed(line);
    const { time, kind, behind } = frame;
    switch (kind) {
      case 'decision': {
        if (!this.#isWithin(time)) return;
        const read = decisionLine(line, behind);
        if (read === undefined) return this.#parsed(line);
        const of = this.#classes.get(read.shared) ?? this.#remember(read.shared, line);
        if (of === undefined) return this.#unreadable();
        return this.#decision(time, of, read);
      }
      case 'outcome': {
        const read = outcomeLine(line, behind);
        if (read === undefined) return this.#parsed(line);
        if (this.#isWithin(time)) this.#totals.records += 1;
        return this.#outcome(read, () => findingsAt(line, read.findingsAt));
      }
      case 'progress':
        if (this.#isWithin(time)) this.#totals.records += 1;
        return;
      default:
        this.#parsed(line);
    }
  }

  /** The figures of all that was taken. */
  figures(): Figures {
    this.#endWriter();
    const { since, until } = this.#question;
    const tables = this.#tallies.figures(this.#jurisdiction, { since, until });
    const carried = this.#tallies.carried();
    const { exchanges: folded } = sumOf(tables.folded);
    return {
      totals: {
        ...this.#totals,
        folded,
        carried: carried.exchanges,
        sent: carried.sent,
        received: carried.received,
        sentOutside: this.#tallies.sentOutside(this.#jurisdiction),
      },
      notCounted: { ...this.#notCounted, unknownHomes: this.#tallies.unknownHomes() },
      ...tables,
      holds: this.#holds.figures(this.#jurisdiction, since, MOST_HOLDS),
      ...this.#policy.figures(),
    };
  }

  /** RFC 3339 of one length and zone compares as text. */
  #isWithin(time: string): boolean {
    return time >= this.#question.since && time < this.#question.until;
  }

  #endWriter(): void {
    this.#totals.withoutOutcome += this.#open.size;
    this.#open = new Map();
  }

  #unreadable(): void {
    this.#totals.records += 1;
    this.#totals.unreadable += 1;
  }

  #remember(shared: string, line: string): DecisionClass | undefined {
    const event = parse(line);
    if (event?.kind !== 'decision') return undefined;
    if (this.#classes.size >= MOST_CLASSES) this.#classes.clear();
    const made = this.#classOf(event);
    this.#classes.set(shared, made);
    return made;
  }

  #classOf(event: DecisionEvent): DecisionClass {
    const facts = decisionFacts(event);
    const belonging = this.#jurisdiction.belonging(facts.home);
    const isCounted = belonging === 'here' && facts.decision === 'permit';
    return {
      facts,
      belonging,
      flow: isCounted ? this.#tallies.flow(facts) : undefined,
      transfer: isCounted ? this.#tallies.transfer(facts) : undefined,
    };
  }

  /** What is put otherwise than this program puts it, and what is rare. */
  #parsed(line: string): void {
    const record = parse(line);
    if (record === undefined) return this.#unreadable();
    const { time } = record;
    if (record.kind === 'outcome') {
      if (this.#isWithin(time)) this.#totals.records += 1;
      const { exchange, dialled, bytes, findings } = record;
      const read = { exchange, wasDialled: dialled !== undefined, ...bytes, findingsAt: undefined };
      return this.#outcome(read, () => findings);
    }
    if (!this.#isWithin(time)) return;
    if (record.kind === 'decision') return this.#decision(time, this.#classOf(record), record);
    this.#totals.records += 1;
    switch (record.kind) {
      case 'admin':
        if (record.action === 'approval.approved' || record.action === 'approval.denied') this.#holds.decided(time, record);
        return;
      case 'folded':
        return this.#folded(record);
      case 'gap':
        return this.#policy.lost(time, this.#writer, record);
      case 'policy':
        return this.#policy.changed(time, this.#writer, record);
      case 'progress':
        return;
      default:
        // A kind that this version does not know.
        this.#totals.unreadable += 1;
    }
  }

  #folded({ subject, code, target, count }: FoldedEvent): void {
    this.#tallies.folded(subject, code, hostOf(target), count);
  }

  #decision(time: string, of: DecisionClass, { exchange, target, approval }: Told): void {
    this.#totals.records += 1;
    const { facts, belonging } = of;
    if (facts.home !== undefined && facts.subject !== undefined) this.#jurisdiction.learn(facts.subject, facts.home);
    if (belonging !== 'here') return this.#notHere(of);
    const host = hostOf(target);
    const before = this.#open.get(exchange);
    if (before === undefined) {
      this.#totals.exchanges += 1;
      this.#keepOpen(exchange, { of, host });
    } else before.of = of;
    this.#under(facts.policy, time);
    this.#tallies.judged(facts, host);
    this.#count(of, { time, host, approval });
  }

  #notHere({ facts, belonging }: DecisionClass): void {
    if (belonging === 'unknown-home') this.#tallies.unknownHome(facts.home ?? '');
    else this.#notCounted[belonging === 'elsewhere' ? 'elsewhere' : 'unidentified'] += 1;
  }

  #count(
    { facts }: DecisionClass,
    { time, host, approval }: { time: string; host: string; approval: string | undefined },
  ): void {
    const totals = this.#totals;
    switch (facts.decision) {
      case 'permit':
        totals.permitted += 1;
        if (facts.wouldDeny !== undefined) totals.wouldDeny += 1;
        if (approval !== undefined) this.#holds.released(approval);
        return;
      case 'hold':
        if (approval !== undefined) this.#holds.held(approval, time, host, facts);
        if (facts.code === undefined) totals.held += 1;
        else {
          totals.refusedHolds += 1;
          this.#tallies.denied(facts.code, host);
        }
        return;
      case 'deny':
        totals.denied += 1;
        this.#tallies.denied(facts.code ?? '', host);
    }
  }

  #under(policy: string | undefined, time: string): void {
    const version = policy === undefined ? undefined : this.#policy.version(policy, time);
    if (version === undefined) return;
    version.decisions += 1;
    if (time < version.first) version.first = time;
    if (time > version.last) version.last = time;
  }

  #keepOpen(exchange: string, open: OpenExchange): void {
    this.#open.set(exchange, open);
    if (this.#open.size <= MOST_OPEN) return;
    const [oldest] = this.#open.keys();
    this.#open.delete(oldest!);
    this.#totals.withoutOutcome += 1;
  }

  #outcome({ exchange, wasDialled, sent, received }: OutcomeLine, findings: () => Readonly<Record<string, unknown>>): void {
    const open = this.#open.get(exchange);
    if (open === undefined) return;
    this.#open.delete(exchange);
    this.#tallies.found(findings());
    const { facts, flow, transfer } = open.of;
    if (facts.decision !== 'permit') return;
    if (!wasDialled || facts.place === undefined) {
      this.#totals.notCarried += 1;
      return;
    }
    for (const cell of [flow, transfer, this.#tallies.destination(open.host, facts.place)]) {
      if (cell === undefined) continue;
      cell.exchanges += 1;
      cell.sent += sent;
      cell.received += received;
    }
  }
}

/** What is new with every decision. */
interface Told {
  readonly exchange: string;
  readonly target?: string | undefined;
  readonly approval?: string | undefined;
}

const NOTHING = {};

function findingsAt(line: string, at: number | undefined): Readonly<Record<string, unknown>> {
  if (at === undefined) return NOTHING;
  // Its members are numbers, and no name holds a brace: those of entities are words.
  const found = parseJson(line.slice(at, line.indexOf('}', at) + 1));
  return typeof found === 'object' && found !== null ? { ...found } : NOTHING;
}

function sumOf({ items, others }: Figures['folded']): { exchanges: number } {
  return { exchanges: items.reduce((sum, { exchanges }) => sum + exchanges, others.exchanges) };
}

function parse(line: string): RecordOf | undefined {
  const value = parseJson(line) as Partial<RecordOf> | null | undefined;
  return typeof value?.time === 'string' && typeof value.kind === 'string' ? (value as RecordOf) : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
