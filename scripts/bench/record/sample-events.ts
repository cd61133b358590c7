/** Events of an exchange as a busy gateway writes them, and where they go. */
import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import type { DecisionEvent, OutcomeEvent } from '../../../src/core/exchange/record.ts';
import type { AgentId, ExchangeId, PolicyDigest, RuleId, SessionId } from '../../../src/core/ids.ts';
import type { Durability } from '../../../src/recording/chain/chain-writer.ts';
import { openJournal, type OpenJournal } from '../../../src/recording/journal.ts';
import { createRecordKeys } from '../../../src/recording/keys/record-keys.ts';

export const KEYS = createRecordKeys(new Uint8Array(32).fill(1), new Uint8Array(32).fill(2));
const DIGEST = `sha256:${'5e'.repeat(32)}` as PolicyDigest;
const ID_BYTES = 12;

/** Ids are random, as those of exchanges are: equal ones would compress better than anything real. */
export function randomIds(count: number): ExchangeId[] {
  return Array.from({ length: count }, () => randomBytes(ID_BYTES).toString('hex') as ExchangeId);
}

export function decision(exchange: ExchangeId): DecisionEvent {
  return {
    kind: 'decision',
    exchange,
    session: 'a-5f0c41a1b2c3d4e5f60718293a4b5c6d' as SessionId,
    subject: 'support-bot' as AgentId,
    home: 'eu',
    client: '10.4.1.17',
    exchangeKind: 'intercepted',
    method: 'POST',
    target: 'https://eu.api.example.com/v1/messages',
    place: { entry: 'DE', processing: 'DE', storage: 'DE' },
    evidence: [
      {
        kind: 'endpoint',
        places: { entry: 'DE', processing: 'DE', storage: 'DE' },
        source: 'catalogue',
        date: '2026-11-01',
        match: '*.example.com',
      },
      { kind: 'range', places: { entry: 'DE' }, source: 'aws', date: '2026-11-01', match: '3.64.0.0/12', address: '3.64.17.9' },
      {
        kind: 'geoip',
        places: { entry: 'DE' },
        source: 'dbip-country',
        date: '2026-11-01',
        match: '3.64.0.0/13',
        address: '3.64.17.9',
      },
    ],
    decision: 'permit',
    rules: ['models-in-the-eu' as RuleId],
    policy: DIGEST,
    obligations: ['record', 'mask'],
  };
}

export function outcome(exchange: ExchangeId): OutcomeEvent {
  return {
    kind: 'outcome',
    exchange,
    status: 200,
    dialled: '3.64.17.9',
    bytes: { sent: 1024, received: 4096 },
    timing: { total: 812.4, firstByte: 310.1 },
    findings: { email: 1 },
  };
}

/** An empty record in a directory that is emptied for it. */
export async function journalIn(directory: string, durability: Durability): Promise<OpenJournal> {
  rmSync(directory, { recursive: true, force: true });
  const opened = await openJournal({
    directory,
    durability,
    clock: { now: () => Date.now(), monotonic: () => performance.now() },
    random: { bytes: (length) => randomBytes(length) },
    keys: KEYS,
    onError: ({ detail }) => process.stderr.write(`${detail}\n`),
  });
  if (!opened.ok) throw new Error(opened.failure.detail);
  return opened.value;
}
