import type { HealthAnswer, LimitsAnswer, TablesAnswer } from '../../admin/contract.ts';
import type { AgentItem } from '../../admin/contract/agents.ts';
import { instantText } from '../../core/time-text.ts';
import { busiest, type Busiest } from './busiest.ts';
import type { Exposition } from './exposition.ts';
import { LOOKED_BACK_SECONDS, type Observation } from './observation.ts';

/** What happens in a gateway, over the time between two observations. What could not be asked is absent, and why is said. */
export interface Reading {
  readonly time: string;
  /** Between the observations. */
  readonly seconds: number;
  readonly perSecond: {
    /** Decisions; a tunnel whose requests are judged one by one is one beside them. */
    readonly permit: number;
    readonly hold: number;
    readonly deny: number;
    /** Exchanges that have ended. */
    readonly ended: number;
    /** Content bytes, toward origins and back. */
    readonly sent: number;
    readonly received: number;
    /** Denials by code, the most frequent first. */
    readonly codes: Readonly<Record<string, number>>;
  };
  readonly running: { readonly exchanges: number; readonly tunnels: number; readonly connections: number };
  /** Requests that wait for people, in the scope of who asks. */
  readonly pending?: { readonly count: number; readonly isMore: boolean };
  readonly agents?: readonly Pick<AgentItem, 'id' | 'state' | 'exchanges'>[];
  readonly busiest?: Busiest;
  /** The fullest first. */
  readonly limits?: LimitsAnswer['items'];
  /** Of all processes of the gateway together; of the delays of their event loops the mean of the 99th percentiles. */
  readonly process: { readonly residentBytes: number; readonly cpuCores: number; readonly eventLoopDelaySeconds: number };
  readonly record: { readonly waitingBytes: number };
  readonly sinks: readonly { readonly sink: string; readonly lagSeconds: number; readonly waitingRecords: number }[];
  readonly tables?: readonly Pick<TablesAnswer['items'][number], 'id' | 'state' | 'date'>[];
  readonly oldestTableSeconds: number;
  readonly ready?: boolean;
  readonly policy?: string;
  readonly workers?: HealthAnswer['items'];
  readonly fleet?: HealthAnswer['fleet'];
  /** Since the gateway began, and since the observation before. */
  readonly alarms: readonly { readonly alarm: string; readonly total: number; readonly fresh: number }[];
  /** Why something is not here. */
  readonly problems: readonly string[];
}

/** Puts two observations of one gateway together. */
export function readingOf(before: Observation, after: Observation): Reading {
  const { health, agents, pending, exchanges, limits, tables, metrics } = after;
  const now = after.at;
  const failed = [health, agents, pending, exchanges, limits, tables].flatMap((asked) =>
    asked.ok ? [] : [asked.failure.sentence],
  );
  return {
    time: instantText(now),
    ...measured(before, after),
    ...(pending.ok && { pending: { count: pending.value.items.length, isMore: pending.value.next !== undefined } }),
    ...(agents.ok && {
      agents: agents.value.items.map(({ id, state, exchanges: running }) => ({ id, state, exchanges: running })),
    }),
    ...(exchanges.ok && {
      busiest: busiest(exchanges.value.items, {
        now,
        seconds: LOOKED_BACK_SECONDS,
        isCut: exchanges.value.next !== undefined,
      }),
    }),
    ...(limits.ok && { limits: limits.value.items }),
    ...(tables.ok && {
      tables: tables.value.items.map(({ id, state, date }) => ({ id, state, ...(date !== undefined && { date }) })),
    }),
    oldestTableSeconds: metrics.value('cordon_table_age_seconds') ?? 0,
    ...(health.ok && healthMembers(health.value)),
    problems: [...new Set(failed)],
  };
}

function healthMembers({ ready, policy, items, fleet }: HealthAnswer): Pick<Reading, 'ready' | 'policy' | 'workers' | 'fleet'> {
  return { ready, policy, workers: items, fleet };
}

type Measured = Pick<Reading, 'seconds' | 'perSecond' | 'running' | 'process' | 'record' | 'sinks' | 'alarms'>;

/** What the metrics say. */
function measured(before: Observation, after: Observation): Measured {
  const { metrics } = after;
  const seconds = Math.max(0.001, (after.clock - before.clock) / 1000);
  const perSecond = (name: string, label: string): ReadonlyMap<string, number> =>
    new Map([...risen(before.metrics, metrics, name, label)].map(([key, rise]) => [key, rise / seconds]));
  const rateOf = (name: string): number => perSecond(name, '').get('') ?? 0;
  const effects = perSecond('cordon_decisions_total', 'effect');
  const bytes = perSecond('cordon_content_bytes_total', 'direction');
  const level = (name: string): number => metrics.value(name) ?? 0;
  return {
    seconds,
    perSecond: {
      permit: effects.get('permit') ?? 0,
      hold: effects.get('hold') ?? 0,
      deny: effects.get('deny') ?? 0,
      ended: rateOf('cordon_exchange_seconds_count'),
      sent: bytes.get('sent') ?? 0,
      received: bytes.get('received') ?? 0,
      codes: codesOf(perSecond('cordon_decisions_total', 'code')),
    },
    running: {
      exchanges: level('cordon_exchanges_in_flight'),
      tunnels: level('cordon_tunnels'),
      connections: level('cordon_connections'),
    },
    process: {
      residentBytes: level('process_resident_memory_bytes'),
      cpuCores: rateOf('process_cpu_seconds_total'),
      eventLoopDelaySeconds: level('nodejs_eventloop_lag_p99_seconds'),
    },
    record: { waitingBytes: level('cordon_record_waiting_bytes') },
    sinks: sinksOf(metrics),
    alarms: alarmsOf(before.metrics, metrics),
  };
}

/** How much a counter has risen; one that fell has begun anew, with its process. */
function risen(before: Exposition, after: Exposition, name: string, label: string): ReadonlyMap<string, number> {
  const then = before.by(name, label);
  const rises = [...after.by(name, label)].map(([key, value]): [string, number] => {
    const rise = value - (then.get(key) ?? 0);
    return [key, rise < 0 ? value : rise];
  });
  return new Map(rises);
}

function codesOf(rates: ReadonlyMap<string, number>): Readonly<Record<string, number>> {
  const denied = [...rates].filter(([code, rate]) => code !== 'none' && rate > 0);
  return Object.fromEntries(denied.sort(([, a], [, b]) => b - a));
}

function sinksOf(metrics: Exposition): Reading['sinks'] {
  const waiting = metrics.by('cordon_sink_waiting_records', 'sink');
  return [...metrics.by('cordon_sink_lag_seconds', 'sink')].map(([sink, lagSeconds]) => ({
    sink,
    lagSeconds,
    waitingRecords: waiting.get(sink) ?? 0,
  }));
}

function alarmsOf(before: Exposition, after: Exposition): Reading['alarms'] {
  const fresh = risen(before, after, 'cordon_alarms_total', 'alarm');
  return [...after.by('cordon_alarms_total', 'alarm')]
    .filter(([, total]) => total > 0)
    .map(([alarm, total]) => ({ alarm, total, fresh: fresh.get(alarm) ?? 0 }));
}
