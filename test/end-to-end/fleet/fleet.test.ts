import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ApprovalsAnswer } from '../../../src/admin/contract/approvals.ts';
import { cordon } from '../../cli/cordon.ts';
import { describeOnPostgres } from '../../store/engines.ts';
import { startGateway } from '../../support/gateway.ts';
import type { RawResponse } from '../../support/raw-client.ts';
import { httpsThrough } from '../../support/tunnel-client.ts';
import { EMAIL, parrot } from '../masking/ask.ts';
import { type Fleet, type Member, startFleet } from './fleet.ts';

const MASKED = 'masked.de.lab.example';
const FEW = 'few.de.lab.example';
const HELD = 'held.de.lab.example';
const KEYED = 'keyed.de.lab.example';
const CREDENTIALS = `cordon: 1
credentials: [{ id: rare-key, for: [keyed-de-lab-example], inject: { bearer: true }, uses: { most: 3, every: 1h } }]
`;
const AGENTS = [{ id: 'bot', home: 'eu', identify: [{ token: true }] }];
const RULES = [
  '{ id: few, to: [few-de-lab-example], then: permit, limits: [{ requests: 5, every: 1h, per: agent }] }',
  '{ id: masked, to: [masked-de-lab-example], then: permit, mask: { request: { entities: [email], as: token } } }',
  '{ id: keyed, to: [keyed-de-lab-example], then: permit, credential: rare-key }',
  '{ id: held, to: [held-de-lab-example], then: hold, approval: { by: [privacy], wait: 20s } }',
];

