import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startLab, type Lab } from '../../support/lab.ts';
import { ask, fieldOf, parrot } from '../masking/ask.ts';
import { People } from './people.ts';

const BOUND = 'bound.de.lab.example';
const ASYNC = 'Cordon-Prefer: respond-async';

let lab: Lab;

beforeAll(async () => {
  lab = await startLab({
    origins: { [BOUND]: { country: 'DE', handler: parrot } },
    rules: [
      `{ id: bound, to: [bound-de-lab-example], then: hold, approval: { by: [privacy], wait: 20s, fields: [x-dry-run, x-api-key] } }`,
    ],
  });
});
afterAll(async () => {
  await (lab as Lab | undefined)?.[Symbol.asyncDispose]();
});

/** Whether a request passes on the word that was given for the first. */
async function passes(target: string, first: readonly string[], then: readonly string[]): Promise<boolean> {
  const people = await People.of(lab);
  const send = (fields: readonly string[]) => ask(lab, BOUND, { target, fields: [...fields, ASYNC] });
  expect((await send(first)).status).toBe(503);
  const asked = await people.next();
  await people.decide(asked, 'approve');
  const { status } = await send(then);
  if (status === 503) {
    for (const each of [await people.next(), asked]) await people.withdraw(each);
  }
  return status === 200;
}

describe('a field that an approval is bound to', () => {
  it('leaves as people agreed to it', async () => {
    expect(await passes('/same', ['X-Dry-Run: yes'], ['X-Dry-Run: yes'])).toBe(true);
    expect(fieldOf(lab.origin(BOUND).requests.at(-1)!, 'x-dry-run')).toBe('yes');
  });

  it('is shown to them, masked, as far as it leaves', async () => {
    const people = await People.of(lab);
    const target = 'X-Amz-Target: DynamoDB_20120810.DeleteTable';
    const fields = ['X-Dry-Run: for anna@example.org', 'X_Dry_Run: no', 'X-Api-Key: opens-it', 'X-Other: any', target];
    await ask(lab, BOUND, { target: '/shown', fields: [...fields, 'X-HTTP-Method-Override: PUT', ASYNC] });
    const asked = await people.next();
    expect(asked.request.fields).toEqual([
      ['x-dry-run', 'for REDACTED_EMAIL'],
      ['x_dry_run', 'no'],
      ['x-api-key', 'REDACTED'],
      ['x-amz-target', 'DynamoDB_20120810.DeleteTable'],
    ]);
    await people.withdraw(asked);
    await ask(lab, BOUND, { target: '/none', fields: ['X-Dry-Run: yes', 'Connection: x-dry-run', ASYNC] });
    const plain = await people.next();
    expect(plain.request).not.toHaveProperty('fields');
    await people.withdraw(plain);
  });

  it('APPR-01 cannot be taken away behind the approval by nominating it in Connection', async () => {
    expect(await passes('/nominated', ['X-Dry-Run: yes'], ['X-Dry-Run: yes', 'Connection: x-dry-run'])).toBe(false);
    // Nominated from the beginning it does not leave, and is asked about as a request without it.
    expect(await passes('/without', ['X-Dry-Run: yes', 'Connection: x-dry-run'], [])).toBe(true);
    expect(fieldOf(lab.origin(BOUND).requests.at(-1)!, 'x-dry-run')).toBeUndefined();
  });
});
