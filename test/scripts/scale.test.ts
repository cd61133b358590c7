import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { sizeCell, TARGET_LOAD } from '../../scripts/scale/cell.ts';
import { CODING_AGENT, MEASURED } from '../../scripts/scale/costs.ts';
import { scalePage, scaleTables } from '../../scripts/scale/page.ts';
import { simulateWaiting } from '../../scripts/scale/waiting.ts';

describe('docs/scale.md', () => {
  it('says what the model says', () => {
    const page = readFileSync(new URL('../../docs/scale.md', import.meta.url), 'utf8');
    expect(scalePage(page, scaleTables())).toBe(page);
  });
});

describe('simulateWaiting()', () => {
  // One server, constant service: Pollaczek and Khinchine give a mean of load / (2 (1 - load)) services; its median is below.
  it('gives what queueing theory gives', () => {
    const constant = [{ share: 1, cpu: 1000 }];
    const { p50, p99 } = simulateWaiting({ processes: 1, load: 0.5, kinds: constant, requests: 200_000, seed: 7 });
    // M/D/1 at one half: P(wait = 0) is one half, and P(wait > 3.2 services) about one in a hundred.
    expect(p50).toBeLessThan(50);
    expect(p99 / 1000).toBeCloseTo(3.2, 0);
  });

  it('waits longer the fuller it is, and the same for the same seed', () => {
    const at = (load: number) =>
      simulateWaiting({ processes: 4, load, kinds: [{ share: 1, cpu: 100 }], requests: 50_000, seed: 3 });
    expect(at(0.5).p99).toBeLessThan(at(0.8).p99);
    expect(at(0.6)).toEqual(at(0.6));
  });
});

describe('sizeCell()', () => {
  it('never fills a process beyond its share, and keeps one to spare', () => {
    for (const agents of [1, 20, 2_000, 200_000]) {
      const { cpu, processes } = sizeCell(agents, MEASURED, CODING_AGENT);
      expect(processes).toBeGreaterThanOrEqual(2);
      expect(cpu / processes).toBeLessThanOrEqual(TARGET_LOAD);
    }
  });

  it('grows with agents and with what each of them costs', () => {
    const cell = sizeCell(10_000, MEASURED, CODING_AGENT);
    expect(sizeCell(20_000, MEASURED, CODING_AGENT).cpu).toBeCloseTo(2 * cell.cpu, 6);
    expect(sizeCell(10_000, MEASURED, { ...CODING_AGENT, masked: 0 }).cpu).toBeLessThan(cell.cpu);
    expect(sizeCell(10_000, { ...MEASURED, tunnel: 0 }, CODING_AGENT).memory).toBeLessThan(cell.memory);
  });
});
