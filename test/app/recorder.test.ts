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
  const recorder = createRecorder(journal, metrics);
  await recorder.decision(event('deny'), undefined);
  await recorder.decision(event('hold'), undefined);
  await recorder.decision(event('hold'), undefined);
  const { text } = await metrics.render();
  expect(text).toContain('cordon_decisions_total{kind="forward",effect="deny",code="obligation_unsupported"} 1\n');
  expect(text).toContain('cordon_decisions_total{kind="forward",effect="hold",code="obligation_unsupported"} 2\n');
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
