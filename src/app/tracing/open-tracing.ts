import type { Settings } from '../../config/settings-schema.ts';
import type { Clock, Random } from '../../core/ports.ts';
import { ok, type Result } from '../../core/result.ts';
import type { Log } from '../../telemetry/log.ts';
import type { Metrics } from '../../telemetry/metrics.ts';
import { SpanBuffer } from '../../telemetry/traces/span-buffer.ts';
import type { DataPlane } from '../data-plane.ts';
import type { PolicyInForce } from '../in-force.ts';
import type { State } from '../state.ts';
import { ownEgress } from '../egress/own-egress.ts';
import { collectorOf, sendSpans } from './collector.ts';
import { SpanExport } from './span-export.ts';
import { Tracer } from './tracer.ts';

/** Spans of a process that wait for a collector that is down: some MiB. */
const MOST_WAITING = 8_192;

interface TracingParts {
  readonly settings: Settings;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly state: State;
  readonly inForce: PolicyInForce;
}

/** Traces of one process. */
export interface Tracing {
  readonly tracer: Tracer;
  /**
   * Sends what the tracer makes, from now on until disposed.
   * @failure a sentence that names the setting: a collector outside home, or one whose place is unknown
   */
  open(plane: Pick<DataPlane, 'resolver' | 'parent'>): Promise<Result<AsyncDisposable, string>>;
}

export function tracingOf(traces: NonNullable<Settings['traces']>, parts: TracingParts): Tracing {
  const { settings, clock, random, log, metrics, state, inForce } = parts;
  const count = (result: 'sent' | 'refused' | 'dropped') => metrics.counter('cordon_trace_spans_total', { result });
  const dropped = count('dropped');
  const spans = new SpanBuffer(MOST_WAITING, (lost) => dropped.add(lost));
  metrics.sample('cordon_trace_spans_waiting', () => spans.size);
  return {
    tracer: new Tracer({ mode: traces.context, clock, take: (span) => spans.push(span), onLost: () => dropped.add(1) }),
    open: async (plane) => {
      const egress = ownEgress({ ...parts, plane });
      const { world } = inForce.tables;
      const receiving = { settings, world, now: clock.now(), anchors: state.anchors };
      const collector = await collectorOf(traces, receiving, egress);
      if (!collector.ok) return collector;
      const send = (payload: string, until: AbortSignal) => sendSpans(payload, collector.value, egress, until);
      return ok(new SpanExport({ spans, send, count, random, log }));
    },
  };
}
