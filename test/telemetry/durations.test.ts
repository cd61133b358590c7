import { Registry, type Metric } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { Durations } from '../../src/telemetry/durations.ts';

describe('Durations', () => {
  it('Durations reads as a Prometheus histogram with cumulative buckets', async () => {
    const durations = new Durations('test_seconds', 'A test', [0.1, 1]);
    for (const seconds of [0.125, 0.0625, 0.5, 1, 7]) durations.observe(seconds);
    const registry = new Registry();
    registry.registerMetric(durations as unknown as Metric);
    expect((await registry.metrics()).trim().split('\n')).toEqual([
      '# HELP test_seconds A test',
      '# TYPE test_seconds histogram',
      'test_seconds_bucket{le="0.1"} 1',
      'test_seconds_bucket{le="1"} 4',
      'test_seconds_bucket{le="+Inf"} 5',
      'test_seconds_sum 8.6875',
      'test_seconds_count 5',
    ]);
  });
});
