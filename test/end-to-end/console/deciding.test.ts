import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EMAIL } from '../masking/ask.ts';
import { ConsoleLab, HELD, QUORUM, closeWindows, hasBrowser, needing } from './console-lab.ts';

describe.skipIf(!hasBrowser)(`deciding in the console (${needing})`, () => {
  let lab: ConsoleLab;
  let page: Page;

  beforeAll(async () => {
    lab = await ConsoleLab.start();
    page = await lab.signIn(await lab.token('paul@acme.example', 'approver', ['privacy']));
  });
  afterAll(async () => {
    await (lab as ConsoleLab | undefined)?.[Symbol.asyncDispose]();
    await closeWindows();
  });

  /** Opens a request that waits, and decides with a reason. */
  async function decide(window: Page, path: RegExp, decision: 'Approve' | 'Deny'): Promise<void> {
    await window.getByRole('region', { name: 'Waiting' }).getByRole('link', { name: path }).click();
    await window.getByRole('button', { name: decision, exact: true }).click();
    await window.getByLabel('Your reason, for the record').fill('looked at it');
    await window.getByRole('button', { name: `${decision} now` }).click();
  }

  const waiting = () => page.getByRole('region', { name: 'Waiting' });

  it('a held request appears by itself, is approved with a reason, and reaches its origin as it was shown', async () => {
    await waiting().getByText('Nothing waits for a decision.').waitFor();
    const fields = ['X-Amz-Target: Contacts.Export'];
    const answer = lab.held(HELD, { target: '/contacts', content: `{"to":"${EMAIL}"}`, fields });
    await waiting()
      .getByRole('link', { name: /POST .*\/contacts/ })
      .click();
    const preview = page.getByRole('region', { name: 'Content' }).locator('pre');
    await preview.waitFor();
    await page.getByLabel('Fields that go with it').getByText('Contacts.Export').waitFor();
    expect(await preview.textContent()).toBe('{"to":"REDACTED_EMAIL"}');
    await page.getByRole('button', { name: 'Approve', exact: true }).click();
    await page.getByLabel('Your reason, for the record').fill('a customer waits');
    await page.getByRole('button', { name: /^Approve now/ }).click();
    await page.getByText('Approved. This very request leaves once.').first().waitFor();
    const { status, content } = await answer;
    expect(status).toBe(200);
    expect(content.toString()).toBe('{"to":"REDACTED_EMAIL"}');
    await page.getByText('It was approved and has been let through.').waitFor();
  });

  it('what is not shown of the content is told', async () => {
    const shown = page.getByRole('region', { name: 'Content' });
    await lab.left(QUORUM, {
      target: '/long',
      content: JSON.stringify({ first: 'x '.repeat(5000), last: 'transfer everything' }),
    });
    await waiting()
      .getByRole('link', { name: /\/long/ })
      .click();
    await shown.getByText('there is more that is not shown').waitFor();
    await shown.getByText('9.8 KiB').waitFor();
    await decide(page, /\/long/, 'Deny');
  });

  it('a request is denied, and its client is told', async () => {
    const answer = lab.held(HELD, { target: '/denied', content: '{}' });
    await waiting()
      .getByRole('link', { name: /\/denied/ })
      .click();
    await page.getByRole('button', { name: /^Deny/ }).click();
    await page.getByLabel('Your reason, for the record').fill('not to this address');
    await page.getByRole('button', { name: /^Deny now/ }).click();
    await page.getByText('Denied. The agent is told that people said no.').first().waitFor();
    expect((await answer).status).toBe(403);
    expect(lab.lab.origin(QUORUM).requests).toEqual([]);
  });

  it('a rule that asks two people shows how many have approved, and what is still missing', async () => {
    const answer = lab.held(QUORUM, { target: '/both', content: '{}' });
    const other = await lab.signIn(await lab.token('petra@acme.example', 'approver', ['privacy']));
    await decide(page, /\/both/, 'Approve');
    await page.getByText('Your approval counts. two-people still needs 1.').first().waitFor();
    await page.getByText('You have approved it; until the others have, you can still deny it.').waitFor();
    expect(await page.getByRole('button', { name: 'Approve' }).count()).toBe(0);
    await other.getByText('two-people 1/2').waitFor();
    await decide(other, /\/both/, 'Approve');
    await other.getByText('Approved. This very request leaves once').first().waitFor();
    expect((await answer).status).toBe(200);
    // Without a reload, whoever was first sees what the second did.
    await page.getByText('It was approved and has been let through.').waitFor();
    await other.close();
  });

  it('a grant is shown before it is given, lets the same kind pass, and is revoked', async () => {
    await lab.left(HELD, { target: '/granted', content: '{"n":1}' });
    await waiting()
      .getByRole('link', { name: /\/granted/ })
      .click();
    await page.getByRole('button', { name: 'Approve and grant' }).click();
    const form = page.getByRole('form', { name: /let the same kind pass/ });
    expect(await form.textContent()).toContain(`POST http://${lab.lab.authority(HELD)}/granted`);
    expect(await form.getByLabel('How long').locator('option').allTextContents()).toEqual([
      '5 minutes',
      '15 minutes',
      '1 hour',
    ]);
    await form.getByLabel('Your reason, for the record').fill('all day long');
    await form.getByRole('button', { name: 'Approve and grant now' }).click();
    await page.getByText('Approved. This very request leaves once').first().waitFor();
    const same = { target: '/granted', content: '{"n":2}', fields: ['Cordon-Prefer: respond-async'] };
    expect((await lab.held(HELD, same)).status).toBe(200);
    await page.getByRole('link', { name: 'Grants' }).click();
    await page.getByRole('button', { name: 'Revoke', exact: true }).click();
    await page.getByRole('dialog', { name: 'Revoke this grant?' }).getByRole('button', { name: 'Revoke' }).click();
    await page.getByText('No grant is active').waitFor();
    expect((await lab.held(HELD, { ...same, content: '{"n":3}' })).status).toBe(503);
    await page.getByRole('button', { name: 'revoked' }).click();
    await page.getByText(/; revoked .* by/).waitFor();
  });

  it('a decision that comes too late is answered in words', async () => {
    await lab.left(HELD, { target: '/race', content: '{}' });
    await page.getByRole('link', { name: 'Requests' }).click();
    await waiting()
      .getByRole('link', { name: /\/race/ })
      .click();
    await page.getByRole('button', { name: 'Approve', exact: true }).click();
    await page.getByLabel('Your reason, for the record').fill('too late');
    // What others decide is not heard of before the button is pressed.
    await page
      .context()
      .route('**/v1/approvals**', (route) => (route.request().method() === 'GET' ? undefined : route.continue()));
    const other = await lab.signIn(await lab.token('petra@acme.example', 'approver', ['privacy']));
    await decide(other, /\/race/, 'Deny');
    await other.getByText('Denied. The agent is told').first().waitFor();
    await page.getByRole('button', { name: 'Approve now' }).click();
    await page.getByRole('alert').getByText('This request was denied').waitFor();
    await page.context().unroute('**/v1/approvals**');
    // The next answer tells the rest, and the focus is not lost with the form.
    await page.locator('.notice:focus', { hasText: 'Meanwhile it was settled. It was denied and will not be sent.' }).waitFor();
    await other.close();
  });

  it('everything can be done from the keyboard, and the focus is where it should be', async () => {
    const keyed = await lab.signIn(await lab.token('kim@acme.example', 'approver', ['privacy']));
    for (const target of ['/first', '/second']) await lab.left(HELD, { target, content: '{}' });
    await keyed.getByRole('link', { name: /\/second/ }).waitFor();
    const focused = (): Promise<string> =>
      keyed.evaluate('document.activeElement.dataset.request ?? document.activeElement.textContent');
    const { keyboard } = keyed;
    await keyboard.press('j');
    const first = await focused();
    await keyboard.press('j');
    expect(await focused()).not.toBe(first);
    await keyboard.press('k');
    expect(await focused()).toBe(first);
    await keyboard.press('Enter');
    await keyed.getByRole('heading', { name: 'Held request', exact: true }).waitFor();
    await expect.poll(focused).toBe('Held request');
    await keyboard.press('d');
    // The form comes when the request has been read.
    await keyed.getByLabel('Your reason, for the record').and(keyed.locator(':focus')).waitFor();
    // Written into the field, not taken for keys.
    await keyboard.type('jkadg?');
    expect(await keyed.getByLabel('Your reason, for the record').inputValue()).toBe('jkadg?');
    await keyboard.press('Escape');
    await expect.poll(focused).toMatch(/^Deny/);
    await keyboard.press('Escape');
    await expect.poll(focused).toBe(first);
    await keyboard.press('a');
    await keyed.getByLabel('Your reason, for the record').waitFor();
    await keyboard.type('by hand');
    await keyboard.press('Control+Enter');
    await expect.poll(focused).toBe('Approved. This very request leaves once.');
    await keyboard.press('?');
    await keyed.getByRole('dialog', { name: 'Keys' }).waitFor();
    await keyboard.press('Escape');
    expect(await keyed.getByRole('dialog').count()).toBe(0);
    await keyed.close();
  });

  it('what was set out to be done with one request goes with no other', async () => {
    for (const target of ['/meant', '/other']) await lab.left(HELD, { target, content: '{}' });
    await page.getByRole('link', { name: 'Requests' }).click();
    await waiting()
      .getByRole('link', { name: /\/meant/ })
      .click();
    await page.getByRole('button', { name: 'Deny', exact: true }).click();
    await page.getByRole('form', { name: 'Deny this request' }).waitFor();
    await waiting()
      .getByRole('link', { name: /\/other/ })
      .click();
    await page
      .getByRole('article')
      .getByText(/\/other/)
      .waitFor();
    await page.getByRole('button', { name: 'Deny', exact: true }).waitFor();
    expect(await page.getByRole('form').count()).toBe(0);
  });

  it('what is new is said aloud, once', async () => {
    const heard = page.getByRole('status');
    await page.getByRole('link', { name: 'Requests' }).click();
    await waiting().getByRole('link').first().waitFor();
    await lab.left(HELD, { target: '/aloud', content: '{}' });
    await expect.poll(() => heard.textContent()).toMatch(/^New request of support-bot: POST http:.*\/aloud$/);
  });

  it('nothing was refused by the content security policy', () => {
    expect(lab.violations).toEqual([]);
  });
});
