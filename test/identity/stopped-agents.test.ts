import { describe, expect, it } from 'vitest';
import type { Failure } from '../../src/core/codes.ts';
import type { AgentId } from '../../src/core/ids.ts';
import { fail, ok, type Result } from '../../src/core/result.ts';
import type { StoppedAgent } from '../../src/core/stopped-agent.ts';
import { StoppedAgents } from '../../src/identity/stopped-agents.ts';

type Listed = Result<readonly StoppedAgent[], Failure>;

const DOWN: Listed = fail({ code: 'store_unavailable', detail: 'down' });
const A = 'a' as AgentId;
const STOPPED: Listed = ok([{ agent: A, at: 0, by: 'otto' }]);

/** A port that answers when it is told to, in the order in which it was asked. */
function gated() {
  const asked: ((listed: Listed) => void)[] = [];
  return { list: () => new Promise<Listed>((resolve) => asked.push(resolve)), asked };
}

describe('StoppedAgents', () => {
  it('does not open where nobody can tell', async () => {
    expect(await StoppedAgents.open({ list: () => Promise.resolve(DOWN) })).toEqual(DOWN);
  });

  it('keeps who is stopped while the store is down', async () => {
    let listed: Listed = STOPPED;
    const agents = await StoppedAgents.open({ list: () => Promise.resolve(listed) });
    if (!agents.ok) throw new Error(agents.failure.detail);
    listed = DOWN;
    expect(await agents.value.refresh()).toEqual(DOWN);
    expect(agents.value.check(A)).toMatchObject({ ok: false, failure: { code: 'agent_stopped' } });
    listed = ok([]);
    await agents.value.refresh();
    expect(agents.value.check(A)).toEqual(ok(undefined));
  });

  it('reads again for whoever asks while it reads: what was read may be older than what they know', async () => {
    const store = gated();
    const opening = StoppedAgents.open(store);
    store.asked.shift()!(ok([]));
    const agents = await opening;
    if (!agents.ok) throw new Error(agents.failure.detail);
    const first = agents.value.refresh();
    const second = agents.value.refresh();
    store.asked.shift()!(ok([]));
    await expect.poll(() => store.asked.length).toBe(1);
    store.asked.shift()!(STOPPED);
    await Promise.all([first, second]);
    expect(agents.value.check(A)).toMatchObject({ ok: false });
  });
});
