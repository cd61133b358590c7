import type { DecisionEvent } from '../core/exchange/record.ts';
import type { Journal } from '../core/ports.ts';
import { fail } from '../core/result.ts';
import { ENTITIES } from '../masking/catalogue.ts';
import type { Recorder } from '../pipeline/services.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { Tracer } from './tracing/tracer.ts';
import { recordedSentence } from '../transform/masking/recorded-text.ts';
import type { RequiredCopies } from './sinks/required-copies.ts';

/**
 * The record as the pipeline sees it. Outcomes that cannot be written are told by the gap that the journal leaves. What a copy is
 * missing that the settings require stands for a record that cannot be written, but for one thing: the refusal is on it.
 */
export function createRecorder(
  journal: Journal,
  metrics: Metrics,
  copies: Pick<RequiredCopies, 'refusal'>,
  tracer?: Tracer,
): Recorder & { readonly writable: boolean } {
  const sent = metrics.counter('cordon_content_bytes_total', { direction: 'sent' });
  const received = metrics.counter('cordon_content_bytes_total', { direction: 'received' });
  let writable = true;
  return {
    /** Whether the last decision could be recorded; while it could not, nothing is permitted. */
    get writable(): boolean {
      return writable && copies.refusal === undefined;
    },
    decision: (asked, home, fields = []) => {
      const refusal = asked.decision === 'deny' ? undefined : copies.refusal;
      const event = refusal === undefined ? asked : refused(asked, refusal);
      const { exchangeKind: kind = 'none', decision: effect, code = 'none' } = event;
      metrics.count('cordon_decisions_total', { kind, effect, code });
      tracer?.decided(event, fields);
      return journal.append(quoteless(event, 'reason'), home).then((recorded) => {
        writable = recorded.ok;
        return recorded.ok && refusal !== undefined ? fail({ code: 'audit_unavailable', detail: refusal }) : recorded;
      });
    },
    outcome: (event, home) => {
      sent.add(event.bytes.sent);
      received.add(event.bytes.received);
      if (event.code !== undefined) metrics.count('cordon_refusals_total', { code: event.code });
      tracer?.ended(event);
      metrics.observe('cordon_exchange_seconds', event.timing.total / 1000);
      void journal.append({ ...quoteless(event, 'detail'), home: home?.label }, home);
    },
    found: (findings) => {
      for (const direction of ['request', 'response'] as const) {
        for (const [entity, count] of findings[direction]) {
          if (count > 0) metrics.count('cordon_findings_total', { entity: labelOf(entity), direction }, count);
        }
      }
    },
  };
}

/** What was permitted or held, and is not: nothing of it leaves, and no credential was put into it. */
function refused(event: DecisionEvent, reason: string): DecisionEvent {
  return { ...event, decision: 'deny', code: 'audit_unavailable', reason, credential: undefined };
}

/** The event with its sentence masked: it may quote what the agent wrote, and of that no value is kept (invariant 6). */
function quoteless<K extends 'reason' | 'detail', E extends { readonly [key in K]?: string | undefined }>(event: E, key: K): E {
  const sentence = event[key];
  return sentence === undefined ? event : { ...event, [key]: recordedSentence(sentence) };
}

/** Names that policies make up are no labels: their number has no bound. */
function labelOf(entity: string): string {
  return ENTITIES.has(entity) ? entity : 'own';
}
