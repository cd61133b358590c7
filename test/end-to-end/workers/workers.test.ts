import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LimitsAnswer } from '../../../src/admin/contract.ts';
import type { AdminEvent, DecisionEvent, Record as RecordLine } from '../../../src/core/exchange/record.ts';
import { cordon } from '../../cli/cordon.ts';
import { startLab, type Lab } from '../../support/lab.ts';
import { BYTE_ECHO } from '../../support/origin-scripts.ts';
import type { RawConnection } from '../../support/raw-client.ts';
import { openTunnel, type Tunnel } from '../../support/tunnel-client.ts';
import { People } from '../holding/people.ts';
import { ask } from '../masking/ask.ts';
import { Crew } from './crew.ts';
import { Load } from './load.ts';

const API = 'api.de.lab.example';
const HELD = 'held.de.lab.example';
const RAW = 'raw.de.lab.example';
const RULES = [
  '{ id: api, to: [api-de-lab-example], then: permit }',
  '{ id: few, to: [api-de-lab-example], paths: ["/few"], limits: [{ requests: 5, every: 1h }] }',
  '{ id: held, to: [held-de-lab-example], then: hold, approval: { by: [privacy], wait: 20s } }',
  '{ id: raw, agents: [lab, tokened, stopped], to: [raw-de-lab-example], inspect: false, tunnel: { protocol: any }, then: permit }',
  '{ id: bulk, agents: [bulky], to: [raw-de-lab-example], inspect: false, tunnel: { protocol: any }, then: permit, limits: [{ bytes: 64KiB, every: 1h }] }',
  '{ id: ample, agents: [uncounted], to: [raw-de-lab-example], inspect: false, tunnel: { protocol: any }, then: permit, limits: [{ bytes: 64MiB, every: 1h }] }',
];
const BULKY = '127.8.0.1';
/** Has limits that it does not come near. */
const UNCOUNTED = '127.6.0.1';

let lab: Lab;
let crew: Crew;

beforeAll(async () => {
  lab = await startLab({
    agents: [
      { id: 'lab', home: 'eu', identify: [{ cidr: ['127.0.0.0/16'] }] },
      { id: 'tokened', home: 'eu', identify: [{ token: true }] },
      { id: 'bulky', home: 'eu', identify: [{ cidr: ['127.8.0.0/16'] }] },
      { id: 'uncounted', home: 'eu', identify: [{ cidr: ['127.6.0.0/16'] }] },
      { id: 'stopped', home: 'eu', identify: [{ cidr: ['127.9.0.0/16'] }] },
    ],
    origins: {
      [API]: { country: 'DE' },
      [HELD]: { country: 'DE' },
      [RAW]: { country: 'DE', handler: BYTE_ECHO },
    },
    rules: RULES,
    settings: { workers: 2 },
  });
  crew = new Crew(lab);
});
afterAll(async () => {
  await (lab as Lab | undefined)?.[Symbol.asyncDispose]();
});

type Decision = RecordLine & DecisionEvent;

async function decisions(matches: (record: Decision) => boolean): Promise<readonly Decision[]> {
  return (await lab.gateway.records()).filter((each): each is Decision => each.kind === 'decision').filter(matches);
}

const toPath = (path: string) => (record: Decision) => record.target?.endsWith(path) === true;
const writersOf = (records: readonly RecordLine[]): number => new Set(records.map(({ writer }) => writer)).size;

async function statusOf(target: string, fields: readonly string[] = []): Promise<number> {
  return (await ask(lab, API, { method: 'GET', target, fields })).status;
}

/** A tunnel through each worker: connections go to them in turn. */
async function tunnels(from: string, fields: readonly string[] = []): Promise<readonly [Tunnel, Tunnel]> {
  const open = () => openTunnel(lab.gateway.proxy, lab.authority(RAW), { from, fields });
  const both = [await open(), await open()] as const;
  expect(both.map(({ answer }) => answer.status)).toEqual([200, 200]);
  return both;
}

/** How long until all of them are gone. */
async function untilCut(connections: readonly RawConnection[], meanwhile = (): void => {}): Promise<number> {
  const begun = performance.now();
  while (!connections.every(({ ended }) => ended)) {
    meanwhile();
    if (performance.now() - begun > 4_000) throw new Error('Found connections that are still open after 4 s');
    await pause(10);
  }
  return performance.now() - begun;
}

/** Agents are told of as of half a second ago. */
async function untilRunning(agent: string, exchanges: number): Promise<void> {
  for (let tries = 0; ; tries++) {
    const { items } = (await lab.gateway.adminGet('/v1/agents')).content as { items: { id: string; exchanges: number }[] };
    const found = items.find(({ id }) => id === agent);
    if (found?.exchanges === exchanges) return;
    if (tries === 60) throw new Error(`Found ${JSON.stringify(found)}, expected ${exchanges} exchanges`);
    await pause(50);
  }
}

