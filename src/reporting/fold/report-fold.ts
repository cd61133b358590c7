import type { DecisionEvent, FoldedEvent, Record as RecordOf, RecordFrame } from '../../core/exchange/record.ts';
import type { Figures } from '../report.ts';
import { decisionFacts, hostOf, isOpenPlace, type DecisionFacts } from './decision-facts.ts';
import { HoldsFold } from './holds-fold.ts';
import { JurisdictionTallies } from './jurisdiction-tallies.ts';
import { PolicyFold, type PolicyVersion } from './policy-fold.ts';
import { KnownTexts } from './known-texts.ts';
import { OpenExchanges } from './open-exchanges.ts';
import { Jurisdiction, type Belonging, type ReportQuestion } from './question.ts';
import { decisionLine, lineFrame, outcomeLine, type DecisionLine, type OutcomeLine } from './record-line.ts';
import type { Counts } from './tally.ts';

/** A decision's facts with where to count what comes of it: made once for all decisions that share them. */
interface DecisionClass {
  readonly facts: DecisionFacts;
  readonly belonging: Belonging;
  readonly flow: Counts | undefined;
  readonly transfer: Counts | undefined;
  readonly version: PolicyVersion | undefined;
  /** It shows places that contradict each other or have no country. */
  readonly isDoubtful: boolean;
  /** Where its last exchange was counted: most of them go to one host. */
  destination: { readonly host: string; readonly cell: Counts } | undefined;
}

/** An exchange between its decision and its outcome. */
interface OpenExchange {
  of: DecisionClass;
  readonly host: string;
}

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
  readonly #classes = new KnownTexts<DecisionClass>();
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
  readonly #open = new OpenExchanges<OpenExchange>(MOST_OPEN);

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
        const host = hostOf(read.target);
        const of = this.#classes.find(read.subject, host, read.judgement) ?? this.#remember(read, host, line);
        if (of === undefined) return this.#unreadable();
        return this.#decision(of, { time, host, exchange: read.exchange, approval: read.approval });
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
    this.#open.clear();
  }

  #unreadable(): void {
    this.#totals.records += 1;
    this.#totals.unreadable += 1;
  }

  #remember({ subject, judgement }: DecisionLine, host: string, line: string): DecisionClass | undefined {
    const event = parse(line);
    if (event?.kind !== 'decision') return undefined;
    const value = this.#classOf(event);
    this.#classes.remember(subject, host, { text: judgement, value });
    return value;
  }

  #classOf(event: DecisionEvent & RecordFrame): DecisionClass {
    const facts = decisionFacts(event);
    const { home, subject, policy, place, contradictions } = facts;
    if (home !== undefined && subject !== undefined) this.#jurisdiction.learn(subject, home);
    const belonging = this.#jurisdiction.belonging(facts.home);
    const isCounted = belonging === 'here' && facts.decision === 'permit';
    return {
      facts,
      belonging,
      flow: isCounted ? this.#tallies.flow(facts) : undefined,
      transfer: isCounted ? this.#tallies.transfer(facts) : undefined,
      version: policy === undefined || belonging !== 'here' ? undefined : this.#policy.version(policy, event.time),
      isDoubtful: contradictions.length > 0 || (place !== undefined && isOpenPlace(place)),
      destination: undefined,
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
    if (record.kind === 'decision') {
      const { exchange, target, approval } = record;
      return this.#decision(this.#classOf(record), { time, host: hostOf(target), exchange, approval });
    }
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
      case 'content':
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

  #decision(of: DecisionClass, told: Told): void {
    this.#totals.records += 1;
    const { facts, belonging } = of;
    if (belonging !== 'here') return this.#notHere(of);
    const { time, host, exchange } = told;
    const before = this.#open.get(exchange);
    if (before === undefined) {
      this.#totals.exchanges += 1;
      if (this.#open.add(exchange, { of, host })) this.#totals.withoutOutcome += 1;
    } else before.of = of;
    if (of.version !== undefined) countUnder(of.version, time);
    if (of.isDoubtful) this.#tallies.judged(facts, host);
    this.#count(of, told);
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
        this.#tallies.refused(facts);
    }
  }

  #outcome({ exchange, wasDialled, sent, received }: OutcomeLine, findings: () => Readonly<Record<string, unknown>>): void {
    const open = this.#open.take(exchange);
    if (open === undefined) return;
    this.#tallies.found(findings());
    const { of, host } = open;
    const { facts, flow, transfer } = of;
    if (facts.decision !== 'permit') return;
    if (!wasDialled || facts.place === undefined) {
      this.#totals.notCarried += 1;
      return;
    }
    if (of.destination?.host !== host) of.destination = { host, cell: this.#tallies.destination(host, facts.place) };
    const bytes = { sent, received };
    if (flow !== undefined) countAt(flow, bytes);
    if (transfer !== undefined) countAt(transfer, bytes);
    countAt(of.destination.cell, bytes);
  }
}

function countUnder(version: PolicyVersion, time: string): void {
  version.decisions += 1;
  if (time < version.first) version.first = time;
  if (time > version.last) version.last = time;
}

function countAt(cell: Counts, { sent, received }: Pick<Counts, 'sent' | 'received'>): void {
  cell.exchanges += 1;
  cell.sent += sent;
  cell.received += received;
}

/** What is new with every decision. */
interface Told {
  readonly time: string;
  readonly host: string;
  readonly exchange: string;
  readonly approval: string | undefined;
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
