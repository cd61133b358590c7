import { cp, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { describeOnPostgres, newPostgresSchema } from '../store/engines.ts';
import { openSqlite } from '../../src/store/sqlite.ts';
import { createTestCa } from '../support/certificates.ts';
import { MACHINE_CLOCK } from '../support/clock.ts';
import { startGateway } from '../support/gateway.ts';
import type { Script } from '../support/origin.ts';
import { hold, hookSettings, setSecret, startHookLab } from '../end-to-end/webhooks/hook-lab.ts';
import { startReceiver } from '../end-to-end/webhooks/receiver.ts';

const EVENTS = ['approval.pending'];

describe('a message that waits', () => {
  it('outlives kill -9, and so does news that the process had no time to store', async () => {
    const ca = await createTestCa('Receivers');
    await using receiver = await startReceiver(ca);
    // No secret yet: what happens is stored, and not delivered.
    await using lab = await startHookLab({ ca, receivers: [receiver], events: EVENTS, gateway: { keepDirectory: true } });
    const { directory } = lab.gateway;
    const [stored, lost] = [await hold(lab, 1), await hold(lab, 2)];
    await expect.poll(() => waitingIn(directory)).toEqual([stored, lost].map((id) => `msg_${id}_pending`).sort());
    lab.gateway.signal('SIGKILL');
    await lab.gateway.exited;
    await waitingIn(directory, `msg_${lost}_pending`);
    expect(receiver.origin.connections).toEqual([]);

    await setSecret(lab.gateway);
    const again = { rules: lab.policy([]), settings: hookSettings([receiver], EVENTS), trust: [ca.pem], directory };
    await using gateway = await startGateway(again);
    const told = () =>
      receiver
        .messages()
        .map(({ id }) => id)
        .sort();
    await expect.poll(told, { timeout: 15_000 }).toEqual([stored, lost].map((id) => `msg_${id}_pending`).sort());
    await gateway.stop();
  });

  it('tells also of a deadline that came by itself', async () => {
    const ca = await createTestCa('Receivers');
    await using receiver = await startReceiver(ca);
    await using lab = await startHookLab({ ca, receivers: [receiver], events: ['approval.expired'], expires: '2s' });
    await setSecret(lab.gateway);
    const id = await hold(lab, 1);
    await expect.poll(() => receiver.messages(), { timeout: 15_000 }).toMatchObject([{ data: { id, state: 'expired' } }]);
  });
});

/** Ids of what waits in the store of a gateway; one of them can be taken away, as if it had never been stored. */
async function waitingIn(directory: string, without?: string): Promise<readonly string[]> {
  const opened = await openSqlite({ file: join(directory, 'data/cordon.db'), clock: MACHINE_CLOCK });
  if (!opened.ok) throw new Error(opened.failure.detail);
  await using database = opened.value;
  if (without !== undefined) await database.db.deleteFrom('webhook_outbox').where('id', '=', without).execute();
  const rows = await database.db.selectFrom('webhook_outbox').select('id').where('state', '=', 'waiting').execute();
  return rows.map(({ id }) => id).sort();
}

describeOnPostgres('two replicas', () => {
  it('deliver each event, one attempt at a time', async () => {
    const ca = await createTestCa('Receivers');
    const counts = new Map<string, { now: number; most: number; all: number }>();
    // Slow, and each message is refused once: there is time for the other replica to try as well.
    const slow: Script = async ({ fields, connection }) => {
      const id = fields.find(([name]) => name.toLowerCase() === 'webhook-id')?.[1] ?? '';
      const count = counts.get(id) ?? { now: 0, most: 0, all: 0 };
      counts.set(id, { ...count, now: count.now + 1, most: Math.max(count.most, count.now + 1), all: count.all + 1 });
      await new Promise((resolve) => setTimeout(resolve, 300));
      counts.set(id, { ...counts.get(id)!, now: counts.get(id)!.now - 1 });
      connection.socket.write(`HTTP/1.1 ${count.all === 0 ? '503 Not yet' : '204 No Content'}\r\nContent-Length: 0\r\n\r\n`);
    };
    await using receiver = await startReceiver(ca, slow);
    const store = { url: await newPostgresSchema(), place: 'DE' };
    await using lab = await startHookLab({ ca, receivers: [receiver], events: EVENTS, settings: { store } });
    await setSecret(lab.gateway);
    // The second one shares keys and secrets, as a fleet does.
    const directory = await mkdtemp(join(tmpdir(), 'cordon-replica-'));
    for (const shared of ['data/keys', 'data/secrets'])
      await cp(join(lab.gateway.directory, shared), join(directory, shared), { recursive: true });
    const settings = hookSettings([receiver], EVENTS, { store });
    await using other = await startGateway({ rules: lab.policy([]), settings, trust: [ca.pem], directory });

    const ids = [];
    for (let n = 0; n < 10; n++) ids.push(`msg_${await hold(lab, n)}_pending`);
    const taken = () => [...counts.values()].filter(({ all, now }) => all === 2 && now === 0).length;
    await expect.poll(taken, { timeout: 15_000 }).toBe(ids.length);
    expect([...counts.keys()].sort()).toEqual(ids.sort());
    expect([...counts.values()]).toEqual(ids.map(() => ({ now: 0, most: 1, all: 2 })));
    const attempts = (await Promise.all([lab.gateway.records(), other.records()])).map(
      (records) => records.filter((each) => each.kind === 'decision' && each.session === 'webhook').length,
    );
    expect(attempts[0]! + attempts[1]!).toBe(2 * ids.length);
    expect(Math.min(...attempts)).toBeGreaterThan(0);
  });
});
