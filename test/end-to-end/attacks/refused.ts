import { expect } from 'vitest';
import type { Code } from '../../../src/core/codes.ts';
import type { DecisionEvent, OutcomeEvent, Record as RecordLine, RecordFrame } from '../../../src/core/exchange/record.ts';
import type { Gateway } from '../../support/gateway.ts';
import type { RawResponse } from '../../support/raw-client.ts';
import type { RecordingServer } from '../../support/recording-server.ts';

/** Both records of one exchange. */
export interface Recorded {
  readonly decision: RecordFrame & DecisionEvent;
  readonly outcome: RecordFrame & OutcomeEvent;
}

/** What a denial must look like to the client. */
export interface Denial {
  readonly status: number;
  readonly code: Code;
}

/** Asserts that the gateway itself answered so, and that a decision and an outcome record say the same. */
export async function expectRefused(gateway: Gateway, answer: RawResponse, { status, code }: Denial): Promise<Recorded> {
  const text = answer.content.toString();
  expect([answer.status, answer.reason], text).toEqual([status, code]);
  const exchange = answer.field('cordon-exchange');
  expect(JSON.parse(text)).toMatchObject({ status, code, exchange });
  expect(answer.field('content-type')).toBe('application/problem+json');
  expect(answer.field('proxy-status')).toMatch(new RegExp(`^cordon; error=\\w+; details="?${code}"?$`));
  const recorded = await recordedExchange(gateway, exchange ?? '');
  expect(recorded.decision).toMatchObject({ decision: 'deny', code });
  expect(recorded.outcome).toMatchObject({ status, code });
  expect(recorded.outcome.dialled).toBeUndefined();
  return recorded;
}

/** Both records of an exchange, once the second one is there. */
export async function recordedExchange(gateway: Gateway, exchange: string): Promise<Recorded> {
  const outcome = await gateway.waitForRecord((each) => each.kind === 'outcome' && each.exchange === exchange);
  const decision = await gateway.waitForRecord((each) => each.kind === 'decision' && each.exchange === exchange);
  return { decision, outcome } as Recorded;
}

/** The records of the exchange that came from this source address: for clients that only see their connection close. */
export async function recordedFrom(gateway: Gateway, from: string, kind?: DecisionEvent['exchangeKind']): Promise<Recorded> {
  const isIt = (each: RecordLine): boolean =>
    each.kind === 'decision' && each.client === from && (kind === undefined || each.exchangeKind === kind);
  const decision = await gateway.waitForRecord(isIt);
  return recordedExchange(gateway, (decision as Recorded['decision']).exchange);
}

/** Asserts that a forbidden origin saw nothing: no byte, and no connection either. */
export function expectUntouched(...origins: readonly RecordingServer[]): void {
  for (const { authority, connections, bytesReceived } of origins) {
    expect([authority, connections.length, bytesReceived]).toEqual([authority, 0, 0]);
  }
}
