import { describe, expect, it } from 'vitest';
import { Exposition } from '../../../src/cli/top/exposition.ts';
import type { Observation } from '../../../src/cli/top/observation.ts';
import { readingOf } from '../../../src/cli/top/reading.ts';
import { fail } from '../../../src/core/result.ts';

const NOT = fail({ code: 3, sentence: 'The store is down', isPassing: true } as const);

function observation(seconds: number, permits: number, alarms: number): Observation {
  const text = `cordon_decisions_total{effect="permit",code="none"} ${permits}\ncordon_alarms_total{alarm="sink-behind"} ${alarms}\n`;
  const missing = { health: NOT, agents: NOT, pending: NOT, exchanges: NOT, limits: NOT, tables: NOT };
  return { at: seconds * 1000, clock: seconds * 1000, metrics: new Exposition(text), ...missing };
}

describe('readingOf()', () => {
  it('makes rates of counters, over the time that has passed', () => {
    const reading = readingOf(observation(10, 100, 0), observation(14, 120, 1));
    expect(reading).toMatchObject({ seconds: 4, perSecond: { permit: 5, hold: 0 } });
    expect(reading.alarms).toEqual([{ alarm: 'sink-behind', total: 1, fresh: 1 }]);
  });

  it('counts from nothing where a counter has begun anew', () => {
    expect(readingOf(observation(10, 100, 0), observation(12, 6, 0)).perSecond.permit).toBe(3);
  });

  it('goes on without what could not be asked, and says why once', () => {
    const reading = readingOf(observation(10, 0, 0), observation(12, 0, 0));
    expect(reading.problems).toEqual(['The store is down']);
    expect(reading).not.toHaveProperty('busiest');
  });
});
