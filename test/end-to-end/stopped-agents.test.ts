import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { AgentItem, AgentsAnswer } from '../../src/admin/contract/agents.ts';
import { cordon, type Ended } from '../cli/cordon.ts';
import { describeOnPostgres, newPostgresSchema } from '../store/engines.ts';
import { startLab, type Lab } from '../support/lab.ts';
import { BYTE_ECHO } from '../support/origin-scripts.ts';
import { openTunnel } from '../support/tunnel-client.ts';
import { expectRefused, expectUntouched, recordedFrom } from './attacks/refused.ts';
import { People } from './holding/people.ts';
import { startReplica } from './holding/replica.ts';
import { ask } from './masking/ask.ts';

const PLAIN = 'plain.de.lab.example';
const RAW = 'raw.de.lab.example';
const HELD = 'held.de.lab.example';
const RULES = [
  '{ id: plain, to: [plain-de-lab-example], then: permit }',
  '{ id: raw, to: [raw-de-lab-example], inspect: false, tunnel: { protocol: any }, then: permit }',
  '{ id: held, to: [held-de-lab-example], then: hold, approval: { by: [privacy], wait: 20s } }',
];
const AGENTS = [
  { id: 'lab', home: 'eu', owners: ['olga@acme.example'], identify: [{ cidr: ['127.0.0.0/8'] }] },
  { id: 'far', home: 'US', owners: [], identify: [{ token: true }] },
];

/** The API, and the command line, as an operator everywhere or for some places. */
class Operator {
  readonly #lab: Lab;
  readonly #token: string;

  private constructor(lab: Lab, token: string) {
    this.#lab = lab;
    this.#token = token;
  }

  static async of(lab: Lab, places: readonly string[] = [], role = 'operator'): Promise<Operator> {
    const headers = { authorization: `Bearer ${await lab.gateway.adminToken()}` };
    const minted = await lab.gateway.adminAsk('/v1/tokens', { headers, json: { person: 'otto@acme.example', role, places } });
    return new Operator(lab, (minted.content as { token: string }).token);
  }

  ask(path: string, json?: object, at: Lab = this.#lab): ReturnType<Lab['gateway']['adminAsk']> {
    const headers = { authorization: `Bearer ${this.#token}` };
    return at.gateway.adminAsk(path, json === undefined ? { headers } : { headers, json });
  }

  /** Without content. */
  post(path: string): ReturnType<Lab['gateway']['adminAsk']> {
    return this.#lab.gateway.adminAsk(path, { method: 'POST', headers: { authorization: `Bearer ${this.#token}` } });
  }