async function admin(path: string, json: object, role = 'operator'): Promise<unknown> {
  const headers = { authorization: `Bearer ${await lab.gateway.adminToken()}` };
  const person = { person: `${role}@acme.example`, role, groups: role === 'approver' ? ['privacy'] : [] };
  const { content } = await lab.gateway.adminAsk('/v1/tokens', { headers, json: person });
  const authorization = `Bearer ${(content as { token: string }).token}`;
  return (await lab.gateway.adminAsk(path, { headers: { authorization }, json })).content;
}

/** Whether every chain is whole, as the command says that auditors run. */
async function expectWholeRecord(): Promise<void> {
  const verified = await cordon(['verify', '--json', '--config', 'cordon.yaml'], lab.gateway.directory);
  expect(verified.code, verified.out + verified.err).toBe(0);
}

describe('two workers', () => {
  it('share a listener, write a chain each, and are one gateway to agents and people', async () => {
    for (let i = 0; i < 6; i++) expect(await statusOf('/shared')).toBe(200);
    const health = await crew.health();
    expect(health).toMatchObject({
      ready: true,
      uniform: true,
      items: [
        { id: '1', state: 'ready', policy: health.policy, restarts: 0 },
        { id: '2', state: 'ready', policy: health.policy, restarts: 0 },
      ],
    });
    expect(new Set([...health.items.map(({ pid }) => pid), lab.gateway.pid]).size).toBe(3);
    const seen = await decisions(toPath('/shared'));
    expect(seen).toHaveLength(6);
    expect(writersOf(seen)).toBe(2);
    // They come from one source and name no session: wherever each came in, it is one.
    expect(new Set(seen.map(({ session }) => session)).size).toBe(1);
    const { content } = await lab.gateway.adminGet('/metrics');
    expect(content).toMatch(/^cordon_decisions_total\{kind="forward",effect="permit",code="none"\} 6$/m);
    expect(content).toMatch(/^cordon_workers 2$/m);
    await expectWholeRecord();
  });

  it('count limits together: requests to the very number', async () => {
    const statuses: number[] = [];
    for (let i = 0; i < 8; i++) statuses.push(await statusOf('/few'));
    expect(statuses).toEqual([200, 200, 200, 200, 200, 429, 429, 429]);
    expect(writersOf((await decisions(toPath('/few'))).filter(({ decision }) => decision === 'permit'))).toBe(2);
    const headers = { authorization: `Bearer ${await lab.gateway.adminToken()}` };
    const { items } = (await lab.gateway.adminAsk('/v1/limits', { headers })).content as LimitsAnswer;
    expect(items.filter(({ name }) => name === 'few')).toMatchObject([{ used: 5, most: 5, state: 'used-up' }]);
  });

  it('count limits together: bytes as they pass', async () => {
    const [first, second] = await tunnels(BULKY);
    const half = Buffer.alloc(20 * 1024, 'x');
    first.connection.send(half);
    await pause(600);
    expect(first.connection.ended).toBe(false);
    // 40 KiB have passed both ways: these 40 go beyond 64.
    second.connection.send(half);
    await untilCut([second.connection]);
    const outcome = await lab.gateway.waitForRecord(
      (each) => each.kind === 'outcome' && each.status === 200 && each.code === 'limit_exceeded',
    );
    expect(outcome).toMatchObject({ detail: 'The limit of rule bulk: 65536 bytes in 3600 s for each agent are used up; cut' });
    await first[Symbol.asyncDispose]();
  });

  it('cut what cannot be counted while the primary does not answer', async () => {
    const both = (await tunnels(UNCOUNTED)).map(({ connection }) => connection);
    lab.gateway.signal('SIGSTOP');
    try {
      await untilCut(both, () => both.forEach((connection) => connection.send(Buffer.from('x'))));
    } finally {
      lab.gateway.signal('SIGCONT');
    }
    const outcome = await lab.gateway.waitForRecord((each) => each.kind === 'outcome' && each.code === 'overloaded');
    expect(outcome).toMatchObject({ detail: 'What is left of the limits cannot be told now; cut' });
  });

  it('let go what a worker holds when people decide in the primary', async () => {
    const people = await People.of(lab);
    const held = ask(lab, HELD, { target: '/held' });
    const { id } = await people.next();
    const begun = performance.now();
    await admin(`/v1/approvals/${id}/decision`, { decision: 'approve', reason: 'looked at it' }, 'approver');
    expect((await held).status).toBe(200);
    expect(performance.now() - begun).toBeLessThan(1_000);
  });

  it('both cut what a token opened that was revoked, within a second', async () => {
    const headers = { authorization: `Bearer ${await lab.gateway.adminToken()}` };
    const { content } = await lab.gateway.adminAsk('/v1/tokens', { headers, json: { agent: 'tokened' } });
    const { token, id } = content as { token: string; id: string };
    const both = await tunnels('127.7.0.1', [`Proxy-Authorization: Bearer ${token}`]);
    await lab.gateway.adminAsk(`/v1/tokens/${id}`, { method: 'DELETE', headers });
    expect(await untilCut(both.map(({ connection }) => connection))).toBeLessThan(1_000);
    for (const _ of [1, 2]) expect(await statusOf('/revoked', [`Proxy-Authorization: Bearer ${token}`])).toBe(407);
  });

  it('both cut an agent that is stopped, within a second', async () => {
    const both = await tunnels('127.9.0.1');
    await untilRunning('stopped', 2);
    await admin('/v1/agents/stopped/stop', { reason: 'it does what it should not' });
    expect(await untilCut(both.map(({ connection }) => connection))).toBeLessThan(1_000);
  });

  it('take a policy together, or keep the one they have', async () => {
    const { policy: before } = await crew.health();
    expect(await lab.gateway.reload(lab.policy(['{ id: api, to: [nowhere], then: permit }']))).toMatchObject({
      change: 'refused',
    });
    expect(await crew.health()).toMatchObject({ policy: before, uniform: true });
    // One that does not answer cannot be told; nobody runs ahead of it.
    const stopped = await crew.pid(2);
    process.kill(stopped, 'SIGSTOP');
    expect(await lab.gateway.reload(lab.policy(RULES.slice(1)), 15_000)).toMatchObject({
      change: 'refused',
      errors: [expect.stringContaining('Worker 2 cannot take this policy: it did not answer in time')],
    });
    expect(await crew.health()).toMatchObject({
      policy: before,
      items: [{ policy: before }, { policy: before, state: 'silent' }],
    });
    process.kill(stopped, 'SIGCONT');
    await crew.until(({ items }) => items.every(({ state }) => state === 'ready'));
    lab.gateway.signal('SIGHUP');
    const after = await crew.until(({ policy, uniform }) => policy !== before && uniform);
    expect(after.items.map(({ policy }) => policy)).toEqual([after.policy, after.policy]);
    for (const _ of [1, 2]) expect(await statusOf('/reloaded')).toBe(403);
    await lab.gateway.reload(lab.policy(RULES));
    await crew.until(({ policy, uniform }) => policy === before && uniform);
  });

  it('go on when one is killed under load; another takes its place and goes on with its chain', async () => {
    const { items } = await crew.health();
    const [{ pid = 0, writers } = {}] = items;
    const load = new Load(lab, API);
    await pause(300);
    process.kill(pid, 'SIGKILL');
    const ended = await lab.gateway.waitForRecord((each) => each.kind === 'admin' && each.action === 'worker.ended');
    expect(ended as AdminEvent).toMatchObject({
      subject: 'worker:1',
      alarm: 'worker-ended',
      details: { pid, cause: 'SIGKILL', writers },
    });
    await crew.until((health) => health.ready && health.items[0]?.restarts === 1);
    await pause(300);
    await load.stop();
    const after = await crew.health();
    expect(after).toMatchObject({ uniform: true, items: [{ writers, restarts: 1 }, { restarts: 0 }] });
    expect(after.items[0]?.pid).not.toBe(pid);
    // What was answered has left, and what has left is on the record.
    const permitted = await decisions(({ target, decision }) => target?.includes('/load/') === true && decision === 'permit');
    expect(load.answered.length).toBeGreaterThan(50);
    expect(load.missingIn(lab, API, permitted)).toEqual([]);
    expect(writersOf(permitted)).toBe(2);
    const { content } = await lab.gateway.adminGet('/metrics');
    expect(content).toMatch(/^cordon_worker_endings_total\{cause="signal"\} 1$/m);
    await expectWholeRecord();
  });

  it('finish what runs when the gateway is told to end', async () => {
    const both = await tunnels('127.0.0.1');
    const exit = lab.gateway.exited;
    lab.gateway.signal('SIGTERM');
    await pause(300);
    for (const { connection } of both) {
      connection.send(Buffer.from('still here'));
      expect((await connection.bytes(10)).toString()).toBe('still here');
      connection.socket.end();
    }
    expect(await exit).toBe(0);
    const outcomes = (await lab.gateway.records()).filter(({ kind }) => kind === 'outcome');
    expect(writersOf(outcomes)).toBe(2);
    await expectWholeRecord();
  });
});
