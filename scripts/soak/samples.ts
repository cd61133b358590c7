import { loadavg } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import type { Point } from './slope.ts';
import type { World } from './world.ts';

/** What is looked at all the time, in the order of the plot. */
export const SERIES = {
  heap: { title: 'heap used', unit: 'MB', metric: 'nodejs_heap_size_used_bytes', scale: 1e-6 },
  resident: { title: 'resident memory', unit: 'MB', metric: 'process_resident_memory_bytes', scale: 1e-6 },
  descriptors: { title: 'open descriptors', unit: '', metric: 'process_open_fds', scale: 1 },
  delay: { title: 'event-loop delay, p99', unit: 'ms', metric: 'nodejs_eventloop_lag_p99_seconds', scale: 1e3 },
  lag: { title: 'record behind at its sink', unit: 's', metric: 'cordon_sink_lag_seconds', scale: 1 },
  cpu: { title: 'CPU of the gateway', unit: '% of a core', metric: 'process_cpu_seconds_total', scale: 100 },
  load: { title: 'load average of the machine', unit: '', metric: undefined, scale: 1 },
} as const;
export type Series = keyof typeof SERIES;
export type Samples = Readonly<Record<Series, readonly Point[]>>;

/** Reads the gateway's metrics until it is told that it is over. */
export async function sample({ gateway }: World, everyMs: number, isOver: () => boolean): Promise<Samples> {
  const samples = Object.fromEntries(Object.keys(SERIES).map((series) => [series, [] as Point[]])) as Record<Series, Point[]>;
  const startedAt = performance.now();
  let before: Point | undefined;
  while (!isOver()) {
    const answer = await gateway.adminGet('/metrics').catch(() => undefined);
    const at = (performance.now() - startedAt) / 1_000;
    if (answer?.status === 200) {
      const metrics = String(answer.content);
      for (const [series, { metric, scale }] of Object.entries(SERIES)) {
        if (metric !== undefined && series !== 'cpu')
          samples[series as Series].push({ at, value: readMetric(metrics, metric) * scale });
      }
      const cpu = { at, value: readMetric(metrics, SERIES.cpu.metric) };
      // A counter: shown is what was used since the last reading.
      if (before !== undefined)
        samples.cpu.push({ at, value: ((cpu.value - before.value) / (at - before.at)) * SERIES.cpu.scale });
      before = cpu;
      samples.load.push({ at, value: loadavg()[0] ?? 0 });
    }
    await pause(everyMs);
  }
  return samples;
}

/** The value of a metric in the text format of Prometheus, over all of its labels. @throws when it is not there */
export function readMetric(text: string, name: string): number {
  const values = [...text.matchAll(new RegExp(String.raw`^${name}(?:\{[^}]*\})? (\S+)$`, 'gm'))].map(([, value]) =>
    Number(value),
  );
  if (values.length === 0) throw new Error(`Found no metric ${name}`);
  return values.reduce((sum, value) => sum + value, 0);
}
