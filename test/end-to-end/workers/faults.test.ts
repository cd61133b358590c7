import { readFileSync } from 'node:fs';
import { readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { HealthAnswer } from '../../../src/admin/contract.ts';
import { cordon } from '../../cli/cordon.ts';
import { describeOnPostgres } from '../../store/engines.ts';
import { startLab, type Lab, type LabOptions } from '../../support/lab.ts';
import type { RawConnection } from '../../support/raw-client.ts';
import { PostgresServer } from '../../support/postgres-server.ts';
import { ask } from '../masking/ask.ts';
import { startAnother, startReplica } from '../holding/replica.ts';
import { Crew } from './crew.ts';
import { Load } from './load.ts';

const API = 'api.de.lab.example';
const RULES = ['{ id: api, to: [api-de-lab-example], then: permit }'];
/** Of both workers together. */
const CONNECTIONS = 16;

/** One that has ended may stay in the table of processes until whoever has taken it over asks for its status. */
function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0) && !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

describeOnPostgres('two workers on PostgreSQL', () => {
  const stack = new AsyncDisposableStack();
  let lab: Lab;
  let crew: Crew;
  let settings: NonNullable<LabOptions['settings']>;

  beforeAll(async () => {
    const server = stack.use(await PostgresServer.start());
    settings = {
      workers: 2,
      node: { place: 'DE' },
      store: { url: server.url, place: 'DE' },
      limits: { connections: CONNECTIONS },
    };
    lab = stack.use(
      await startLab({
        origins: { [API]: { country: 'DE' } },
        rules: RULES,
        settings,
      }),
    );
    crew = new Crew(lab);
  }, 60_000);
  afterAll(() => stack.disposeAsync());

  async function get(target: string): Promise<number> {
    return (await ask(lab, API, { method: 'GET', target })).status;
  }

  it('close what comes beyond limits.connections at once, and record it', async () => {
    // In turn means nearly so: twice as many fill both of them.
    const clients: RawConnection[] = [];
    for (let n = 0; n < 2 * CONNECTIONS; n++) clients.push(await lab.connect('127.0.0.9'));
    await expect.poll(() => clients.filter(({ ended }) => !ended).length).toBe(CONNECTIONS);
    const refused = await lab.gateway.waitForRecord((each) => each.kind === 'decision' && each.client === '127.0.0.9');
    expect(refused).toMatchObject({ decision: 'deny', code: 'overloaded' });
    expect((await lab.gateway.adminGet('/metrics')).content).toContain(
      `\ncordon_decisions_total{kind="none",effect="deny",code="overloaded"} ${CONNECTIONS}\n`,
    );
    for (const client of clients) client.socket.destroy();
    await expect.poll(() => get('/room').catch(() => 0)).toBe(200);
    expect(await crew.health()).toMatchObject({ ready: true, uniform: true });
  });

  it('try again with one that cannot start, and say why', async () => {
    const anchors = join(lab.gateway.directory, 'trust-0.pem');
    await rename(anchors, `${anchors}.away`);
    process.kill(await crew.pid(1), 'SIGKILL');
    const failed = await lab.gateway.waitForRecord(
      (each) => each.kind === 'admin' && each.action === 'worker.start-failed',
      20_000,
    );
    expect(failed).toMatchObject({
      subject: 'worker:1',
      alarm: 'worker-start-failed',
      details: { problems: [expect.stringContaining('trust-0.pem')] },
    });
    // The other one goes on alone.
    const health = await crew.until(({ items }) => (items[0]?.restarts ?? 0) >= 2);
    expect(health).toMatchObject({
      ready: true,
      items: [{ problems: [expect.stringContaining('trust-0.pem')] }, { restarts: 0 }],
    });
    expect((await lab.gateway.adminGet('/metrics')).content).toMatch(/^cordon_workers 1$/m);
    expect(await get('/alone')).toBe(200);
    await rename(`${anchors}.away`, anchors);
    const { items } = await crew.until(({ uniform }) => uniform);
    expect(items[0]).toMatchObject({ state: 'ready' });
    expect(items[0]).not.toHaveProperty('problems');
    const told = (await lab.gateway.records()).filter((each) => each.kind === 'admin' && each.action === 'worker.start-failed');
    expect(told, 'alarms, however often it was tried').toHaveLength(1);
  }, 60_000);

  it('take a policy while one of them starts, which starts with it', async () => {
    const { policy: before, items } = await crew.health();
    process.kill(items[1]?.pid ?? 0, 'SIGKILL');
    await crew.until((health) => health.items[1]?.state === 'not-ready' && health.items[1].pid !== items[1]?.pid);
    await lab.gateway.reload(lab.policy(['{ id: nothing, to: [api-de-lab-example], then: deny }']));
    await crew.until(({ policy, uniform }) => policy !== before && uniform);
    const refused = (await lab.gateway.records()).filter((each) => each.kind === 'policy' && each.change === 'refused');
    expect(refused).toEqual([]);
    for (const _ of [1, 2]) expect(await get('/denied')).toBe(403);
    await lab.gateway.reload(lab.policy(RULES));
    await crew.until(({ policy, uniform }) => policy === before && uniform);
  });

  it('show that another replica runs another policy', async () => {
    const own = await crew.health();
    expect(own.fleet).toMatchObject({ uniform: true, replicas: [{ policy: own.policy }] });
    const other = ['{ id: nothing, to: [api-de-lab-example], then: deny }'];
    {
      await using replica = await startReplica(lab, other, { ...settings, workers: 1 });
      const { fleet } = await crew.until((health) => !health.fleet.uniform);
      expect(fleet.replicas.map(({ policy }) => policy).toSorted()).toContain(own.policy);
      expect(fleet.replicas).toHaveLength(2);
      for (const { gateway } of [lab, replica]) {
        const metrics = async () => (await gateway.adminGet('/metrics')).content;
        await expect.poll(metrics, { timeout: 10_000 }).toMatch(/^cordon_fleet_policies 2$/m);
      }
    }
    await crew.until((health) => health.fleet.uniform && health.fleet.replicas.length === 1);
  }, 60_000);

  it('end with a primary that is killed, and the next start goes on with every chain', async () => {
    const { directory, admin, exited } = lab.gateway;
    const before = await crew.health();
    const recordings = join(directory, 'data/recordings');
    const chains = await readdir(recordings);
    const load = new Load(lab, API);
    await pause(500);
    lab.gateway.signal('SIGKILL');
    // Its streams close with the last process that has them.
    await exited;
    await load.stop();
    await expect.poll(() => before.items.filter(({ pid = 0 }) => isRunning(pid))).toEqual([]);
    await expect(lab.connect()).rejects.toThrow('ECONNREFUSED');
    await using again = await startAnother(lab, RULES, { directory, settings, keepDirectory: true });
    expect(again.gateway.admin).not.toEqual(admin);
    const headers = { authorization: `Bearer ${await lab.gateway.adminToken()}` };
    const after = (await again.gateway.adminAsk('/v1/health', { headers })).content as HealthAnswer;
    expect(after).toMatchObject({ ready: true, uniform: true });
    // Whoever comes first takes a chain that nobody writes: each of them has somebody again.
    expect(await readdir(recordings)).toEqual(chains);
    const permitted = (await again.gateway.records()).flatMap((each) =>
      each.kind === 'decision' && each.decision === 'permit' && each.target?.includes('/load/') === true ? [each] : [],
    );
    expect(load.answered.length).toBeGreaterThan(20);
    expect(load.missingIn(lab, API, permitted)).toEqual([]);
    expect((await ask(again, API, { method: 'GET', target: '/again' })).status).toBe(200);
    const verified = await cordon(['verify', '--json', '--config', 'cordon.yaml'], directory);
    expect(verified.code, verified.out + verified.err).toBe(0);
  }, 60_000);
});
