import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startLab, type Lab } from '../../support/lab.ts';
import { ask, EMAIL, IBAN, parrot } from '../masking/ask.ts';
import { People } from './people.ts';

const GRANTED = 'granted.de.lab.example';
const ASYNC = 'Cordon-Prefer: respond-async';

let lab: Lab;

beforeAll(async () => {
  lab = await startLab({
    origins: { [GRANTED]: { country: 'DE', handler: parrot } },
    rules: [
      `{ id: granted, to: [granted-de-lab-example], paths: ["/v1/**"], then: hold, approval: { by: [privacy], wait: 20s, grant: { max: 1h } } }`,
    ],
  });
});
afterAll(async () => {
  await (lab as Lab | undefined)?.[Symbol.asyncDispose]();
});

const get = async (target: string, ...fields: string[]): Promise<number> =>
  (await ask(lab, GRANTED, { method: 'GET', target, fields: [...fields, ASYNC] })).status;

describe('a grant', () => {
  it('APPR-10 covers no value that nobody was shown, wherever in the request it stands', async () => {
    const people = await People.of(lab);
    expect(await get('/v1/accounts?page=1')).toBe(503);
    const asked = await people.next();
    expect(asked.request.findings).toEqual({});
    await people.decide(asked, 'approve', { grant: { for: 60_000 } });
    expect(await get('/v1/accounts?page=1')).toBe(200);
    expect(await get('/v1/accounts?page=2', 'X-Note: nothing', 'Authorization: Bearer mail@example.org')).toBe(200);
    for (const [target, ...fields] of [
      [`/v1/accounts?of=${IBAN}`],
      [`/v1/accounts?of=anna.schmidt%40example.org`],
      [`/v1/accounts/${IBAN}`],
      ['/v1/accounts', `X-Note: ${EMAIL}`],
    ] as const) {
      expect([target, await get(target, ...fields)]).toEqual([target, 503]);
      await people.withdraw(await people.next());
    }
    await people.revokeGrants();
  });

  it('covers values of the kinds that it was given for, in the target too', async () => {
    const people = await People.of(lab);
    expect(await get(`/v1/people?mail=${EMAIL}`)).toBe(503);
    const asked = await people.next();
    expect(asked.request.findings).toEqual({ email: 1 });
    await people.decide(asked, 'approve', { grant: { for: 60_000 } });
    expect(await get(`/v1/people?mail=${EMAIL}`)).toBe(200);
    expect(await get('/v1/people?mail=max@example.org')).toBe(200);
    expect(await get(`/v1/people?iban=${IBAN}`)).toBe(503);
    await people.withdraw(await people.next());
    await people.revokeGrants();
  });
});
