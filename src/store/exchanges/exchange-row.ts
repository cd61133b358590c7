import type { Selectable } from 'kysely';
import type {
  FoundExchange,
  IndexedExchange,
  IndexedOutcome,
  IndexedSession,
  RecordSpot,
} from '../../core/exchange/exchange-index.ts';
import type { RowCipher, SealedColumn } from '../sealing/row-cipher.ts';
import type { Schema } from '../schema.ts';

export type ExchangeRow = Selectable<Schema['exchanges']>;
export type SessionRow = Selectable<Schema['recorded_sessions']>;

/** In the order of {@link exchangeValues}. */
export const EXCHANGE_COLUMNS = [
  'id',
  'created_at',
  'writer',
  'seq',
  'session',
  'subject',
  'home',
  'kind',
  'method',
  'target',
  'host',
  'decision',
  'code',
  'would_deny',
  'rules',
  'entry',
  'processing',
  'storage',
  'transfer',
  'policy',
  'approval',
  'spots',
  'status',
  'sent',
  'received',
  'total',
  'findings',
] as const satisfies readonly (keyof ExchangeRow)[];

export function exchangeValues({ exchange, spots }: FoundExchange, cipher: RowCipher): unknown[] {
  const { id, target, place, outcome } = exchange;
  return [
    id,
    exchange.createdAt,
    exchange.writer,
    exchange.seq,
    exchange.session,
    exchange.subject,
    exchange.home,
    exchange.kind,
    exchange.method,
    target === undefined ? null : cipher.seal(target, targetColumn(id)),
    exchange.host,
    exchange.decision,
    exchange.code,
    exchange.wouldDeny,
    JSON.stringify(exchange.rules),
    place?.entry,
    place?.processing,
    place?.storage,
    exchange.transfer,
    exchange.policy,
    exchange.approval,
    spotsText(spots),
    ...outcomeValues(outcome),
  ].map((value) => value ?? null);
}

function outcomeValues(outcome: IndexedOutcome | undefined): unknown[] {
  if (outcome === undefined) return [null, null, null, null, null];
  const { status, sent, received, total, findings } = outcome;
  return [status, sent, received, total, JSON.stringify(findings)];
}

export function fromExchangeRow(row: ExchangeRow, cipher: RowCipher): IndexedExchange {
  const { entry, processing, storage } = row;
  const outcome = outcomeOf(row);
  const all = {
    id: row.id,
    createdAt: row.created_at,
    writer: row.writer,
    seq: row.seq,
    session: row.session,
    subject: row.subject,
    home: row.home,
    kind: row.kind,
    method: row.method,
    target: row.target === null ? null : cipher.unseal(row.target, targetColumn(row.id)),
    host: row.host,
    decision: row.decision,
    code: row.code,
    wouldDeny: row.would_deny,
    rules: JSON.parse(row.rules) as readonly string[],
    place: entry === null || processing === null || storage === null ? null : { entry, processing, storage },
    transfer: row.transfer,
    policy: row.policy,
    approval: row.approval,
    outcome,
  };
  return withoutNulls(all) as unknown as IndexedExchange;
}

function outcomeOf({ status, sent, received, total, findings }: ExchangeRow): IndexedOutcome | null {
  if (sent === null || received === null || total === null || findings === null) return null;
  const found = JSON.parse(findings) as IndexedOutcome['findings'];
  return { sent, received, total, findings: found, ...(status !== null && { status }) };
}

/** `2:1024:7 2:9216:9` */
export function spotsText(spots: readonly RecordSpot[]): string {
  return spots.map(({ segment, offset, block }) => `${segment}:${offset}:${block}`).join(' ');
}

export function parseSpots(text: string): RecordSpot[] {
  return text.split(' ').map((spot) => {
    const [segment = 0, offset = 0, block = 0] = spot.split(':').map(Number);
    return { segment, offset, block };
  });
}

export function sessionValues(session: IndexedSession): unknown[] {
  const { decisions } = session;
  return [
    session.id,
    session.subject ?? null,
    session.home ?? null,
    session.firstAt,
    session.lastAt,
    decisions.permit,
    decisions.hold,
    decisions.deny,
    session.sent,
    session.received,
    session.findings,
  ];
}

export function fromSessionRow(row: SessionRow): IndexedSession {
  return {
    id: row.id,
    ...(row.subject !== null && { subject: row.subject }),
    ...(row.home !== null && { home: row.home }),
    firstAt: row.first_at,
    lastAt: row.last_at,
    decisions: { permit: row.permitted, hold: row.held, deny: row.denied },
    sent: row.sent,
    received: row.received,
    findings: row.findings,
  };
}

/** What an agent asked for is masked by form alone: as in the record, whoever takes the disk does not read it. */
function targetColumn(id: string): SealedColumn {
  return { table: 'exchanges', id, column: 'target' };
}

function withoutNulls(value: object): object {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== null));
}
