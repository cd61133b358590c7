import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestCa, type TestCa } from '../../support/certificates.ts';
import { large, response } from '../../support/origin-scripts.ts';
import { startGateway } from '../../support/gateway.ts';
import type { Lab } from '../../support/lab.ts';
import { again, approverToken, CANARY, decide, HELD, hold, hookSettings, setSecret, startHookLab } from './hook-lab.ts';
import { inTurn, startReceiver, type Delivered, type Receiver } from './receiver.ts';

const RULES = 'cordon: 1\nagents: [{ id: bot, home: eu, identify: [{ token: true }] }]\n';

const stack = new AsyncDisposableStack();
let ca: TestCa;
let receiver: Receiver;
let lab: Lab;
let paul: string;

beforeAll(async () => {
  ca = await createTestCa('Receivers');
  receiver = stack.use(await startReceiver(ca));
  lab = stack.use(await startHookLab({ ca, receivers: [receiver] }));
  paul = await approverToken(lab);
});
afterAll(() => stack.disposeAsync());

/** What a receiver was told of one approval, as soon as it is that many. */
async function toldOf(at: Receiver, id: string, count: number): Promise<readonly Delivered[]> {
  const told = () => at.messages().filter(({ data }) => data['id'] === id);
  await expect.poll(() => told().length, { timeout: 15_000 }).toBeGreaterThanOrEqual(count);
  return told();
}

describe('webhooks', () => {
  it('wait for their secret, and then tell what becomes of an approval, signed, with nothing of its content', async () => {
    const approvedId = await hold(lab, 1);
    await expect.poll(() => lab.gateway.stderr).toContain('A webhook has no secret that can be used');
    expect((await lab.gateway.adminAsk('/readyz')).status).toBe(200);
    expect(receiver.origin.connections).toEqual([]);

    await setSecret(lab.gateway);
    const [pending] = await toldOf(receiver, approvedId, 1);
    expect(pending).toEqual({
      id: `msg_${approvedId}_pending`,
      type: 'approval.pending',
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) as string,
      data: {
        id: approvedId,
        state: 'pending',
        agent: 'lab',
        rules: ['held'],
        host: 'held.de.lab.example',
        place: { entry: 'DE', processing: 'DE', storage: 'DE' },
        deadline: expect.stringMatching(/Z$/) as string,
      },
    });
    await decide(lab, paul, approvedId, 'approve');
    await toldOf(receiver, approvedId, 2);
    expect(await again(lab, 1)).toBe(200);
    const told = await toldOf(receiver, approvedId, 3);
    expect(told.map(({ type, data }) => [type, data['state']])).toEqual([
      ['approval.pending', 'pending'],
      ['approval.approved', 'approved'],
      ['approval.passed', 'passed'],
    ]);
    expect(new Set(told.map(({ id }) => id)).size).toBe(3);

    const deniedId = await hold(lab, 2);
    await decide(lab, paul, deniedId, 'deny');
    const types = (await toldOf(receiver, deniedId, 2)).map(({ type }) => type);
    expect(types.sort()).toEqual(['approval.denied', 'approval.pending']);
    expect(receiver.contents()).not.toContain(CANARY);
  });

  it('are exchanges of the gateway itself, recorded before and after', async () => {
    const id = await hold(lab, 3);
    await toldOf(receiver, id, 1);
    const decision = await lab.gateway.waitForRecord((each) => each.kind === 'decision' && each.session === 'webhook');
    expect(decision).toMatchObject({
      subject: 'cordon',
      client: 'self',
      method: 'POST',
      target: receiver.url,
      decision: 'permit',
      rules: ['webhook'],
      place: { entry: 'DE', processing: 'DE', storage: 'DE' },
    });
    const { exchange } = decision as { readonly exchange?: string };
    const outcome = await lab.gateway.waitForRecord((each) => each.kind === 'outcome' && each.exchange === exchange);
    expect(outcome).toMatchObject({ status: 204, dialled: receiver.origin.address });
    expect(JSON.stringify(await lab.gateway.records())).not.toContain('whsec_');
  });
});

