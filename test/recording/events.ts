import type { ExchangeId } from '../../src/core/ids.ts';
import type { AppendedContent, ContentEvent, DecisionEvent, OutcomeEvent } from '../../src/core/exchange/record.ts';

export function denial(exchange: number, more: Partial<DecisionEvent> = {}): DecisionEvent {
  return {
    kind: 'decision',
    exchange: `x${exchange}` as ExchangeId,
    client: '192.0.2.7',
    target: 'https://blocked.example/',
    evidence: [],
    decision: 'deny',
    code: 'no_rule',
    rules: [],
    obligations: [],
    ...more,
  };
}

export function outcome(exchange: number): OutcomeEvent {
  return {
    kind: 'outcome',
    exchange: `x${exchange}` as ExchangeId,
    status: 403,
    bytes: { sent: 0, received: 0 },
    timing: { total: 1 },
    findings: {},
  };
}

/** A piece of content as a reader finds it. */
export function content(sealed: string, more: Partial<ContentEvent> = {}): ContentEvent {
  const place = { exchange: 'x1' as ExchangeId, part: 'request', index: 0 } as const;
  return { kind: 'content', ...place, at: 0, bytes: 0, ...more, key: 'k1', sealed };
}

/** The same as it is given to the record. */
export function appended({ sealed, ...event }: ContentEvent): AppendedContent {
  return { ...event, sealed: Buffer.from(sealed, 'base64') };
}
