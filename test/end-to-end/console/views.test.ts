import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConsoleLab, HELD, closeWindows, hasBrowser, needing } from './console-lab.ts';

describe.skipIf(!hasBrowser)(`the other views of the console (${needing})`, () => {
  let lab: ConsoleLab;
  let page: Page;

  beforeAll(async () => {
    lab = await ConsoleLab.start();
    page = await lab.signIn(await lab.lab.gateway.adminToken());
  });
  afterAll(async () => {
    await (lab as ConsoleLab | undefined)?.[Symbol.asyncDispose]();
    await closeWindows();
  });

  it('a token that is none opens nothing, and the door says so', async () => {
    const door = await lab.open();
    await door.getByLabel('Token').fill('cdp_forged');
    await door.keyboard.press('Enter');
    await door.getByRole('alert').waitFor();
    expect(await door.getByRole('button', { name: 'Sign out' }).count()).toBe(0);
    // Here no identity provider is set.
    expect(await door.getByRole('link', { name: 'Sign in with your organisation' }).count()).toBe(0);
  });

  it('an admin mints a token, sees it once, and with it somebody else signs in', async () => {
    await page.getByRole('link', { name: 'Access' }).click();
    await page.getByLabel('Person (e-mail address)').fill('vera@acme.example');
    await page.getByLabel('Role').selectOption('viewer');
    await page.getByRole('button', { name: 'Mint' }).click();
    const token = (await page.locator('.secret').textContent()) ?? '';
    expect(token).toMatch(/^cdp_/);
    await page.getByRole('button', { name: 'Done' }).click();
    expect(await page.content()).not.toContain(token);
    const viewer = await lab.signIn(token);
    expect(await viewer.getByRole('banner').textContent()).toContain('vera@acme.example viewer everywhere');
    expect(await viewer.getByRole('link', { name: 'Access' }).count()).toBe(0);
    await lab.left(HELD, { target: '/seen', content: '{}' });
    await viewer.getByRole('link', { name: /\/seen/ }).click();
    await viewer.getByText('You cannot decide on this: A viewer decides on no request').waitFor();
    expect(await viewer.getByRole('button', { name: 'Approve' }).count()).toBe(0);
  });

  it('a token is revoked after it was confirmed, and whoever used it is at the door', async () => {
    const token = await lab.token('eve@acme.example', 'auditor');
    const auditor = await lab.signIn(token);
    await page.getByRole('link', { name: 'Requests' }).click();
    await page.getByRole('link', { name: 'Access' }).click();
    const row = page.getByRole('region', { name: 'Tokens' }).getByRole('listitem').filter({ hasText: 'eve@acme.example' });
    await row.getByRole('button', { name: 'Revoke' }).click();
    await page.getByRole('dialog', { name: 'Revoke this token?' }).getByRole('button', { name: 'Keep it' }).click();
    expect(await row.textContent()).toContain('valid');
    await row.getByRole('button', { name: 'Revoke' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
    await row.getByText('revoked').waitFor();
    await auditor.getByText('Your session has ended.').waitFor();
  });

  it('a session is ended by an admin', async () => {
    const other = await lab.signIn(await lab.token('otto@acme.example', 'operator'));
    await page.getByRole('link', { name: 'Requests' }).click();
    await page.getByRole('link', { name: 'Access' }).click();
    const row = page.getByRole('region', { name: 'Sessions' }).getByRole('listitem').filter({ hasText: 'otto@acme.example' });
    await row.getByRole('button', { name: 'End' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'End' }).click();
    await row.getByText('ended').waitFor();
    await other.getByText('Your session has ended.').waitFor();
  });

  it('the policy in force is shown, and a question is answered with decision, rules and evidence', async () => {
    await page.getByRole('link', { name: 'Policy' }).click();
    await page.getByText(/^sha256:[0-9a-f]{64}$/).waitFor();
    await page
      .getByText(/rows; proves/)
      .first()
      .waitFor();
    await page
      .getByText(/^of \d{4}-\d\d-\d\d, \d+ days? old$/)
      .first()
      .waitFor();
    await page.getByLabel('Agent').fill('support-bot');
    await page.getByLabel('Address', { exact: true }).fill(`http://${lab.lab.authority(HELD)}/contacts`);
    await page.getByLabel('Method').fill('post');
    await page.getByLabel('Network addresses').fill(lab.lab.origin(HELD).address);
    await page.getByRole('button', { name: 'Explain' }).click();
    const answer = page.locator('.explanation');
    await answer.waitFor();
    const text = await answer.textContent();
    expect(text).toContain('hold');
    expect(text).toContain('to-crm');
    expect(text).toMatch(/entryDE, by attestation/);
    await page.getByLabel('Agent').fill('nobody');
    await page.getByRole('button', { name: 'Explain' }).click();
    await page.getByRole('alert').getByText('Found agent "nobody"').waitFor();
  });

  it('a policy that was refused says why, where the policy is shown', async () => {
    await lab.lab.gateway.reload({ 'rules.yaml': 'cordon: 1\nrules: [{ id: x, to: [nowhere], then: permit }]\n' });
    await page.getByText('What lies in the directory now is not in force').waitFor();
    await page
      .getByText(/rules\.yaml:2:/)
      .first()
      .waitFor();
  });

  it('signing out leads to the door, and the session is over', async () => {
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('Token').waitFor();
    await page.reload();
    await page.getByLabel('Token').waitFor();
  });

  it('nothing was refused by the content security policy', () => {
    expect(lab.violations).toEqual([]);
  });
});