describe('a receiver', () => {
  it('that fails twice gets the same message until it takes it; one that hangs keeps nobody waiting', async () => {
    await using hanging = await startReceiver(ca, () => {});
    await using failing = await startReceiver(
      ca,
      inTurn(response('500 No', ''), response('429 Later', ''), response('200 OK', 'ok')),
    );
    await using other = await startHookLab({ ca, receivers: [hanging, failing], events: ['approval.pending'] });
    await setSecret(other.gateway);
    const id = await hold(other, 1);
    const told = await toldOf(failing, id, 3);
    expect(new Set(told.map((each) => JSON.stringify(each))).size).toBe(1);
    const { text } = await metrics(other);
    expect(text).toContain('cordon_webhook_deliveries_total{event="approval.pending",result="failed"} 2');
    expect(hanging.origin.requests).toHaveLength(1);
  });

  it('that redirects is not followed; one that answers 10 MiB is not read to the end', async () => {
    await using elsewhere = await startReceiver(ca);
    const redirect = response('307 Temporary Redirect', '', [`Location: ${elsewhere.url}`]);
    await using redirecting = await startReceiver(ca, redirect);
    await using talking = await startReceiver(ca, large(10 * 1024 * 1024));
    await using other = await startHookLab({ ca, receivers: [redirecting, talking], events: ['approval.pending'] });
    await setSecret(other.gateway);
    const id = await hold(other, 1);
    await toldOf(redirecting, id, 2);
    await toldOf(talking, id, 1);
    const outcome = await other.gateway.waitForRecord(
      (each) => each.kind === 'outcome' && each.dialled === talking.origin.address,
    );
    expect(outcome).toMatchObject({ status: 200, bytes: { received: expect.any(Number) as number } });
    expect((outcome as { bytes: { received: number } }).bytes.received).toBeLessThan(64 * 1024);
    expect(elsewhere.origin.connections).toEqual([]);
    expect(talking.origin.requests).toHaveLength(1);
  });

  it('under a name may be private only where the settings say which address it has', async () => {
    const name = 'hooks.de.lab.example';
    await using named = await startReceiver(ca, undefined, name);
    const url = `https://${name}:${named.origin.port}/hook`;
    const dns = { [name]: { addresses: [named.origin.address] } };
    const options = { ca, receivers: [{ url }], events: ['approval.pending'], dns };
    {
      await using undeclared = await startHookLab(options);
      await setSecret(undeclared.gateway);
      await hold(undeclared, 1);
      const denied = await undeclared.gateway.waitForRecord((each) => each.kind === 'decision' && each.session === 'webhook');
      expect(denied).toMatchObject({ subject: 'cordon', decision: 'deny', code: 'private_address' });
      expect(named.origin.connections).toEqual([]);
    }
    const settings = { resolver: { servers: 'system', hosts: { [name]: named.origin.address, [HELD]: '127.0.10.1' } } };
    await using declared = await startHookLab({ ...options, settings });
    await setSecret(declared.gateway);
    await toldOf(named, await hold(declared, 1), 1);
  });

  it('is told of a policy that was loosened, and of alarms, without their texts', async () => {
    await using told = await startReceiver(ca);
    await using other = await startHookLab({ ca, receivers: [told], events: ['policy.loosened', 'alarm'] });
    await setSecret(other.gateway);
    await other.gateway.reload(other.policy(['{ id: open, to: [held-de-lab-example], then: permit }']));
    // An admin who mints a token for itself.
    await other.gateway.adminAsk('/v1/tokens', {
      json: { person: 'admin@lab.example', role: 'approver', groups: ['privacy'] },
      headers: { authorization: `Bearer ${await other.gateway.adminToken()}` },
    });
    const types = () =>
      told
        .messages()
        .map(({ type }) => type)
        .sort();
    await expect.poll(types, { timeout: 10_000 }).toEqual(['alarm', 'policy.loosened']);
    const [alarm, loosened] = told.messages().toSorted((a, b) => (a.type < b.type ? -1 : 1));
    expect(alarm?.data).toEqual({ alarm: 'minted-for-oneself' });
    expect(loosened?.data).toEqual({
      policy: expect.stringMatching(/^sha256:/) as string,
      changes: expect.any(Number) as number,
    });
  });

  it('whose certificate nobody vouches for gets nothing', async () => {
    await using stranger = await startReceiver(await createTestCa('Stranger'));
    await using other = await startHookLab({ ca, receivers: [stranger], events: ['approval.pending'] });
    await setSecret(other.gateway);
    await hold(other, 1);
    const outcome = await other.gateway.waitForRecord((each) => each.kind === 'outcome' && each.code === 'origin_certificate');
    expect(outcome).not.toHaveProperty('status');
    expect(stranger.origin.requests).toEqual([]);
  });

  it.each([
    [{ url: 'https://127.0.10.250:1/', place: 'US' }, 'webhooks[0].place: Found US, expected a place inside DE'],
    [{ url: 'https://hooks.example/', place: 'atlantis' }, 'webhooks[0]'],
    [{ url: 'http://hooks.example/', place: 'DE' }, 'webhooks[0].url: Found http, expected https'],
    [{ url: 'https://hooks.example/', place: 'DE', secret: 'A/b' }, 'webhooks[0].secret: Found the name "A/b"'],
    [{ url: 'https://hooks.example/', place: 'DE', events: ['approval.lost'] }, 'approval.lost'],
    [{ url: 'https://169.254.169.254/', place: 'DE' }, 'webhooks[0]'],
  ])('that cannot be told keeps the gateway from starting: %j', async (webhook, message) => {
    const settings = { node: { place: 'DE' }, webhooks: [{ secret: 'hook', events: ['alarm'], ...webhook }] };
    await expect(startGateway({ rules: RULES, settings })).rejects.toThrow(message);
  });

  it('elsewhere needs to know where this machine stands', async () => {
    const settings = { ...hookSettings([{ url: 'https://hooks.example/' }]), node: {} };
    await expect(startGateway({ rules: RULES, settings })).rejects.toThrow('node.place: Found none');
  });
});

async function metrics({ gateway }: Lab): Promise<{ readonly text: string }> {
  const { content } = await gateway.adminAsk('/metrics');
  return { text: String(content) };
}
