import { describe, expect, it } from 'vitest';
import type { ExchangeSummary } from '../../src/admin/contract/exchanges.ts';
import { timelineOf } from '../../src/console/sessions/timeline-items.ts';

const exchange = (seconds: number, more: Partial<ExchangeSummary> = {}): ExchangeSummary => ({
  id: `x${seconds}`,
  state: 'ended',
  time: new Date(Date.UTC(2026, 10, 22, 10) + seconds * 1000).toISOString(),
  decision: 'permit',
  rules: [],
  milliseconds: 1000,
  ...more,
});

describe('timelineOf()', () => {
  it('puts exchanges in the order in which they began, each with its share of the time', () => {
    expect(timelineOf([exchange(8, { milliseconds: 2000 }), exchange(0, { milliseconds: 4000 }), exchange(2)])).toMatchObject([
      { exchange: { id: 'x0' }, offset: 0, from: 0, to: 0.4 },
      { exchange: { id: 'x2' }, offset: 2000, from: 0.2, to: expect.closeTo(0.3) },
      { exchange: { id: 'x8' }, offset: 8000, from: 0.8, to: 1 },
    ]);
  });

  it('tells a pause, and gives what comes after it a scale of its own', () => {
    const items = timelineOf([exchange(0), exchange(29), exchange(60), exchange(61)]);
    expect(items.map(({ pause }) => pause)).toEqual([undefined, undefined, 30_000, undefined]);
    expect(items.map(({ from, to }) => [from, to])).toEqual([
      [0, expect.closeTo(1 / 30)],
      [expect.closeTo(29 / 30), 1],
      [0, 0.5],
      [0.5, 1],
    ]);
    expect(items.map(({ offset }) => offset)).toEqual([0, 29_000, 60_000, 61_000]);
  });

  it('hides no pause behind a tunnel that stays open, and ends its bar with the stretch', () => {
    const items = timelineOf([exchange(0, { kind: 'connect', milliseconds: 600_000 }), exchange(1), exchange(120)]);
    expect(items).toMatchObject([{ to: 1 }, { from: 0.5, to: 1 }, { pause: 118_000, from: 0, to: 1 }]);
  });

  it('draws what has not ended to the end, and what took no time as what it is', () => {
    const open = exchange(0, { state: 'open' });
    delete (open as { milliseconds?: number }).milliseconds;
    expect(timelineOf([open, exchange(3, { milliseconds: 0 })])).toMatchObject([
      { from: 0, to: 1 },
      { from: 1, to: 1 },
    ]);
    expect(timelineOf([open])).toMatchObject([{ from: 0, to: 1 }]);
    expect(timelineOf([])).toEqual([]);
  });
});
