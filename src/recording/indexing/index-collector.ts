import type {
  FoundExchange,
  IndexBatch,
  IndexedExchange,
  IndexedOutcome,
  IndexedSession,
  IndexedShredding,
  LateOutcome,
  RecordSpot,
} from '../../core/exchange/exchange-index.ts';
import type { AdminEvent, DecisionEvent, OutcomeEvent, Record as RecordOf, RecordFrame } from '../../core/exchange/record.ts';
import type { ExchangeId, SessionId } from '../../core/ids.ts';
import type { FollowedBlock } from '../reading/chain-follower.ts';
import { hostOf } from './host-of.ts';

/** Exchanges that run and are kept in mind; an outcome beyond them is added to what is stored. */
const MOST_OPEN = 10_000;

/** Turns the records of one writer, in their order, into what the index is to have of them. */
export class IndexCollector {
  /** Exchanges without an outcome; oldest first. */
  readonly #open = new Map<ExchangeId, FoundExchange>();
  #changed = new Map<string, FoundExchange>();
  #late: LateOutcome[] = [];
  #sessions = new Map<SessionId, IndexedSession>();
  #shreddings: IndexedShredding[] = [];

  add({ spot, lines }: FollowedBlock): void {
    for (const line of lines) {
      // What is recorded is ASCII.
      const record = JSON.parse(line.toString('latin1')) as RecordOf;
      if (record.kind === 'decision') this.#decided(record, spot);
      else if (record.kind === 'outcome') this.#ended(record, spot);
      else if (record.kind === 'admin' && record.action === 'content.shredded') this.#shreddings.push(...shreddingsOf(record));
    }
  }

  /** What was added since the last time. */
  take(): IndexBatch {
    const batch = {
      exchanges: [...this.#changed.values()],
      outcomes: this.#late,
      sessions: [...this.#sessions.values()],
      shreddings: this.#shreddings,
    };
    this.#changed = new Map();
    this.#late = [];
    this.#sessions = new Map();
    this.#shreddings = [];
    return batch;
  }

  #decided(record: RecordFrame & DecisionEvent, spot: RecordSpot): void {
    const before = this.#open.get(record.exchange);
    const found = before === undefined ? { exchange: decided(record), spots: [spot] } : decidedAgain(before, record, spot);
    this.#open.set(record.exchange, found);
    this.#changed.set(record.exchange, found);
    const [oldest] = this.#open.keys();
    if (this.#open.size > MOST_OPEN && oldest !== undefined) this.#open.delete(oldest);
    if (record.session !== undefined)
      this.#sessions.set(record.session, withDecision(this.#sessions.get(record.session), record));
  }

  #ended(record: OutcomeEvent, spot: RecordSpot): void {
    const outcome = outcomeOf(record);
    const before = this.#open.get(record.exchange);
    if (before === undefined) {
      const { exchange: id, code } = record;
      this.#late.push({ id, outcome, spot, ...(code !== undefined && { code }) });
      return;
    }
    this.#open.delete(record.exchange);
    const { exchange } = before;
    const code = exchange.code ?? record.code;
    const ended = { ...exchange, outcome, code };
    this.#changed.set(record.exchange, { exchange: ended, spots: withSpot(before.spots, spot) });
    if (exchange.session === undefined) return;
    const session = exchange.session as SessionId;
    this.#sessions.set(session, withOutcome(this.#sessions.get(session) ?? untouched(exchange), outcome));
  }
}

function decided(record: RecordFrame & DecisionEvent): IndexedExchange {
  const { exchange, time, writer, seq, session, subject, home, exchangeKind, method, target } = record;
  return {
    id: exchange,
    createdAt: Date.parse(time),
    writer,
    seq,
    session,
    subject,
    home,
    kind: exchangeKind,
    method,
    target,
    host: target === undefined ? undefined : hostOf(target),
    ...verdictOf(record),
  };
}

function decidedAgain({ exchange, spots }: FoundExchange, record: DecisionEvent, spot: RecordSpot): FoundExchange {
  return { exchange: { ...exchange, ...verdictOf(record, exchange.approval) }, spots: withSpot(spots, spot) };
}

function verdictOf({ decision, code, wouldDeny, rules, place, transfer, policy, approval }: DecisionEvent, waitedFor?: string) {
  return { decision, code, wouldDeny, rules, place, transfer: transfer?.basis, policy, approval: approval ?? waitedFor };
}

function outcomeOf({ status, bytes, timing, findings }: OutcomeEvent): IndexedOutcome {
  const { sent, received } = bytes;
  return { status, sent, received, total: timing.total, findings };
}

/** One for each session that it names. */
function shreddingsOf({ time, writer, seq, actor, details, failed }: RecordFrame & AdminEvent): IndexedShredding[] {
  const { sessions = [], reason = '' } = details ?? {};
  if (typeof sessions !== 'object') return [];
  return sessions.map((session) => ({
    session,
    at: Date.parse(time),
    writer,
    seq,
    by: actor,
    reason: String(reason),
    failed,
  }));
}

/** Records of one block stand together. */
function withSpot(spots: readonly RecordSpot[], spot: RecordSpot): readonly RecordSpot[] {
  return spots.at(-1) === spot ? spots : [...spots, spot];
}

function untouched({ session, subject, home, createdAt }: IndexedExchange): IndexedSession {
  return {
    id: session ?? '',
    subject,
    home,
    firstAt: createdAt,
    lastAt: createdAt,
    decisions: { permit: 0, hold: 0, deny: 0 },
    sent: 0,
    received: 0,
    findings: 0,
  };
}

function withDecision(before: IndexedSession | undefined, record: RecordFrame & DecisionEvent): IndexedSession {
  const { decisions, firstAt, ...session } = before ?? untouched(decided(record));
  const at = Date.parse(record.time);
  return {
    ...session,
    firstAt: Math.min(firstAt, at),
    lastAt: Math.max(session.lastAt, at),
    decisions: { ...decisions, [record.decision]: decisions[record.decision] + 1 },
  };
}

function withOutcome(session: IndexedSession, { sent, received, findings }: IndexedOutcome): IndexedSession {
  const found = Object.values(findings).reduce((sum, count) => sum + count, 0);
  return {
    ...session,
    sent: session.sent + sent,
    received: session.received + received,
    findings: session.findings + found,
  };
}
