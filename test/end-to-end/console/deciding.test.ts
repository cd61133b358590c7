import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EMAIL } from '../masking/ask.ts';
import { browser, ConsoleLab, HELD, needing, QUORUM } from './console-lab.ts';

describe.skipIf(browser === undefined)(`deciding in the console (${needing})`, () => {
  let lab: ConsoleLab;
  let page: Page;

  beforeAll(async () => {
    lab = await ConsoleLab.start(browser!);
    page = await lab.signIn(await lab.token('paul@acme.example', 'approver', ['privacy']));
  });
  afterAll(async () => {
    await (lab as ConsoleLab | undefined)?.[Symbol.asyncDispose]();
    await browser?.close();
  });

  const waiting = () => page.getByRole('region', { name: 'Waiting' });

  it('a held request appears by itself, is approved with a reason, and reaches its origin as it was shown', async () => {
    await waiting().getByText('Nothing waits for a decision.').waitFor();
    const answer = lab.held(HELD, { target: '/contacts', content: `{"to":"${EMAIL}"}` });
    await waiting()
      .getByRole('link', { name: /POST .*\/contacts/ })
      .click();
    const preview = page.getByRole('region', { name: 'Content' }).locator('pre');
    await preview.waitFor();
    expect(await preview.textContent()).toBe('{"to":"REDACTED_EMAIL"}');
    await page.getByRole('button', { name: 'Approve', exact: true }).click();
    await page.getByLabel('Your reason, for the record').fill('a customer waits');
    await page.getByRole('button', { name: /^Approve now/ }).click();
    await page.getByText('Approved. It leaves once, exactly as it was shown.').first().waitFor();
    const { status, content } = await answer;
    expect(status).toBe(200);
    expect(content.toString()).toBe('{"to":"REDACTED_EMAIL"}');
    await page.getByText('It was approved and has been let through.').waitFor();
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

  it('nothing was refused by the content security policy', () => {
    expect(lab.violations).toEqual([]);
  });
});
