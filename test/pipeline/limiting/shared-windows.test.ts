import { expect, it } from 'vitest';
import { limitKey } from '../../../src/pipeline/limiting/limit-key.ts';
import type { LimitClaim } from '../../../src/pipeline/limiting/limit-ledger.ts';
import { SharedWindows } from '../../../src/pipeline/limiting/shared-windows.ts';
import { createLimitRepository } from '../../../src/store/fleet/limit-repository.ts';
import { systemClock } from '../../../src/app/system.ts';
import { describeOnEveryEngine } from '../../store/engines.ts';

const HOUR = 3_600_000;
const claim = (agent: string, most: number, unit: LimitClaim['unit'] = 'requests'): LimitClaim => ({
  key: limitKey({ by: 'rule', id: 'r', unit, every: HOUR, per: 'agent', agent }),
  unit,
  every: HOUR,
  most,
});

describeOnEveryEngine('SharedWindows', (engine) => {
  const both = engine.openTwice(['limit_windows']);
  const replicas = () => both().map(({ db }) => new SharedWindows(createLimitRepository(db, systemClock), systemClock));

  it('let two replicas take together what one may, to the request', async () => {
    const [a, b] = replicas();
    // Two limits in two orders: neither waits for the other.
    const [few, many] = [claim('few', 50), claim('many', 1_000)];
    const asked = Array.from({ length: 60 }, () => [a!.take([few, many]), b!.take([many, few])]).flat();
    const answers = await Promise.all(asked);
    expect(answers.filter((refused) => refused === undefined)).toHaveLength(50);
    const refused = answers.filter((each) => each !== undefined);
    expect(new Set(refused.map((each) => typeof each === 'object' && each.claim))).toEqual(new Set([0, 1]));
    // Nothing was taken of the other limit where one was used up.
    expect(await a!.take([claim('many', 51)])).toBeUndefined();
    expect(await b!.take([claim('many', 51)])).toMatchObject({ claim: 0, retryAfter: expect.any(Number) as number });
  });

  it('know which limits of those they count are nearest to their end', async () => {
    const [a, b] = replicas();
    const claims = [claim('few', 4), claim('many', 100)];
    await a!.take(claims);
    await b!.take(claims);
    await b!.take([claim('other', 100)]);
    const fullest = (windows: SharedWindows) => windows.fullest(2, () => true).map(({ agent, used }) => ({ agent, used }));
    expect(fullest(b!)).toEqual([
      { agent: 'few', used: 2 },
      { agent: 'many', used: 2 },
    ]);
    expect(b!.fullest(9, ({ agent }) => agent === 'other')).toMatchObject([{ most: 100, retryAfter: 0 }]);
  });

  it('give back on one what the other may take', async () => {
    const [a, b] = replicas();
    const one = [claim('one', 1)];
    expect(await a!.take(one)).toBeUndefined();
    expect(await b!.take(one)).toMatchObject({ claim: 0 });
    a!.giveBack(one);
    await expect.poll(() => b!.take(one)).toBeUndefined();
  });

  it('count bytes of both, and say for how long nothing is left', async () => {
    const [a, b] = replicas();
    const bytes = [claim('bytes', 1_000, 'bytes')];
    expect(await a!.use(bytes, 600)).toBeUndefined();
    expect(await b!.use(bytes, 600)).toMatchObject({ claim: 0 });
    const refused = await a!.take(bytes);
    if (typeof refused !== 'object') throw new Error(`Found ${refused}, expected that nothing is left`);
    expect(refused.retryAfter).toBeGreaterThan(0.9 * HOUR);
    expect(refused.retryAfter).toBeLessThanOrEqual((61 / 60) * HOUR);
  });

  it('know in the store neither agents nor hosts, and forget what has ended', async () => {
    const [a] = replicas();
    const [{ db }] = both();
    await a!.take([claim('secret-agent', 5)]);
    const rows = await db.selectFrom('limit_windows').selectAll().execute();
    expect(rows).toHaveLength(1);
    expect(JSON.stringify(rows)).not.toContain('secret');
    const limits = createLimitRepository(db, systemClock);
    const left = async () => (await db.selectFrom('limit_windows').selectAll().execute()).length;
    await limits.purge(systemClock.now());
    expect(await left()).toBe(1);
    await limits.purge(systemClock.now() + 2 * HOUR);
    expect(await left()).toBe(0);
  });
});

describeOnEveryEngine('SharedWindows without a store', (engine) => {
  it('let nothing go that nobody can count', async () => {
    const database = await engine.open();
    const windows = new SharedWindows(createLimitRepository(database.db, systemClock), systemClock);
    await database.close();
    expect(await windows.take([claim('any', 5)])).toBe('unknown');
    expect(await windows.use([claim('any', 5, 'bytes')], 1)).toBe('unknown');
  });
});
