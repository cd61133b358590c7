import { rm } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import type { ApprovalsAnswer, GrantsAnswer } from '../../../src/admin/contract/approvals.ts';
import type { Gateway } from '../../support/gateway.ts';
import { startLab, type Lab } from '../../support/lab.ts';
import { CAN_FAKE_CLOCKS, fakeClock } from '../../support/faked-clock.ts';
import { ask, parrot } from '../masking/ask.ts';
import { startAnother } from './replica.ts';

const GRANTED = 'granted.de.lab.example';
const HELD = 'held.de.lab.example';
const RULES = [
  '{ id: granted, to: [granted-de-lab-example], then: hold, approval: { by: [privacy], wait: 20s, grant: { max: 8h } } }',
  '{ id: held, to: [held-de-lab-example], then: hold, approval: { by: [privacy], wait: 20s, expires: 30m } }',
];
const ASYNC = 'Cordon-Prefer: respond-async';
const HOUR = 3600;

const hold = async (lab: Lab, name: string, target = '/'): Promise<number> =>
  (await ask(lab, name, { method: 'GET', target, fields: [ASYNC] })).status;

/** What an approver does and sees. */
class Desk {
  readonly #token: string;

  constructor(token: string) {
    this.#token = token;
  }

  static async open({ gateway }: Lab, ttl: string): Promise<Desk> {
    const json = { person: 'paul@acme.example', role: 'approver', groups: ['privacy'], ttl };
    const headers = { authorization: `Bearer ${await gateway.adminToken()}` };
    const { content } = await gateway.adminAsk('/v1/tokens', { json, headers });
    return new Desk((content as { token: string }).token);
  }

  async ask(gateway: Gateway, path: string, json?: unknown) {
    return gateway.adminAsk(path, { json, headers: { authorization: `Bearer ${this.#token}` } });
  }

  async approvals(gateway: Gateway): Promise<ApprovalsAnswer['items']> {
    return ((await this.ask(gateway, '/v1/approvals')).content as ApprovalsAnswer).items;
  }

  async pending(gateway: Gateway): Promise<ApprovalsAnswer['items']> {
    return (await this.approvals(gateway)).filter(({ state }) => state === 'pending');
  }

  async grants(gateway: Gateway): Promise<readonly string[]> {
    const { items } = (await this.ask(gateway, '/v1/grants')).content as GrantsAnswer;
    return items.map(({ state }) => state);
  }

  /** Denies what is asked. */
  async deny(gateway: Gateway): Promise<void> {
    const [pending] = await this.pending(gateway);
    const denied = await this.ask(gateway, `/v1/approvals/${pending!.id}/decision`, { decision: 'deny', reason: 'not now' });
    expect(denied.status).toBe(200);
  }

  /** Has a request held, and gives a grant for requests like it. */
  async grant(lab: Lab, target: string, lasts: string): Promise<void> {
    const waiting = ask(lab, GRANTED, { method: 'GET', target });
    await expect.poll(async () => (await this.pending(lab.gateway)).length).toBe(1);
    const [pending] = await this.pending(lab.gateway);
    const decision = { decision: 'approve', reason: 'a customer waits', grant: { for: lasts } };
    expect((await this.ask(lab.gateway, `/v1/approvals/${pending!.id}/decision`, decision)).status).toBe(200);
    expect((await waiting).status).toBe(200);
    expect(await hold(lab, GRANTED, target)).toBe(200);
  }
}

describe.skipIf(!CAN_FAKE_CLOCKS)(`a clock that is set${CAN_FAKE_CLOCKS ? '' : ' (libfaketime is not installed)'}`, () => {
  it('back gives no time to what runs, and forward ends for good what has ended, restarts included', async () => {
    const clock = fakeClock();
    await using lab = await startLab({
      origins: { [GRANTED]: { country: 'DE', handler: parrot }, [HELD]: { country: 'DE', handler: parrot } },
      rules: RULES,
      gateway: { environment: clock.environment, keepDirectory: true },
    });
    const { gateway } = lab;
    await using _kept = { [Symbol.asyncDispose]: () => rm(gateway.directory, { recursive: true, force: true }) };
    const paul = await Desk.open(lab, '8h');
    const short = await Desk.open(lab, '30m');

    // An hour back, in the middle of a grant of three seconds: it ends after three seconds.
    await paul.grant(lab, '/brief', '3s');
    clock.set(-HOUR);
    await expect.poll(() => paul.grants(gateway), { timeout: 10_000 }).toEqual(['ended']);
    expect(await hold(lab, GRANTED, '/brief')).toBe(503);
    await paul.deny(gateway);
    expect(gateway.stderr).toContain('The clock of this machine was set back');
    clock.set(0);

    // An hour forward: what lasts half an hour is over, and what lasts longer is not.
    await paul.grant(lab, '/long', '30m');
    expect(await hold(lab, HELD)).toBe(503);
    expect((await short.approvals(gateway))[0]?.state).toBe('pending');
    clock.set(HOUR);
    await expect.poll(async () => (await paul.approvals(gateway))[0]?.state, { timeout: 10_000 }).toBe('expired');
    await expect.poll(() => paul.grants(gateway), { timeout: 10_000 }).toEqual(['ended', 'ended']);
    expect((await short.ask(gateway, '/v1/approvals')).status).toBe(401);
    await expect.poll(() => gateway.stderr).toContain('The clock of this machine was set forward');

    // And back again: in this process, on another replica of it, and after it.
    clock.set(0);
    const isOver = async (at: Gateway): Promise<void> => {
      expect((await short.ask(at, '/v1/approvals')).status).toBe(401);
      expect(await paul.grants(at)).toEqual(['ended', 'ended']);
      expect((await paul.approvals(at)).map(({ state }) => state)).not.toContain('pending');
    };
    await isOver(gateway);
    expect(await hold(lab, GRANTED, '/long')).toBe(503);
    gateway.signal('SIGKILL');
    await gateway.exited;
    await using again = await startAnother(lab, RULES, { directory: gateway.directory, keepDirectory: true });
    expect((await short.ask(again.gateway, '/v1/approvals')).status).toBe(401);
    expect(await paul.grants(again.gateway)).toEqual(['ended', 'ended']);
    expect(await hold(again, GRANTED, '/long')).toBe(503);
  });
});