  cordon(...args: readonly string[]): Promise<Ended> {
    const { admin, directory } = this.#lab.gateway;
    const api = ['--api', `http://${admin.address}:${admin.port}`];
    return cordon([...args, ...api], directory, { CORDON_TOKEN: this.#token });
  }
}

describe('an agent that is stopped', () => {
  let lab: Lab;
  let operator: Operator;

  beforeAll(async () => {
    lab = await startLab({
      agents: AGENTS,
      origins: {
        [PLAIN]: { country: 'DE', tls: 'good' },
        [RAW]: { country: 'DE', handler: BYTE_ECHO },
        [HELD]: { country: 'DE' },
      },
      rules: RULES,
    });
    operator = await Operator.of(lab);
  });
  afterAll(() => lab[Symbol.asyncDispose]());

  it('is cut, whatever runs; nothing passes until it may go on', async () => {
    const people = await People.of(lab);
    const from = '127.0.97.1';
    await using tunnel = await openTunnel(lab.gateway.proxy, lab.authority(RAW), { from });
    tunnel.connection.send('x');
    expect((await tunnel.connection.bytes(1)).toString()).toBe('x');
    await using inside = await lab.https(PLAIN);
    const waiting = ask(lab, HELD, { content: '{}', fields: ['Content-Type: application/json'] });
    const approval = await people.next();

    const listed = (await operator.ask('/v1/agents')).content as AgentsAnswer;
    expect(listed.items).toMatchObject([
      { id: 'far', state: 'running', home: 'US', exchanges: 0 },
      { id: 'lab', state: 'running', home: 'eu', owners: ['olga@acme.example'] },
    ]);
    expect(listed.items[1]!.exchanges).toBeGreaterThanOrEqual(2);

    const ended = tunnel.connection.rest();
    const closed = inside.rest();
    const stopped = await operator.ask('/v1/agents/lab/stop', { reason: 'it talks too much' });
    expect(stopped).toMatchObject({ status: 200, content: { id: 'lab', state: 'stopped' } });
    await Promise.all([ended, closed, waiting]);
    expect(JSON.parse((await waiting).content.toString())).toMatchObject({ status: 403, code: 'agent_stopped' });
    expect((await recordedFrom(lab.gateway, from)).outcome).toMatchObject({ code: 'agent_stopped' });
    expect((await people.all()).find(({ id }) => id === approval.id)?.state).toBe('cancelled');

    await using client = await lab.connect();
    const authority = lab.authority(HELD);
    client.send(`GET http://${authority}/ HTTP/1.1\r\nHost: ${authority}\r\n\r\n`);
    await expectRefused(lab.gateway, await client.response(), { status: 403, code: 'agent_stopped' });
    await using connect = await openTunnel(lab.gateway.proxy, lab.authority(PLAIN));
    expect(connect.answer.status).toBe(403);
    expectUntouched(lab.origin(HELD));

    // The first stop stands; the second one is no other.
    const again = (await operator.ask('/v1/agents/lab/stop', { reason: 'something else' })).content as AgentItem;
    expect(again.stopped).toMatchObject({ by: 'otto@acme.example', reason: 'it talks too much' });
    expect((await operator.post('/v1/agents/lab/resume')).status).toBe(200);
    expect((await operator.post('/v1/agents/lab/resume')).status).toBe(409);
    await using later = await lab.https(PLAIN);
    later.send(`GET / HTTP/1.1\r\nHost: ${lab.authority(PLAIN)}\r\n\r\n`);
    expect((await later.response()).status).toBe(200);
    const done = (await lab.gateway.records()).filter((record) => record.kind === 'admin' && record.subject === 'agent:lab');
    expect(done).toMatchObject([
      { action: 'agent.stopped', actor: 'otto@acme.example', details: { reason: 'it talks too much' } },
      { action: 'agent.resumed', actor: 'otto@acme.example' },
    ]);
  });

  it('is stopped from the command line too', async () => {
    onTestFinished(async () => void (await operator.ask('/v1/agents/far/resume', {})));
    expect(await operator.cordon('agents', 'stop', 'far', '--reason', 'gone')).toMatchObject({
      code: 0,
      out: expect.stringContaining('cordon agents resume far'),
    });
    const { out } = await operator.cordon('agents', 'list');
    expect(out).toMatch(/far +stopped by otto@acme\.example at \S+Z +US +enforce +0/);
    const none = await operator.cordon('agents', 'stop', 'nobody');
    expect([none.code, none.err]).toEqual([1, expect.stringContaining('No such agent')]);
    expect(await operator.cordon('agents', 'resume', 'far')).toMatchObject({ code: 0, out: 'resumed far\n' });
  });

  it('is stopped by operators alone, in their places, in words that fit', async () => {
    const auditor = await Operator.of(lab, [], 'auditor');
    expect((await auditor.ask('/v1/agents')).status).toBe(200);
    expect((await auditor.ask('/v1/agents/lab/stop', {})).status).toBe(403);
    const local = await Operator.of(lab, ['eu']);
    expect(((await local.ask('/v1/agents')).content as AgentsAnswer).items.map(({ id }) => id)).toEqual(['lab']);
    expect((await local.ask('/v1/agents/far/stop', {})).status).toBe(404);
    expect((await operator.ask('/v1/agents/lab/stop', { reason: '' })).status).toBe(400);
    expect((await operator.ask('/v1/agents/lab/stop', { why: 'x' })).status).toBe(400);
  });
});

describeOnPostgres('an agent that is stopped on one of two replicas', () => {
  it('is cut on the other one, and stays stopped at the next start', async () => {
    const url = await newPostgresSchema();
    const rules = RULES.filter((rule) => rule.includes('raw-de'));
    const settings = { node: { place: 'DE' }, store: { url, place: 'DE' } };
    await using a = await startLab({
      agents: AGENTS,
      origins: { [RAW]: { country: 'DE', handler: BYTE_ECHO } },
      rules,
      settings,
    });
    const operator = await Operator.of(a);
    {
      await using b = await startReplica(a, rules, settings);
      await using tunnel = await openTunnel(b.gateway.proxy, a.authority(RAW));
      tunnel.connection.send('x');
      expect((await tunnel.connection.bytes(1)).toString()).toBe('x');
      const ended = tunnel.connection.rest();
      expect((await operator.ask('/v1/agents/lab/stop', {})).status).toBe(200);
      await ended;
    }
    await using c = await startReplica(a, rules, settings);
    await using tunnel = await openTunnel(c.gateway.proxy, a.authority(RAW));
    expect(tunnel.answer.status).toBe(403);
  });
});
