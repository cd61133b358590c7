import type { Journal } from '../core/ports.ts';
import { ENTITIES } from '../masking/catalogue.ts';
import type { Recorder } from '../pipeline/services.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { recordedSentence } from '../transform/masking/recorded-text.ts';

/** The record as the pipeline sees it. Outcomes that cannot be written are told by the gap that the journal leaves. */
export function createRecorder(journal: Journal, metrics: Metrics): Recorder & { readonly writable: boolean } {
  const sent = metrics.counter('cordon_content_bytes_total', { direction: 'sent' });
  const received = metrics.counter('cordon_content_bytes_total', { direction: 'received' });
  let writable = true;
  return {
    /** Whether the last decision could be recorded; while it could not, nothing is permitted. */
    get writable(): boolean {
      return writable;
    },
    decision: (event, home) => {
      const { exchangeKind: kind = 'none', decision: effect, code = 'none' } = event;
      metrics.count('cordon_decisions_total', { kind, effect, code });
      return journal.append(quoteless(event, 'reason'), home).then((recorded) => {
        writable = recorded.ok;
        return recorded;
      });
    },
    outcome: (event, home) => {
      sent.add(event.bytes.sent);
      received.add(event.bytes.received);
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

/** The event with its sentence masked: it may quote what the agent wrote, and of that no value is kept (invariant 6). */
function quoteless<K extends 'reason' | 'detail', E extends { readonly [key in K]?: string | undefined }>(event: E, key: K): E {
  const sentence = event[key];
  return sentence === undefined ? event : { ...event, [key]: recordedSentence(sentence) };
}

/** Names that policies make up are no labels: their number has no bound. */
function labelOf(entity: string): string {
  return ENTITIES.has(entity) ? entity : 'own';
}
