import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { exchangesView } from '../../src/reporting/exchange-filter.ts';
import { renderReport } from '../../src/reporting/html/render-report.ts';
import { PlaceLabels } from '../../src/reporting/places.ts';
import type { Report } from '../../src/reporting/report.ts';
import { decision, figuresOf, linesOf, outcome, QUESTION } from './records.ts';

function reportOf(events: readonly object[], more: Partial<Report> = {}): Report {
  return {
    report: 1,
    jurisdiction: { id: 'dach', countries: ['AT', 'CH', 'DE'] },
    period: { since: QUESTION.since, until: QUESTION.until },
    madeAt: QUESTION.until,
    isComplete: true,
    ...figuresOf({ w1: linesOf(events) }),
    locations: [],
    tables: [],
    geoTrust: 'agreeing',
    chains: [],
    notes: [],
    ...more,
  };
}

const labels = new PlaceLabels(QUESTION.places);
const MIDDLES: Readonly<Record<string, readonly [number, number]>> = { DE: [10, 20], US: [1, 2] };

function pageOf(report: Report, consoleAddress: string = 'https://console.example'): string {
  return renderReport({
    report,
    outlines: { size: { width: 100, height: 50 }, paths: { DE: 'M0 0z', US: 'M1 1z' }, middle: (country) => MIDDLES[country] },
    countries: (label) => labels.countries(label),
    consoleAddress,
  });
}

const HOSTILE = `<script>alert(1)</script>"'\`><img src=x onerror=alert(1)>&\u202egnp\u0007`;

describe('the page of a report', () => {
  it('shows what strangers wrote as text, with everything invisible escaped', () => {
    const events = [
      decision('x1', {
        target: `https://${HOSTILE}`,
        decision: 'deny',
        code: HOSTILE,
        contradictions: [HOSTILE],
        rules: [HOSTILE],
      }),
      decision('x2', {
        transfer: { rule: HOSTILE, basis: HOSTILE, reference: HOSTILE },
        place: { entry: HOSTILE, processing: HOSTILE, storage: HOSTILE },
      }),
      outcome('x2', { findings: { [HOSTILE.replaceAll(/[{}]/g, '')]: 1 } }),
      decision('x3', { decision: 'hold', approval: HOSTILE, subject: HOSTILE }),
      {
        kind: 'admin',
        actor: HOSTILE,
        role: HOSTILE,
        action: 'approval.approved',
        subject: `approval:${HOSTILE}`,
        details: { reason: HOSTILE, agent: 'bot' },
      },
      { kind: 'policy', policy: HOSTILE, change: HOSTILE, loosened: [HOSTILE], errors: [HOSTILE] },
      { kind: 'gap', reason: HOSTILE },
    ];
    const chains = [{ writer: HOSTILE, state: 'broken' as const, reason: HOSTILE, unread: HOSTILE }];
    const page = pageOf(reportOf(events, { chains, notes: [HOSTILE] }));
    for (const raw of ['<script', '<img', '\u202e', '\u0007']) expect(page).not.toContain(raw);
    expect(page.match(/&#60;script&#62;alert\(1\)/g)!.length).toBeGreaterThan(15);
    // Every attribute is still one.
    expect(page).not.toMatch(/<[^>]*\son\w+=/i);
  });

  it('loads nothing, runs nothing, and has the one style that its policy allows', () => {
    const page = pageOf(reportOf([decision('x1'), outcome('x1')]));
    const policy = /http-equiv="Content-Security-Policy"\s+content="([^"]+)"/.exec(page)?.[1] ?? '';
    const [, style = ''] = /<style>([\s\S]*?)<\/style>/.exec(page) ?? [];
    const digest = createHash('sha256').update(style).digest('base64');
    expect(policy.replaceAll('&#39;', "'")).toBe(
      `default-src 'none'; style-src 'sha256-${digest}'; base-uri 'none'; form-action 'none'`,
    );
    expect(page).not.toMatch(/<(?:script|link|img|iframe|object|embed|form)\b|\sstyle=|url\(|@import|\ssrc=/i);
  });

  it('prints on A4, with heads of tables on every page and no row torn', () => {
    const page = pageOf(reportOf([]));
    expect(page).toMatch(/@page \{ size: A4;/);
    expect(page).toMatch(/@media print \{[\s\S]*break-inside: avoid[\s\S]*\}/);
    expect(page).toContain('thead { display: table-header-group; }');
  });

  it('leads from figures to their exchanges, by the names that the console takes', () => {
    const page = pageOf(reportOf([decision('x1', { decision: 'deny', code: 'no_rule', target: 'https://a&b.example/' })]));
    const link = /href="(https:\/\/console\.example\/#\/exchanges\?[^"]*code=[^"]*)"/.exec(page)?.[1] ?? '';
    const query = new URLSearchParams(link.replaceAll('&#38;', '&').split('?')[1]);
    expect(Object.fromEntries(query)).toEqual({
      since: QUESTION.since,
      until: QUESTION.until,
      decision: 'deny',
      code: 'no_rule',
      host: 'a&b.example',
    });
    expect(exchangesView({})).toBe('/#/exchanges');
  });

  it('draws where data went and where it was refused, and says the same in words', () => {
    const at = (place: string): object => ({ place: { entry: place, processing: place, storage: place } });
    const page = pageOf(
      reportOf([
        ...['x1', 'x2'].flatMap((id) => [decision(id, at('aws:eu-central-1')), outcome(id)]),
        decision('x3', { ...at('US'), decision: 'deny', code: 'outside_home' }),
        decision('x4', at('eu')),
        outcome('x4'),
        decision('x5', { ...at('unknown'), decision: 'deny', code: 'unknown_place' }),
      ]),
    );
    expect(page).toMatch(/<path d="M0 0z" class="home"/);
    expect(page).toMatch(/<circle class="in" cx="10" cy="20"/);
    expect(page).toMatch(/<circle class="refused" cx="1" cy="2"/);
    expect(page).toContain('Germany (inside): 2 carried');
    expect(page).toContain('United States (outside): 1 refused');
    expect(page).toContain('not drawn, no single country: eu (1 carried)');
    expect(page).toContain('not drawn, no single country: unknown (1 refused)');
  });

  it('says at its head when something is missing', () => {
    const chains = [{ writer: 'w1', state: 'broken' as const, reason: 'Found a block that was changed' }];
    const page = pageOf(reportOf([], { isComplete: false, chains }));
    expect(page).toContain('This report is not complete.');
    expect(page).toContain('Found a block that was changed');
    expect(pageOf(reportOf([]))).not.toContain('not complete');
  });
});
