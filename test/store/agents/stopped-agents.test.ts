import { expect, it } from 'vitest';
import type { AgentId } from '../../../src/core/ids.ts';
import type { StoppedAgent } from '../../../src/core/stopped-agent.ts';
import { createStoppedAgentRepository } from '../../../src/store/agents/stopped-agent-repository.ts';
import { describeOnEveryEngine } from '../engines.ts';

function stopped(agent: string, more: Partial<StoppedAgent> = {}): StoppedAgent {
  return { agent: agent as AgentId, at: 1_800_000_000_000, by: 'otto@acme.example', ...more };
}

describeOnEveryEngine('stopped agents', (engine) => {
  it('are listed by name, as they were stopped, until they are let go on', async () => {
    const store = createStoppedAgentRepository((await engine.open()).db);
    expect(await store.stop(stopped('b', { reason: "it's '); --" }))).toEqual({ ok: true, value: true });
    expect(await store.stop(stopped('a'))).toEqual({ ok: true, value: true });
    const listed = await store.list();
    expect(listed).toEqual({ ok: true, value: [stopped('a'), stopped('b', { reason: "it's '); --" })] });
    expect(await store.resume('b' as AgentId)).toEqual({ ok: true, value: true });
    expect(await store.resume('b' as AgentId)).toEqual({ ok: true, value: false });
    expect(await store.list()).toEqual({ ok: true, value: [stopped('a')] });
  });

  it('keep the first of two stops', async () => {
    const store = createStoppedAgentRepository((await engine.open()).db);
    await store.stop(stopped('a', { reason: 'first' }));
    expect(await store.stop(stopped('a', { reason: 'second', at: 1 }))).toEqual({ ok: true, value: false });
    expect(await store.list()).toEqual({ ok: true, value: [stopped('a', { reason: 'first' })] });
  });
});
