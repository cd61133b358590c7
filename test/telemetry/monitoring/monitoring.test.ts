import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { CODES } from '../../../src/core/codes.ts';
import type { CounterLabels, CounterName } from '../../../src/telemetry/metrics.ts';
import { startLab, type Lab } from '../../support/lab.ts';
import { namedIn } from './promql.ts';

const MONITORING = join(import.meta.dirname, '../../../docs/monitoring');
const RULES = join(MONITORING, 'alerts.yaml');
const HAS_PROMTOOL = spawnSync('promtool', ['--version']).status === 0;

/** Labels of each counter: the compiler compares them with what is counted. */
const COUNTER_LABELS: { readonly [N in CounterName]: { readonly [label in keyof CounterLabels[N]]: true } } = {
  cordon_decisions_total: { kind: true, effect: true, code: true },
  cordon_refusals_total: { code: true },
  cordon_policy_reloads_total: { result: true },
  cordon_alarms_total: { alarm: true },
  cordon_content_bytes_total: { direction: true },
  cordon_findings_total: { entity: true, direction: true },
  cordon_webhook_deliveries_total: { event: true, result: true },
  cordon_worker_endings_total: { cause: true },
  cordon_pipe_full_total: { to: true },
  cordon_sink_deliveries_total: { sink: true, result: true },
  cordon_trace_spans_total: { result: true },
};
/** What Prometheus itself puts on everything that it scrapes. */
const OF_THE_SCRAPE = new Set(['instance', 'job']);
/** Values that rules compare with, of labels that are closed unions of this program. */
const VALUES: Readonly<Record<string, ReadonlySet<string>>> = {
  code: new Set<string>([...Object.keys(CODES), 'none']),
  effect: new Set<CounterLabels['cordon_decisions_total']['effect']>(['permit', 'hold', 'deny']),
  result: new Set<string>([
    ...(['loaded', 'refused'] satisfies CounterLabels['cordon_policy_reloads_total']['result'][]),
    ...(['delivered', 'failed', 'given-up'] satisfies CounterLabels['cordon_webhook_deliveries_total']['result'][]),
  ]),
};

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string };
}

interface Panel {
  readonly id: number;
  readonly title: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets: readonly { readonly expr: string; readonly legendFormat: string }[];
}

const rules = (parse(readFileSync(RULES, 'utf8')) as { groups: readonly { rules: readonly Rule[] }[] }).groups.flatMap(
  (group) => group.rules,
);
const { panels } = JSON.parse(readFileSync(join(MONITORING, 'grafana-dashboard.json'), 'utf8')) as {
  readonly panels: readonly Panel[];
};

/** Each expression, and the labels that its texts show. */
const EXPRESSIONS: readonly (readonly [from: string, expression: string, shown: readonly string[]])[] = [
  ...rules.map(
    ({ alert, expr, annotations }) =>
      [alert, expr, [...annotations.summary.matchAll(/\$labels\.(\w+)/g)].map(([, label = '']) => label)] as const,
  ),
  ...panels.flatMap(({ title, targets }) =>
    targets.map(
      ({ expr, legendFormat }) =>
        [title, expr, [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label = '']) => label)] as const,
    ),
  ),
];

