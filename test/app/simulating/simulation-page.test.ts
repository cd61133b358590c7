import { describe, expect, it } from 'vitest';
import { simulationPage } from '../../../src/app/simulating/simulation-page.ts';
import { simulationLines } from '../../../src/cli/simulation/simulation-lines.ts';
import type { ExchangeId, PolicyDigest } from '../../../src/core/ids.ts';
import type { ChangedGroup, SimulationResult } from '../../../src/policy/simulation/simulation-result.ts';

const HOSTILE = `<script>alert("1")</script>'\u202Etxt.exe\u001B[2J`;

function group(more: Partial<ChangedGroup> = {}): ChangedGroup {
  return {
    change: 'permit->deny',
    subject: 'bot',
    destination: 'api.example:443',
    before: { effect: 'permit', rules: ['api'], obligations: ['mask'] },
    after: { effect: 'deny', code: 'no_rule', rules: [], obligations: [] },
    count: 2,
    exchange: 'x1' as ExchangeId,
    first: '2026-11-20T10:00:00.000Z',
    last: '2026-11-21T10:00:00.000Z',
    ...more,
  };
}

function resultWith(groups: readonly ChangedGroup[], more: Partial<SimulationResult> = {}): SimulationResult {
  const changed = groups.reduce((sum, { count }) => sum + count, 0);
  return {
    policy: 'sha256:00' as PolicyDigest,
    now: Date.UTC(2026, 10, 22),
    decided: changed + 5,
    same: 5,
    changed,
    changes: [{ change: 'permit->deny', count: changed }],
    untold: [{ because: 'content', count: 3 }],
    own: 0,
    unasked: 0,
    rules: { named: [{ name: 'api', count: changed }], others: 0 },
    subjects: { named: groups.map(({ subject, count }) => ({ name: subject, count })), others: 0 },
    destinations: { named: groups.map(({ destination, count }) => ({ name: destination, count })), others: 0 },
    groups,
    ungrouped: 0,
    ...more,
  };
}

const everywhere = group({
  subject: HOSTILE,
  destination: HOSTILE,
  exchange: HOSTILE as ExchangeId,
  before: { effect: 'permit', rules: [HOSTILE], obligations: [HOSTILE] },
});

describe('simulationPage()', () => {
  it('escapes what agents and candidates can write', () => {
    const page = simulationPage(resultWith([everywhere]), { candidate: HOSTILE });
    expect(page).not.toContain('<script');
    for (const character of ['\u202E', '\u001B']) expect(page).not.toContain(character);
    expect(page).toContain(String.raw`&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&#39;\u202etxt.exe`);
    expect(page).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`);
  });

  it('says what is told, what cannot be, and what is left out', () => {
    const many = Array.from({ length: 502 }, (_, index) => group({ destination: `h${index}.example:443` }));
    const page = simulationPage(resultWith(many, { ungrouped: 7 }), { candidate: 'next', since: '2026-11-15T00:00:00.000Z' });
    expect(page).toContain('<dt>changed</dt><dd>1004</dd>');
    expect(page).toContain(
      '<td>a rule asks for content, of which the record holds only what was found</td><td class="count">3</td>',
    );
    expect(page).toContain('11 more exchanges in smaller groups');
    expect(page).toContain('<td>others</td><td class="count">4</td>');
    expect(page).toContain('since 2026-11-15T00:00:00.000Z');
  });
});

describe('simulationLines()', () => {
  it('tells a person what would change, and how', () => {
    const lines = simulationLines(resultWith([group()], { own: 1 }));
    expect(lines[0]).toBe('2 of 7 exchanges would change under sha256:00');
    expect(lines).toContain('  bot  api.example:443  permit by api (mask)  ->  deny no_rule  2  x1');
    expect(lines).toContain('not asked again: 0 that ended before any policy was asked, 1 of the gateway itself');
  });

  it('lets nothing that agents write move the cursor or turn text', () => {
    const text = simulationLines(resultWith([everywhere])).join('\n');
    for (const character of ['\u202E', '\u001B']) expect(text).not.toContain(character);
  });

  it('says what it leaves out', () => {
    const many = Array.from({ length: 25 }, (_, index) => group({ destination: `h${index}.example:443` }));
    expect(simulationLines(resultWith(many))).toContain('  and 10 more exchanges (--json shows all)');
  });
});
