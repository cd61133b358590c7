import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ApprovalsAnswer } from '../../../src/admin/contract/approvals.ts';
import { startLab, type Lab } from '../../support/lab.ts';
import { describeOnPostgres, newPostgresSchema } from '../../store/engines.ts';
import { closeWindows, ConsoleLab, hasBrowser, needing } from '../console/console-lab.ts';
import { ask, parrot } from '../masking/ask.ts';
import { startReplica } from './replica.ts';

const HELD = 'held.de.lab.example';
const RULES = ['{ id: held, to: [held-de-lab-example], then: hold, approval: { by: [privacy], wait: 20s } }'];
const JSON_TYPE = 'Content-Type: application/json';
/** Of one approval that two replicas wait for. */
const RACES = 5;

/** An approver with a token that every replica knows, since they share the store. */
async function approverAt(lab: Lab) {
  const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });
  const json = { person: 'paul@acme.example', role: 'approver', groups: ['privacy'] };
  const minted = await lab.gateway.adminAsk('/v1/tokens', { json, ...bearer(await lab.gateway.adminToken()) });
  const { token } = minted.content as { token: string };
  const pending = async (at: Lab): Promise<ApprovalsAnswer['items']> =>
    ((await at.gateway.adminAsk('/v1/approvals?state=pending', bearer(token))).content as ApprovalsAnswer).items;
  return {
    /** The one that is pending, as soon as there is one. */
    next: async (at: Lab): Promise<string> => {
      await expect.poll(async () => (await pending(at)).length, { timeout: 5_000 }).toBe(1);
      return (await pending(at))[0]!.id;
    },
    decide: async (at: Lab, id: string, decision: 'approve' | 'deny'): Promise<number> =>
      (
        await at.gateway.adminAsk(`/v1/approvals/${id}/decision`, {
          json: { decision, reason: 'looked at it' },
          ...bearer(token),
        })
      ).status,
  };
}

describeOnPostgres('two replicas that share a store', () => {
  let shared: AsyncDisposableStack;
  let a: Lab;
  let b: Lab;

  beforeAll(async () => {
    await using opened = new AsyncDisposableStack();
    const url = await newPostgresSchema((drop) => opened.defer(async () => drop()));
    const settings = { node: { place: 'DE' }, store: { url, place: 'DE' } };
    a = opened.use(await startLab({ origins: { [HELD]: { country: 'DE', handler: parrot } }, rules: RULES, settings }));
    b = opened.use(await startReplica(a, RULES, settings));
    shared = opened.move();
  });
  afterAll(async () => {
    await (shared as AsyncDisposableStack | undefined)?.disposeAsync();
    await closeWindows();
  });

  it('HOOP-7 wake the client of one by a decision on the other, and let one of two take the pass', async () => {
    const paul = await approverAt(a);
    const waiting = ask(a, HELD, { content: '{"n":"a"}', fields: [JSON_TYPE] });
    const id = await paul.next(b);
    expect(await paul.decide(b, id, 'approve')).toBe(200);
    expect((await waiting).status).toBe(200);
    expect(await paul.decide(a, id, 'approve')).toBe(409);

    for (let race = 0; race < RACES; race++) {
      const request = { content: `{"race":${race}}`, fields: [JSON_TYPE] };
      const answers = [ask(a, HELD, request), ask(b, HELD, request)];
      const asked = await paul.next(b);
      await holds([a, b], asked);
      expect(await paul.decide(race % 2 === 0 ? a : b, asked, 'approve')).toBe(200);
      const anew = await paul.next(a);
      expect(anew).not.toBe(asked);
      expect(await paul.decide(a, anew, 'deny')).toBe(200);
      const statuses = (await Promise.all(answers)).map(({ status }) => status);
      expect(statuses.sort((x, y) => x - y)).toEqual([200, 403]);
    }
    expect(a.origin(HELD).requests).toHaveLength(1 + RACES);
  });

  it.skipIf(!hasBrowser)(
    `let a client of one go on the word of a person at the console of the other (${needing})`,
    async () => {
      const token = await (await ConsoleLab.before(a)).token('petra@acme.example', 'approver', ['privacy']);
      const console = await ConsoleLab.before(b);
      const page = await console.signIn(token);
      const before = a.origin(HELD).requests.length;
      const waiting = ask(a, HELD, { target: '/from-a', content: '{"n":"console"}', fields: [JSON_TYPE] });
      // It appears by itself, though nothing of it has passed the gateway of this console.
      await page.getByRole('link', { name: /POST .*\/from-a/ }).click();
      await page.getByRole('button', { name: 'Approve', exact: true }).click();
      await page.getByLabel('Your reason, for the record').fill('seen at the other one');
      await page.getByRole('button', { name: 'Approve now' }).click();
      expect((await waiting).status).toBe(200);
      expect(a.origin(HELD).requests).toHaveLength(before + 1);
      await page.getByText('It was approved and has been let through.').waitFor();
      const decided = { actor: 'petra@acme.example', details: { reason: 'seen at the other one' } };
      const record = await b.gateway.waitForRecord(
        (each) => each.kind === 'admin' && each.actor === decided.actor && each.action === 'approval.approved',
      );
      expect(record).toMatchObject({ ...decided, credential: expect.stringMatching(/^session:/) as string });
      expect(console.violations).toEqual([]);
    },
  );
});

/** Waits until all of them have an exchange that waits for this approval. */
async function holds(labs: readonly Lab[], approval: string): Promise<void> {
  for (const { gateway } of labs) {
    await gateway.waitForRecord((record) => record.kind === 'decision' && record.approval === approval);
  }
}