describeOnPostgres('two replicas with one key set and one CA, behind a balancer', () => {
  let fleet: Fleet;
  let a: Member;
  let b: Member;
  let admin: Readonly<Record<string, string>>;

  beforeAll(async () => {
    const origin = { country: 'DE', tls: 'good', handler: parrot } as const;
    const origins = { [MASKED]: origin, [HELD]: origin, [FEW]: origin, [KEYED]: origin };
    fleet = await startFleet({ origins, rules: RULES, agents: AGENTS, files: { 'credentials.yaml': CREDENTIALS } });
    [a, b] = fleet.members;
    admin = { authorization: `Bearer ${await a.gateway.adminToken()}` };
  }, 60_000);
  afterAll(async () => {
    await (fleet as Fleet | undefined)?.[Symbol.asyncDispose]();
  });

  async function mint(json: object): Promise<{ readonly id: string; readonly token: string }> {
    const minted = await a.gateway.adminAsk('/v1/tokens', { headers: admin, json });
    return minted.content as { id: string; token: string };
  }

  /** One request over a connection of its own, in TLS that only the organisation's root vouches for. */
  async function ask(
    token: string,
    name: string,
    content: string,
    { member, session }: { readonly member?: Member | undefined; readonly session?: string } = {},
  ): Promise<RawResponse> {
    fleet.balancer.targets = (member === undefined ? fleet.members : [member]).map(({ behind }) => behind);
    const authority = fleet.lab.authority(name);
    const named = session === undefined ? [] : [`Cordon-Session: ${session}`];
    const fields = [`Proxy-Authorization: Bearer ${token}`, ...named];
    await using client = await httpsThrough(fleet.balancer.address, authority, { ca: fleet.root, fields });
    const length = `Content-Length: ${content.length}`;
    client.send([`POST /x HTTP/1.1`, `Host: ${authority}`, 'Content-Type: text/plain', length, '', content].join('\r\n'));
    return await client.response('POST');
  }

  it('restore on one what was masked on the other, in one session', async () => {
    const { token } = await mint({ agent: 'bot' });
    expect((await ask(token, MASKED, `to ${EMAIL}`, { member: a })).content.toString()).toBe(`to ${EMAIL}`);
    const sent = fleet.lab.origin(MASKED).requests.at(-1)!.content.toString();
    expect(sent).toMatch(/^to EMAIL_\w+$/);
    expect((await ask(token, MASKED, sent, { member: b })).content.toString()).toBe(`to ${EMAIL}`);
    // The same value has the same token there.
    await ask(token, MASKED, `to ${EMAIL}`, { member: b });
    expect(fleet.lab.origin(MASKED).requests.at(-1)!.content.toString()).toBe(sent);
    const other = await mint({ agent: 'bot' });
    expect((await ask(other.token, MASKED, sent, { member: b })).content.toString()).toBe(sent);
  });

  it('take the source from the header of the balancer', async () => {
    const { token } = await mint({ agent: 'bot' });
    await ask(token, MASKED, 'x', { member: b });
    expect(await b.gateway.waitForRecord(({ kind }) => kind === 'decision')).toMatchObject({ subject: 'bot' });
  });

  it('refuse on one what was revoked on the other', async () => {
    const { id, token } = await mint({ agent: 'bot' });
    expect((await ask(token, MASKED, 'x', { member: b })).status).toBe(200);
    expect((await a.gateway.adminAsk(`/v1/tokens/${id}`, { method: 'DELETE', headers: admin })).status).toBeLessThan(300);
    await expect.poll(() => ask(token, MASKED, 'x', { member: b }).catch(String), { timeout: 1_000 }).toMatch(/ 407 /);
  });

  it('let one go on by a decision on the other', async () => {
    // Whoever minted the token of the agent, or vouches for an approver who did, decides nothing about it.
    const token = (await cordon(['token', 'mint', '--agent', 'bot'], a.directory)).out.trim();
    const paul = await mint({ person: 'paul@acme.example', role: 'approver', groups: ['privacy'] });
    const headers = { authorization: `Bearer ${paul.token}` };
    const waiting = ask(token, HELD, 'please', { member: a });
    const pending = async () =>
      ((await b.gateway.adminAsk('/v1/approvals?state=pending', { headers })).content as ApprovalsAnswer).items;
    await expect.poll(async () => (await pending()).length, { timeout: 5_000 }).toBe(1);
    const json = { decision: 'approve', reason: 'looked at it' };
    const decided = await b.gateway.adminAsk(`/v1/approvals/${(await pending())[0]!.id}/decision`, { headers, json });
    expect(decided.status).toBe(200);
    expect(await waiting.then(({ startLine, content }) => [startLine, content.toString()])).toEqual([
      'HTTP/1.1 200 OK',
      'please',
    ]);
  });

  it('let an agent have of both together what a limit says', async () => {
    const { token } = await mint({ agent: 'bot' });
    const asked = [a, b, a, b, a, b, b, a].map(async (member) => (await ask(token, FEW, 'x', { member })).status);
    expect((await Promise.all(asked)).sort((x, y) => x - y)).toEqual([200, 200, 200, 200, 200, 429, 429, 429]);
    expect(fleet.lab.origin(FEW).requests).toHaveLength(5);
  });

  it('let an agent use a credential as often as both together may, at once and in sessions of its choice', async () => {
    for (const { directory } of fleet.members) {
      const argv = ['secrets', 'set', 'rare-key', '--config', `${directory}/cordon.yaml`];
      expect(await cordon(argv, directory, {}, 'sk-rare')).toMatchObject({ code: 0 });
    }
    const { token } = await mint({ agent: 'bot' });
    const asked = [a, b, a, b, b, a].map(
      async (member, index) => (await ask(token, KEYED, 'x', { member, session: `s-${index}` })).status,
    );
    expect((await Promise.all(asked)).sort((x, y) => x - y)).toEqual([200, 200, 200, 429, 429, 429]);
    expect(fleet.lab.origin(KEYED).requests).toHaveLength(3);
  });

  it('say which policy each of them runs', async () => {
    const digests = async () =>
      Promise.all(
        fleet.members.map(async ({ gateway }) => {
          const answer = await gateway.adminAsk('/v1/policy', { headers: admin });
          return (answer.content as { digest: string }).digest;
        }),
      );
    const [first, second] = await digests();
    expect(first).toMatch(/^sha256:/);
    expect(second).toBe(first);
    await b.gateway.reload(fleet.lab.policy([...RULES, '{ id: more, to: [held-de-lab-example], then: deny, methods: [PUT] }']));
    expect((await digests())[1]).not.toBe(first);
    await b.gateway.reload(fleet.lab.policy(RULES));
    expect((await digests())[1]).toBe(first);
  });

  it('fail no permitted request while one after the other is restarted', async () => {
    const { token } = await mint({ agent: 'bot' });
    const statuses: string[] = [];
    const load = { isOver: false };
    let targets: readonly Member[] = fleet.members;
    const asking = (async () => {
      while (!load.isOver) {
        const member = targets[statuses.length % targets.length]!;
        statuses.push(await ask(token, MASKED, 'x', { member }).then(({ status }) => String(status), String));
      }
    })();
    for (const member of fleet.members) {
      // As a balancer does that is told first: no new connections, and those that run come to their end.
      targets = fleet.members.filter((each) => each !== member);
      const before = statuses.length;
      await expect.poll(() => statuses.length).toBeGreaterThan(before);
      expect(await member.gateway.stop()).toBe(0);
      await fleet.restart(member);
      targets = fleet.members;
      await expect.poll(() => statuses.length, { timeout: 10_000 }).toBeGreaterThan(before + 4);
    }
    load.isOver = true;
    await asking;
    expect(new Set(statuses)).toEqual(new Set(['200']));
    for (const { gateway } of fleet.members) {
      expect((await gateway.records()).filter(({ kind }) => kind === 'decision').length).toBeGreaterThan(0);
    }
  }, 60_000);

  it('have counted what was used before they were restarted', async () => {
    const { token } = await mint({ agent: 'bot' });
    for (const member of [a, b]) expect((await ask(token, KEYED, 'x', { member })).status).toBe(429);
    expect(fleet.lab.origin(KEYED).requests).toHaveLength(3);
  });

  it('take in no third one with keys or a CA of its own, unless what they share is given up', async () => {
    const rules = fleet.lab.policy(RULES);
    const start = async (settings: object) => {
      await using gateway = await startGateway({ rules, settings: { ...fleet.settings, ...settings } });
      return gateway.pid;
    };
    await expect(start({ data: { directory: 'data' } })).rejects.toThrow(
      /The gateway ended with 2[^]*The key "approvals" is \w{16} here .* and \w{16} in the database/,
    );
    await expect(start({ tls: {} })).rejects.toThrow(
      /The gateway ended with 2[^]*The interception CA is [\dA-F:]{95} here .* and [\dA-F:]{95} for the database/,
    );
    const adopted = await cordon(['keys', 'adopt', '--reason', 'the vault has burned'], b.directory);
    expect(adopted).toMatchObject({ code: 0 });
    expect(await start({ data: { directory: 'data' }, tls: {} })).toBeGreaterThan(0);
  });
});
