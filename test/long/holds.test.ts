import { describe, expect, it } from 'vitest';
import type { ApprovalsAnswer, DecisionBody } from '../../src/admin/contract/approvals.ts';
import { People } from '../end-to-end/holding/people.ts';
import { startAnother } from '../end-to-end/holding/replica.ts';
import { expectSpooled, spooled } from '../end-to-end/holding/spooled.ts';
import { ask, parrot } from '../end-to-end/masking/ask.ts';
import type { Gateway } from '../support/gateway.ts';
import { startLab, type Lab } from '../support/lab.ts';

// What `test/end-to-end/holding` tries once, as often and as many as the real thing.

const HELD = 'held.de.lab.example';
const RULES = ['{ id: held, to: [held-de-lab-example], then: hold, approval: { by: [privacy], wait: 10m, expires: 30m } }'];
const KILLS = 20;
const AT_ONCE = 1_000;
/** A credential may ask so often at once; then 20 times a second. */
const CREDENTIALS = 8;

const request = (name: string) => ({ content: `{"n":"${name}"}`, fields: ['Content-Type: application/json'] });
const later = (name: string) => ({
  ...request(name),
  fields: ['Content-Type: application/json', 'Cordon-Prefer: respond-async'],
});

describe('a gateway that holds requests', () => {
  it(`loses no acknowledged approval and no acknowledged decision over ${KILLS} kills under load`, async () => {
    await using first = await startLab({
      origins: { [HELD]: { country: 'DE', handler: parrot } },
      rules: RULES,
      gateway: { keepDirectory: true },
    });
    const approvers = await approversAt(first);
    const { directory } = first.gateway;
    const told = new Told();
    let lab: Lab = first;
    for (let kill = 0; kill < KILLS; kill++) {
      const { gateway } = lab;
      const life = lifeOf(gateway);
      const load = [asks(lab, told, `${kill}`, life), decides(gateway, told, approvers, life)];
      await untilMore(told);
      gateway.signal('SIGKILL');
      await gateway.exited;
      await Promise.all(load);
      lab = await startAnother(first, RULES, { directory, keepDirectory: kill < KILLS - 1 });
      expect(await spooled(lab.gateway)).toBe(0);
      await expectKept(await People.of(lab), told);
    }
    await lab[Symbol.asyncDispose]();
    expect(told.decided.size).toBeGreaterThan(KILLS);
  });

  it(`holds ${AT_ONCE} requests at once, and lets every one of them go as was decided`, async () => {
    await using lab = await startLab({ origins: { [HELD]: { country: 'DE', handler: parrot } }, rules: RULES });
    const answers = Array.from({ length: AT_ONCE }, (_, n) => held(lab, `${n}`));
    const people = await People.of(lab);
    await expect.poll(() => people.count('pending'), { timeout: 120_000, interval: 500 }).toBe(AT_ONCE);
    await expectSpooled(lab.gateway, AT_ONCE);
    for (const [i, asked] of (await people.listed('pending')).entries()) {
      await people.decide(asked, i % 2 === 0 ? 'approve' : 'deny');
    }
    const statuses = await Promise.all(answers);
    expect(statuses.filter((status) => status === 200)).toHaveLength(AT_ONCE / 2);
    expect(statuses.filter((status) => status === 403)).toHaveLength(AT_ONCE / 2);
    expect(lab.origin(HELD).requests).toHaveLength(AT_ONCE / 2);
    await expectSpooled(lab.gateway, 0);
    expect(await people.count('passed')).toBe(AT_ONCE / 2);
  });
});

/** What clients and approvers were told; whatever else happened may be lost. */
class Told {
  /** Ids that an agent was given. */
  readonly asked = new Set<string>();
  readonly decided = new Map<string, DecisionBody['decision']>();
}

interface Life {
  isOver: boolean;
}

function lifeOf(gateway: Gateway): Life {
  const life = { isOver: false };
  void gateway.exited.then(() => (life.isOver = true));
  return life;
}

/** Has one request after the other held, as long as the gateway lives. */
async function asks(lab: Lab, told: Told, name: string, life: Life): Promise<void> {
  for (let n = 0; !life.isOver; n++) {
    const answer = await ask(lab, HELD, later(`${name}-${n}`)).catch(() => undefined);
    if (answer === undefined) continue;
    expect(answer.status).toBe(503);
    told.asked.add((JSON.parse(answer.content.toString()) as { approval: string }).approval);
  }
}

type Credential = { readonly headers: { readonly authorization: string } };

async function approversAt({ gateway }: Lab): Promise<readonly Credential[]> {
  const headers = { authorization: `Bearer ${await gateway.adminToken()}` };
  const json = { person: 'paul@acme.example', role: 'approver', groups: ['privacy'] };
  const minted = Array.from({ length: CREDENTIALS }, () => gateway.adminAsk('/v1/tokens', { json, headers }));
  return (await Promise.all(minted)).map(({ content }) => ({
    headers: { authorization: `Bearer ${(content as { token: string }).token}` },
  }));
}

/** Approves and denies in turn what is pending, as long as the gateway lives. */
async function decides(gateway: Gateway, told: Told, approvers: readonly Credential[], life: Life): Promise<void> {
  for (let n = 0; !life.isOver; n++) {
    const by = approvers[n % approvers.length]!;
    const listed = await gateway.adminAsk('/v1/approvals?state=pending&limit=2', by).catch(() => undefined);
    if (listed?.status !== 200) continue;
    for (const { id } of (listed.content as ApprovalsAnswer).items) {
      const decision = n % 2 === 0 ? 'approve' : 'deny';
      const path = `/v1/approvals/${id}/decision`;
      const answer = await gateway.adminAsk(path, { json: { decision, reason: 'load' }, ...by }).catch(() => undefined);
      if (answer?.status === 200) told.decided.set(id, decision);
    }
  }
}

async function untilMore({ asked, decided }: Told): Promise<void> {
  const before = [asked.size, decided.size] as const;
  await expect.poll(() => asked.size > before[0] + 3 && decided.size > before[1] + 1, { timeout: 30_000 }).toBe(true);
}

async function expectKept(people: People, { asked, decided }: Told): Promise<void> {
  for (const id of asked) expect((await people.find({ id: id as never })).id).toBe(id);
  for (const [id, decision] of decided) {
    const { state, decisions } = await people.find({ id: id as never });
    expect([state, decisions.length]).toEqual([decision === 'approve' ? 'approved' : 'denied', 1]);
  }
}

/** Status of a request that waits for as long as it takes. */
async function held(lab: Lab, name: string): Promise<number> {
  await using client = await lab.connect();
  const authority = lab.authority(HELD);
  const { content, fields } = request(name);
  const lines = [`POST http://${authority}/x HTTP/1.1`, `Host: ${authority}`, ...fields];
  client.send(`${lines.join('\r\n')}\r\nContent-Length: ${content.length}\r\n\r\n${content}`);
  return (await client.response('POST', 600_000)).status;
}
