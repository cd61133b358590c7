import { describe, expect, it } from 'vitest';
import { Counts, Durations, Level } from '../../src/telemetry/instruments.ts';
import { openRegistry } from '../../src/telemetry/registry.ts';

/** What a scraper sees of one instrument. */
async function linesOf(instrument: Counts | Durations | Level): Promise<string[]> {
  const text = await openRegistry([instrument]).metrics();
  return text.split('\n').filter((line) => line.includes(instrument.name));
}

describe('Counts', () => {
  it('Counts has one series per combination of labels, and none before it is counted', async () => {
    const counts = new Counts('test_total', 'A test');
    counts.of({ kind: 'a', effect: 'permit' }).add(2);
    counts.of({ kind: 'a', effect: 'permit' }).add(1);
    counts.of({ kind: 'b', effect: 'deny' }).add(1);
    expect(await linesOf(counts)).toEqual([
      '# HELP test_total A test',
      '# TYPE test_total counter',
      'test_total{kind="a",effect="permit"} 3',
      'test_total{kind="b",effect="deny"} 1',
    ]);
  });
});

describe('Level', () => {
  it('Level is what was set last, or what is read at the moment', async () => {
    const level = new Level('test_level', 'A test', 'sum');
    expect(await linesOf(level)).toContain('test_level 0');
    level.set(4);
    expect(await linesOf(level)).toContain('test_level 4');
    let now = 7;
    level.sample(() => now);
    now = 8;
    expect(await linesOf(level)).toContain('test_level 8');
  });
});

describe('Durations', () => {
  it('Durations reads as a Prometheus histogram with cumulative buckets', async () => {
    const durations = new Durations('test_seconds', 'A test', [0.1, 1]);
    for (const seconds of [0.125, 0.0625, 0.5, 1, 7]) durations.observe(seconds);
    expect(await linesOf(durations)).toEqual([
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
