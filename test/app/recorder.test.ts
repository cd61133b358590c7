import { expect, it } from 'vitest';
import { createRecorder } from '../../src/app/recorder.ts';
import type { DecisionEvent } from '../../src/core/exchange/record.ts';
import type { ExchangeId } from '../../src/core/ids.ts';
import type { Journal } from '../../src/core/ports.ts';
import { ok } from '../../src/core/result.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';

it('createRecorder() counts a hold and a denial of one code apart', async () => {
  const journal: Journal = { append: () => Promise.resolve(ok(undefined)) };
  const metrics = createMetrics();
  const recorder = createRecorder(journal, metrics, { refusal: undefined });
  await recorder.decision(event('deny'), undefined);
  await recorder.decision(event('hold'), undefined);
  await recorder.decision(event('hold'), undefined);
  const { text } = await metrics.render();
  expect(text).toContain('cordon_decisions_total{kind="forward",effect="deny",code="obligation_unsupported"} 1\n');
  expect(text).toContain('cordon_decisions_total{kind="forward",effect="hold",code="obligation_unsupported"} 2\n');
});

it('createRecorder() records as denied what a required copy does not allow, and denials as they are', async () => {
  const appended: unknown[] = [];
  const journal: Journal = {
    append: (entry) => {
      appended.push(entry);
      return Promise.resolve(ok(undefined));
    },
  };
  const copies: { refusal: string | undefined } = { refusal: 'sinks[0]: behind' };
  const recorder = createRecorder(journal, createMetrics(), copies);
  const refused = { ok: false, failure: { code: 'audit_unavailable', detail: 'sinks[0]: behind' } };
  expect(await recorder.decision({ ...event('permit'), credential: 'key' }, undefined)).toEqual(refused);
  expect(await recorder.decision(event('hold'), undefined)).toEqual(refused);
  expect(await recorder.decision(event('deny'), undefined)).toEqual(ok(undefined));
  const denied = { decision: 'deny', code: 'audit_unavailable', reason: 'sinks[0]: behind' };
  expect(appended).toEqual([{ ...event('deny'), ...denied }, { ...event('deny'), ...denied }, event('deny')]);
  expect(recorder.writable).toBe(false);
  copies.refusal = undefined;
  expect(recorder.writable).toBe(true);
  expect(await recorder.decision(event('permit'), undefined)).toEqual(ok(undefined));
});

it('createRecorder() counts what the gateway answered itself, or cut, by code', async () => {
  const metrics = createMetrics();
  const recorder = createRecorder({ append: () => Promise.resolve(ok(undefined)) }, metrics, { refusal: undefined });
  const outcome = {
    kind: 'outcome',
    exchange: 'e1' as ExchangeId,
    bytes: { sent: 0, received: 0 },
    timing: { total: 1 },
    findings: {},
  } as const;
  recorder.outcome({ ...outcome, status: 200 }, undefined);
  recorder.outcome({ ...outcome, status: 503, code: 'store_unavailable' }, undefined);
  const { text } = await metrics.render();
  expect(text.match(/^cordon_refusals_total\{.*$/gm)).toEqual(['cordon_refusals_total{code="store_unavailable"} 1']);
});

function event(decision: DecisionEvent['decision']): DecisionEvent {
  return {
    kind: 'decision',
    exchange: 'e1' as ExchangeId,
    client: '10.0.0.1',
    exchangeKind: 'forward',
    decision,
    code: 'obligation_unsupported',
    evidence: [],
    rules: [],
    obligations: [],
  };
}
