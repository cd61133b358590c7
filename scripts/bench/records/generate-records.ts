/** Records of many exchanges, written as a gateway writes them: for measuring what reads them. */
import type { AgentId, ExchangeId, PolicyDigest, RuleId, SessionId } from '../../../src/core/ids.ts';
import type { DecisionEvent, OutcomeEvent, RecordedEvidence } from '../../../src/core/exchange/record.ts';
import type { Clock } from '../../../src/core/ports.ts';
import { openJournal } from '../../../src/recording/journal.ts';
import type { RecordKeys } from '../../../src/recording/keys/record-keys.ts';
import { systemRandom, timeOrderedIds } from '../../../src/app/system.ts';

export interface GeneratedRecords {
  /** Where the directories of writers are made. */
  readonly directory: string;
  readonly keys: RecordKeys;
  readonly exchanges: number;
  /** RFC 3339: when the first of them happens; they come five milliseconds apart. */
  readonly from: string;
  /** What spoke for places: the catalogue and GeoIP, by default; or cloud ranges of two addresses, which no table has to be asked about again. */
  readonly evidence?: 'catalogue' | 'ranges';
}

/** `agent-0` and so on. */
export const AGENTS = 20;
const HOSTS = 200;
const SESSIONS = 500;
/** Exchanges that are open at a time. */
const OPEN = 64;
const POLICY = `sha256:${'5a'.repeat(32)}` as PolicyDigest;

/** A made-up day of agents: 90 % are permitted, of which a tenth are transfers; the others are denied. Paths are never the same. */
export async function generateRecords({
  directory,
  keys,
  exchanges,
  from,
  evidence = 'catalogue',
}: GeneratedRecords): Promise<void> {
  const clock = new SteppedClock(Date.parse(from));
  const onError = ({ detail }: { readonly detail: string }): void => {
    throw new Error(detail);
  };
  const opened = await openJournal({ directory, clock, random: systemRandom, keys, durability: 'batched', onError });
  if (!opened.ok) throw new Error(opened.failure.detail);
  await using journal = opened.value;
  const newId = timeOrderedIds(clock, systemRandom) as () => ExchangeId;
  const open: OutcomeEvent[] = [];
  for (let index = 0; index < exchanges; index++) {
    clock.step(5);
    const decision = decisionOf(index, newId(), EVIDENCE[evidence]);
    const written = journal.append(decision);
    open.push(outcomeOf(index, decision));
    if (open.length >= OPEN) void journal.append(open.shift()!);
    // As many at once as a busy gateway has.
    if (index % OPEN === 0) await written;
  }
  for (const outcome of open) await journal.append(outcome);
}

class SteppedClock implements Clock {
  #now: number;

  constructor(start: number) {
    this.#now = start;
  }

  step(milliseconds: number): void {
    this.#now += milliseconds;
  }

  now(): number {
    return this.#now;
  }

  monotonic(): number {
    return this.#now;
  }
}

function decisionOf(index: number, exchange: ExchangeId, evidenceOf: (typeof EVIDENCE)['ranges']): DecisionEvent {
  const host = (index * 7) % HOSTS;
  const isDenied = index % 10 === 0;
  const isTransfer = !isDenied && index % 10 === 1;
  const place = isTransfer ? 'US' : ['DE', 'FR', 'aws:eu-central-1', 'IE'][host % 4]!;
  return {
    kind: 'decision',
    exchange,
    session: `session-${index % SESSIONS}` as SessionId,
    subject: `agent-${Math.floor(index / HOSTS) % AGENTS}` as AgentId,
    home: 'eu',
    client: `10.20.${index % 16}.${host}`,
    exchangeKind: 'intercepted',
    method: index % 3 === 0 ? 'GET' : 'POST',
    target: `https://api-${host}.service.example/v1/threads/${index}/messages`,
    place: { entry: place, processing: place, storage: place },
    evidence: evidenceOf(host, place),
    decision: isDenied ? 'deny' : 'permit',
    code: isDenied ? 'no_rule' : undefined,
    reason: isDenied ? 'No rule names this destination' : 'Permitted by rule models',
    rules: isDenied ? [] : [`rule-${host % 12}` as RuleId],
    policy: POLICY,
    transfer: isTransfer ? { rule: `rule-${host % 12}` as RuleId, basis: 'scc', reference: 'TIA-2026-04' } : undefined,
    obligations: isDenied ? [] : ['mask', 'record'],
    tunnel: exchange,
  };
}

const EVIDENCE = {
  catalogue: (host: number, place: string): RecordedEvidence[] => {
    const places = { entry: place, processing: place, storage: place };
    const name = `api-${host}.service.example`;
    const address = `203.0.113.${host}`;
    return [
      { kind: 'endpoint-name', places, source: 'catalogue:service', date: '2026-06-01', match: name },
      { kind: 'geoip', places: { entry: place }, source: 'dbip-country', date: '2026-06-01', match: '203.0.113.0/24', address },
    ];
  },
  ranges: (host: number, place: string): RecordedEvidence[] => {
    const addresses = [`3.64.17.${host}`, `3.64.18.${host}`];
    const said = { kind: 'cloud-range', places: { entry: place }, source: 'aws', date: '2026-06-01', match: '3.64.0.0/12' };
    return addresses.map((address) => ({ ...said, address }));
  },
};

function outcomeOf(index: number, { exchange, decision }: DecisionEvent): OutcomeEvent {
  const isDenied = decision === 'deny';
  return {
    kind: 'outcome',
    exchange,
    status: isDenied ? 403 : 200,
    code: isDenied ? 'no_rule' : undefined,
    dialled: isDenied ? undefined : `203.0.113.${(index * 7) % HOSTS}:443`,
    bytes: isDenied ? { sent: 0, received: 0 } : { sent: 1200 + (index % 500), received: 4000 + (index % 900) },
    timing: { total: 40 + (index % 30), firstByte: 12 + (index % 9) },
    findings: index % 5 === 2 ? { email: 1 + (index % 3), iban: 1 } : {},
  };
}
