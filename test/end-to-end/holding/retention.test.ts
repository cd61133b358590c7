import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { DecisionEvent } from '../../../src/core/exchange/record.ts';
import { startLab, type Lab } from '../../support/lab.ts';
import { ask, EMAIL, expectNowhereInState, parrot } from '../masking/ask.ts';
import { People } from './people.ts';
import { startAnother } from './replica.ts';
import { expectSpooled } from './spooled.ts';

const HELD = 'held.de.lab.example';
const MASK = 'mask: { request: { entities: [pii], as: redact } }';
const RULES = [
  `{ id: held, to: [held-de-lab-example], then: hold, approval: { by: [privacy], wait: 2s, expires: 2s }, ${MASK} }`,
];

let lab: Lab;

beforeAll(async () => {
  lab = await startLab({
    origins: { [HELD]: { country: 'DE', handler: parrot } },
    rules: RULES,
    gateway: { keepDirectory: true },
  });
});
afterAll(async () => {
  await (lab as Lab | undefined)?.[Symbol.asyncDispose]();
});

it('approvals.retention: what came to its end is forgotten with its content, and the record keeps what was decided', async () => {
  const people = await People.of(lab);
  const held = (n: string) =>
    ask(lab, HELD, { content: `{"to":"${EMAIL}","n":"${n}"}`, fields: ['Content-Type: application/json'] });
  const [passed] = [held('passed')];
  const first = await people.next();
  await people.decide(first, 'approve');
  expect((await passed).status).toBe(200);
  const [denied] = [held('denied')];
  const second = await people.next();
  await people.decide(second, 'deny');
  expect((await denied).status).toBe(403);
  expect(['held', 'approval_expired']).toContain((await held('expired')).reason);
  await people.next('expired');
  await expectSpooled(lab.gateway, 0);
  expect((await people.all()).map(({ state }) => state)).toEqual(['expired', 'denied', 'passed']);
  lab.gateway.signal('SIGTERM');
  expect(await lab.gateway.exited).toBe(0);
  // The deadline of the denial comes, and the second that is kept is over.
  await pause(2100);

  const { directory } = lab.gateway;
  const settings = { approvals: { retention: '1s' } };
  await using later = await startAnother(lab, RULES, { directory, settings });
  const { gateway } = later;
  await gateway.waitForRecord((record) => record.kind === 'admin' && record.action === 'approvals.purged');
  expect(await (await People.of(later)).all()).toEqual([]);
  const ofApprovals = (await gateway.records()).filter(
    (record): record is typeof record & DecisionEvent => record.kind === 'decision' && record.approval !== undefined,
  );
  expect(ofApprovals.map(({ approval }) => approval)).toEqual(expect.arrayContaining([first.id, second.id]) as string[]);
  await expectSpooled(gateway, 0);
  await expectNowhereInState(gateway, [EMAIL]);
  gateway.signal('SIGTERM');
  expect(await gateway.exited).toBe(0);
});
