import { describe, expect, it } from 'vitest';
import { busiest } from '../../../src/cli/top/busiest.ts';
import type { Reading } from '../../../src/cli/top/reading.ts';
import { topView, type TopFrame } from '../../../src/cli/top/top-view.ts';

const NOW = Date.parse('2026-11-27T10:00:00Z');
/** What moves the cursor, turns the direction of writing, or hides. */
const HOSTILE = 'evil\u001B[2J\u202E\u200Bhost';
const FRAME: TopFrame = {
  width: 200,
  height: 60,
  now: NOW,
  origin: 'http://127.0.0.1:3129',
  terminal: { style: (_format, text) => text },
};

const exchange = (target: string, decision: 'permit' | 'deny', seconds: number) => ({
  id: '1',
  state: 'ended' as const,
  time: new Date(NOW - seconds * 1000).toISOString(),
  agent: HOSTILE,
  kind: target.includes('//') ? 'forward' : 'connect',
  target,
  decision,
  rules: [HOSTILE],
});

const EXCHANGES = [
  exchange('https://a.example/x', 'permit', 1),
  exchange('a.example:443', 'deny', 2),
  exchange('https://a.example/y', 'permit', 3),
  exchange(HOSTILE, 'deny', 4),
];

const READING: Reading = {
  time: '2026-11-27T10:00:00.000Z',
  seconds: 2,
  perSecond: { permit: 1234.5, hold: 0, deny: 0.5, ended: 12, sent: 2048, received: 0, codes: { no_rule: 0.5 } },
  running: { exchanges: 3, tunnels: 1, connections: 7 },
  pending: { count: 200, isMore: true },
  agents: [{ id: 'idle', state: 'stopped', exchanges: 2 }],
  busiest: busiest(EXCHANGES, { now: NOW, seconds: 60, isCut: false }),
  limits: [
    {
      id: 'l',
      state: 'used-up',
      by: 'rule',
      name: 'few',
      per: 'destination',
      destination: HOSTILE,
      unit: 'requests',
      everySeconds: 60,
      most: 5,
      used: 5,
      retryAfterSeconds: 31,
    },
  ],
  process: { residentBytes: 200 * 1024 ** 2, cpuCores: 0.5, eventLoopDelaySeconds: 0.012 },
  record: { waitingBytes: 10 },
  sinks: [{ sink: 'sinks[0]', lagSeconds: 90, waitingRecords: 1200 }],
  tables: [{ id: 'aws', state: 'missing' }],
  oldestTableSeconds: 3 * 86_400,
  ready: true,
  policy: 'sha256:0123456789abcdef',
  workers: [{ id: '1', state: 'ready', exchanges: 3, restarts: 2 }],
  fleet: {
    uniform: false,
    replicas: ['a', 'b'].map((id) => ({ id, policy: `sha256:${id}`, seen: '2026-11-27T10:00:00Z' })),
  },
  alarms: [{ alarm: 'sink-behind', total: 3, fresh: 1 }],
  problems: ['Not allowed: x'],
};

describe('topView()', () => {
  it('shows what happens, where it is and what is wrong', () => {
    const view = topView(READING, FRAME).join('\n');
    for (const part of [
      'http://127.0.0.1:3129  ready  2026-11-27T10:00:00Z',
      'permit 1,235   hold 0   deny 0.50',
      'sent 2.0 KiB/s',
      'no_rule 0.50',
      'exchanges 3   tunnels 1   connections 7   held 200+',
      'memory 200 MiB   CPU 0.50 cores   event loop p99 12 ms',
      'sinks[0] behind 1m (1,200 records)',
      'oldest 3d   aws missing',
      '1 ready, 3 running, replaced 2 times   fleet of 2: 2 policies   policy sha256:0123456789a…',
      'sink-behind 3 (+1)',
      'not shown    Not allowed: x',
    ]) {
      expect(view).toContain(part);
    }
    expect(view).toMatch(/^AGENT OF THE NEWEST 4, 60 s +\/s +PERMIT +HOLD +DENY +RUNNING$/m);
    expect(view).toMatch(/^idle +0 +0 +0 +0 +2, stopped$/m);
    expect(view).toMatch(/^a\.example +0\.03 +2 +0 +0$/m);
    expect(view).toMatch(/^rule few +evil\S+ +5 \(100 %\) +5 requests +1m +31s$/m);
  });

  it('escapes what a stranger may have written', () => {
    const view = topView(READING, FRAME).join('\n');
    expect(view).toContain(String.raw`evil\u001b[2J\u202e\u200bhost`);
    // oxlint-disable-next-line no-control-regex -- It is looked for.
    expect(view).not.toMatch(/[\u0000-\u0009\u000B-\u001F\u007F-\u009F\u200B\u202E]/);
  });

  it('fits every size of a terminal', () => {
    for (const [width, height] of [
      [1, 1],
      [20, 5],
      [80, 14],
      [80, 24],
      [160, 40],
    ] as const) {
      const lines = topView(READING, { ...FRAME, width, height });
      expect(lines.length).toBeLessThanOrEqual(height);
      expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(width);
    }
  });

  it('says since when a gateway does not answer, over what it said last', () => {
    const [title, ...rest] = topView(READING, { ...FRAME, goneSince: NOW - 5000 });
    expect(title).toContain('does not answer for 5s; asking again');
    expect(rest).toEqual(topView(READING, FRAME).slice(1));
  });
});

describe('busiest()', () => {
  it('knows how far back a page goes that was cut', () => {
    expect(busiest(EXCHANGES, { now: NOW, seconds: 60, isCut: true }).seconds).toBe(4);
  });
});
