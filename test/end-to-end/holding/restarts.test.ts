import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startLab, type Lab } from '../../support/lab.ts';
import { ask, parrot } from '../masking/ask.ts';
import { People } from './people.ts';
import { startAnother } from './replica.ts';
import { expectSpooled, spooled } from './spooled.ts';

const HELD = 'held.de.lab.example';
// Longer than a timer of Node can be, which would then be over at once.
const RULES = ['{ id: held, to: [held-de-lab-example], then: hold, approval: { by: [privacy], wait: 30d, expires: 31d } }'];
const REQUEST = { content: '{"n":"restart"}', fields: ['Content-Type: application/json'] };
const ASYNC = { ...REQUEST, fields: [...REQUEST.fields, 'Cordon-Prefer: respond-async'] };

let lab: Lab;
/** On the state that the first gateway has left behind. */
let second: Lab | undefined;

beforeAll(async () => {
  lab = await startLab({
    origins: { [HELD]: { country: 'DE', handler: parrot } },
    rules: RULES,
    gateway: { keepDirectory: true },
  });
});
afterAll(async () => {
  await second?.[Symbol.asyncDispose]();
  await (lab as Lab | undefined)?.[Symbol.asyncDispose]();
});

describe('a gateway that ends while a request is held', () => {
  it('keeps over kill -9 what was asked, and nothing in the spool', async () => {
    const { gateway } = lab;
    const cut = ask(lab, HELD, REQUEST).catch((error: unknown) => String(error));
    const asked = await (await People.of(lab)).next();
    await expectSpooled(gateway, 1);
    gateway.signal('SIGKILL');
    await gateway.exited;
    expect(await cut).toContain('before the end');
    expect(gateway.stderr).not.toContain('TimeoutOverflowWarning');

    second = await startAnother(lab, RULES, { directory: gateway.directory });
    expect(await spooled(second.gateway)).toBe(0);
    const people = await People.of(second);
    const waiting = ask(second, HELD, REQUEST);
    await expectSpooled(second.gateway, 1);
    expect((await people.next()).id).toBe(asked.id);
    expect(await people.decide(asked, 'approve')).toMatchObject({ kind: 'decided', approval: { state: 'approved' } });
    expect((await waiting).status).toBe(200);
    expect(await ask(second, HELD, ASYNC)).toMatchObject({ status: 503, reason: 'held' });
    expect(lab.origin(HELD).requests).toHaveLength(1);
  });

  it('tells who waits to ask again when it is stopped', async () => {
    if (second === undefined) throw new Error('The test before has not started it');
    const waiting = ask(second, HELD, REQUEST);
    const asked = await (await People.of(second)).next();
    await expectSpooled(second.gateway, 1);
    second.gateway.signal('SIGTERM');
    const answer = await waiting;
    expect(answer).toMatchObject({ status: 503, reason: 'held' });
    expect(JSON.parse(answer.content.toString())).toMatchObject({ code: 'held', approval: asked.id });
    expect(await second.gateway.exited).toBe(0);
  });
});
