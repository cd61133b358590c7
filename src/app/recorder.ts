import type { DecisionEvent } from '../core/exchange/record.ts';
import type { Journal } from '../core/ports.ts';
import type { Recorder } from '../pipeline/services.ts';
import type { Counting } from '../telemetry/instruments.ts';
import type { Metrics } from '../telemetry/metrics.ts';

/** The record as the pipeline sees it. Outcomes that cannot be written are told by the gap that the journal leaves. */
export function createRecorder(journal: Journal, metrics: Metrics): Recorder & { readonly writable: boolean } {
  const decisions = decisionCounters(metrics);
  const sent = metrics.counter('cordon_content_bytes_total', { direction: 'sent' });
  const received = metrics.counter('cordon_content_bytes_total', { direction: 'received' });
  let writable = true;
  return {
    /** Whether the last decision could be recorded; while it could not, nothing is permitted. */
    get writable(): boolean {
      return writable;
    },
    decision: (event) => {
      decisions(event).add(1);
      return journal.append(event).then((recorded) => {
        writable = recorded.ok;
        return recorded;
      });
    },
    outcome: (event) => {
      sent.add(event.bytes.sent);
      received.add(event.bytes.received);
      metrics.observe('cordon_exchange_seconds', event.timing.total / 1000);
      void journal.append(event);
    },
  };
}

/** Finds the counter of a decision; there are as many as kinds of exchange times effects times codes. */
function decisionCounters(metrics: Metrics): (event: DecisionEvent) => Counting {
  const counters = new Map<string, Counting>();
  return ({ exchangeKind, decision: effect, code }) => {
    const kind = exchangeKind ?? 'none';
    // Holds and denials share codes: `obligation_unsupported` ends both.
    const key = `${kind} ${effect} ${code ?? 'none'}`;
    const known = counters.get(key);
    if (known !== undefined) return known;
    const counter = metrics.counter('cordon_decisions_total', { kind, effect, code: code ?? 'none' });
    counters.set(key, counter);
    return counter;
  };
}
