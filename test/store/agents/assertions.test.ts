import { expect, it } from 'vitest';
import { createAssertionRepository } from '../../../src/store/agents/assertion-repository.ts';
import { describeOnEveryEngine } from '../engines.ts';

describeOnEveryEngine('taken assertions', (engine) => {
  it('are taken by one replica alone, until they are forgotten', async () => {
    const shared = await engine.create();
    const one = createAssertionRepository((await shared.open()).db);
    const other = createAssertionRepository((await shared.open()).db);
    const all = await Promise.all([one, other, one, other].map((store) => store.take('aa', 1000)));
    expect(all.filter((taken) => taken.ok && taken.value)).toHaveLength(1);
    expect(all.every(({ ok }) => ok)).toBe(true);
    expect(await other.take('bb', 2000)).toEqual({ ok: true, value: true });
    await one.purge(1001);
    expect(await other.take('bb', 2000)).toEqual({ ok: true, value: false });
    expect(await other.take('aa', 1000)).toEqual({ ok: true, value: true });
  });
});
