import { describe, expect, it } from 'vitest';
import { createMetrics } from '../../src/telemetry/metrics.ts';

async function lines(metrics: ReturnType<typeof createMetrics>): Promise<string[]> {
  return (await metrics.render()).text.split('\n');
}

describe('createMetrics()', () => {
  it('count() adds by labels', async () => {
    const metrics = createMetrics();
    metrics.count('cordon_decisions_total', { kind: 'connect', effect: 'deny', code: 'no_rule' });
    metrics.count('cordon_decisions_total', { kind: 'connect', effect: 'deny', code: 'no_rule' });
    metrics.count('cordon_content_bytes_total', { direction: 'sent' }, 1024);
    const text = await lines(metrics);
    expect(text).toContain('cordon_decisions_total{kind="connect",effect="deny",code="no_rule"} 2');
    expect(text).toContain('cordon_content_bytes_total{direction="sent"} 1024');
  });

  it('observe() sorts durations into buckets', async () => {
    const metrics = createMetrics();
    metrics.observe('cordon_decision_seconds', 0.000_003);
    const text = await lines(metrics);
    expect(text).toContain('cordon_decision_seconds_bucket{le="0.000002"} 0');
    expect(text).toContain('cordon_decision_seconds_bucket{le="0.000005"} 1');
  });

  it('sample() reads a gauge at every scrape, set() stays', async () => {
    const metrics = createMetrics();
    let open = 1;
    metrics.sample('cordon_connections', () => open);
    metrics.set('cordon_spool_bytes', 7);
    expect(await lines(metrics)).toContain('cordon_connections 1');
    open = 5;
    const text = await lines(metrics);
    expect(text).toContain('cordon_connections 5');
    expect(text).toContain('cordon_spool_bytes 7');
  });

  it('render() names the exposition format and says what each metric is', async () => {
    const { contentType, text } = await createMetrics().render();
    expect(contentType).toMatch(/^text\/plain; version=0\.0\.4/);
    const unexplained = text
      .split('\n')
      .filter(
        (line) =>
          line.startsWith('cordon_') &&
          !text.includes(`# HELP ${/^(cordon_[a-z_]*?)(?:_bucket|_sum|_count)?[ {]/.exec(line)?.[1]}`),
      );
    expect(unexplained).toEqual([]);
  });

  it('createMetrics() counts from nothing each time', async () => {
    createMetrics().count('cordon_policy_reloads_total', { result: 'loaded' });
    expect(await lines(createMetrics())).not.toContain('cordon_policy_reloads_total{result="loaded"} 1');
  });
});