/** Names of samples, with the labels that they have. */
function exportedBy(text: string): ReadonlyMap<string, ReadonlySet<string>> {
  const exported = new Map<string, Set<string>>();
  for (const [, name, type] of text.matchAll(/^# TYPE (\S+) (\S+)$/gm)) {
    for (const suffix of type === 'histogram' ? ['_bucket', '_sum', '_count'] : [''])
      exported.set(`${name}${suffix}`, new Set());
  }
  for (const [line, name] of text.matchAll(/^(\w+)\{.*\} /gm)) {
    for (const [, label] of line.matchAll(/(\w+)="/g)) exported.get(String(name))?.add(String(label));
  }
  for (const [name, labels] of Object.entries(COUNTER_LABELS)) {
    for (const label of Object.keys(labels)) exported.get(name)?.add(label);
  }
  return exported;
}

describe('the dashboard and the alert rules', () => {
  let lab: Lab;
  const exported = new Map<string, ReadonlySet<string>>();

  beforeAll(async () => {
    lab = await startLab({
      origins: {},
      rules: [],
      settings: {
        node: { place: 'DE' },
        sinks: [{ type: 'http', url: 'http://127.0.0.1:9/', place: 'DE', secret: 'sink' }],
      },
      gateway: { environment: {} },
    });
    for (const [name, labels] of exportedBy(String((await lab.gateway.adminGet('/metrics')).content)))
      exported.set(name, labels);
  });
  afterAll(() => lab[Symbol.asyncDispose]());

  it.each(EXPRESSIONS)('%s: %s names what a gateway exports', (_from, expression, shown) => {
    const { selectors, grouping } = namedIn(expression);
    const known = new Set(OF_THE_SCRAPE);
    for (const { metric, labels } of selectors) {
      expect([...exported.keys()]).toContain(metric);
      const own = exported.get(metric) ?? new Set();
      for (const label of own) known.add(label);
      for (const { name, value } of labels) {
        expect([metric, [...own, ...OF_THE_SCRAPE]]).toEqual([metric, expect.arrayContaining([name])]);
        if (value !== undefined && VALUES[name] !== undefined) expect([...VALUES[name]]).toContain(value);
      }
    }
    if (selectors.length === 0) expect(expression).toMatch(/^up\{job="cordon"\}/);
    for (const label of [...grouping, ...shown]) expect([...known]).toContain(label);
    // A sum forgets the labels that it is not grouped by.
    if (/\bsum by\b/.test(expression)) for (const label of shown) expect(grouping).toContain(label);
  });

  it('would notice what nobody exports', () => {
    const { selectors, grouping } = namedIn('sum by (colour) (rate(cordon_nothing_total{taste="sweet",a=~"b"}[5m]))');
    expect(selectors).toEqual([{ metric: 'cordon_nothing_total', labels: [{ name: 'taste', value: 'sweet' }, { name: 'a' }] }]);
    expect(grouping).toEqual(['colour']);
    expect(exported.has('cordon_nothing_total')).toBe(false);
  });

  it('every metric of the program is on the dashboard', () => {
    const shown = new Set(
      panels.flatMap(({ targets }) => targets.flatMap(({ expr }) => namedIn(expr).selectors)).map(({ metric }) => metric),
    );
    const told = new Set(rules.flatMap(({ expr }) => namedIn(expr).selectors).map(({ metric }) => metric));
    const own = [...exported.keys()].filter((name) => name.startsWith('cordon_') && !/_(?:sum|count)$/.test(name));
    const missing = own.filter((name) => !shown.has(name) && !told.has(name));
    expect(missing).toEqual(['cordon_policy_generation', 'cordon_log_dropped_lines', 'cordon_sink_last_success_seconds']);
  });

  it('rules have a name of their own, a severity and a sentence; panels have one and overlap nowhere', () => {
    expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
    for (const { alert, labels, annotations } of rules) {
      expect(alert).toMatch(/^Cordon[A-Z]/);
      expect(['critical', 'warning']).toContain(labels.severity);
      expect(annotations.summary).toMatch(/Cordon|\$labels/);
    }
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, i) => `${x + (i % w)} ${y + Math.floor(i / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    expect(Math.max(...panels.map(({ gridPos: { x, w } }) => x + w))).toBeLessThanOrEqual(24);
  });

  it.skipIf(!HAS_PROMTOOL)('promtool reads the rules', () => {
    const { status, stdout, stderr } = spawnSync('promtool', ['check', 'rules', RULES], { encoding: 'utf8' });
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toContain(`${rules.length} rules found`);
  });
});
