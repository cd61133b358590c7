import type { Page, Route } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ApprovalsAnswer } from '../../../src/admin/contract/approvals.ts';
import { ConsoleLab, HELD, closeWindows, hasBrowser, needing } from './console-lab.ts';

/** Where one request is read. */
const ONE = /^\/v1\/approvals\/[0-9a-f-]{36}$/;

describe.skipIf(!hasBrowser)(`keys while something is on its way (${needing})`, () => {
  let lab: ConsoleLab;
  let page: Page;
  let count = 0;
  /** Paths of the requests of a test: it works on the first, and the second is to be left alone. */
  let [mine, other] = ['', ''];

  beforeAll(async () => {
    lab = await ConsoleLab.start();
    page = await lab.signIn(await lab.token('paul@acme.example', 'approver', ['privacy']));
  });
  afterAll(async () => {
    await (lab as ConsoleLab | undefined)?.[Symbol.asyncDispose]();
    await closeWindows();
  });
  beforeEach(async () => {
    [mine, other] = [`/mine-${++count}`, `/other-${count}`];
    for (const target of [mine, other]) await lab.left(HELD, { target, content: '{}' });
    await page.getByRole('link', { name: 'Requests' }).click();
    await rowOf(page, other).waitFor();
  });

  const rowOf = (at: Page, path: string) =>
    at.getByRole('region', { name: 'Waiting' }).getByRole('link', { name: new RegExp(`${path}$`) });
  const reason = (at: Page) => at.getByLabel('Your reason, for the record');

  async function pending(): Promise<string[]> {
    const { content } = await lab.lab.gateway.adminGet('/v1/approvals?state=pending&limit=200');
    return (content as ApprovalsAnswer).items.map(({ target }) => new URL(target).pathname);
  }

  /** Keeps what is asked for like this until it is let go. */
  async function delayed(at: Page, method: 'GET' | 'POST', path: RegExp): Promise<() => Promise<void>> {
    const waiting: Route[] = [];
    let isOpen = false;
    const isIt = (url: URL): boolean => path.test(url.pathname);
    await at.route(isIt, (route) =>
      isOpen || route.request().method() !== method ? route.fallback() : void waiting.push(route),
    );
    return async () => {
      await expect.poll(() => waiting.length).toBeGreaterThan(0);
      isOpen = true;
      for (const route of waiting) await route.continue().catch(() => {});
      await at.unroute(isIt);
    };
  }

  /** That only the first request is open, and nothing was decided. */
  async function expectLeftAlone(at: Page): Promise<void> {
    expect(await at.getByRole('dialog').count()).toBe(0);
    await at
      .getByRole('article')
      .getByText(new RegExp(`${mine}$`))
      .waitFor();
    expect(await pending()).toContain(other);
  }

  it('what is typed before the form is there is no shortcut', async () => {
    const letGo = await delayed(page, 'GET', ONE);
    await rowOf(page, mine).focus();
    await page.keyboard.press('a');
    await page.getByRole('heading', { name: 'Held request', exact: true }).waitFor();
    const opened = page.url();
    await page.keyboard.type('jdk?gja');
    await page.keyboard.press('Control+Enter');
    expect(page.url()).toBe(opened);
    await letGo();
    await page.getByRole('form', { name: 'Approve this one request' }).waitFor();
    await expectLeftAlone(page);
    await page.keyboard.type('jad');
    expect(await reason(page).inputValue()).toBe('jad');
    expect(await pending()).toContain(mine);
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keys' }).waitFor();
    await page.keyboard.press('Escape');
  });

  it.each<[by: string, open: () => Promise<void>]>([
    ['by pointer', async () => await rowOf(page, mine).click()],
    ['with Enter', async () => await rowOf(page, mine).press('Enter')],
  ])('keys are for the request that was opened %s, though it is not there yet', async (_, open) => {
    const letGo = await delayed(page, 'GET', ONE);
    await open();
    await page.getByRole('heading', { name: 'Held request', exact: true }).waitFor();
    const opened = page.url();
    await page.keyboard.type('djag');
    await page.keyboard.press('Control+Enter');
    expect(page.url()).toBe(opened);
    expect(await page.getByRole('form').count()).toBe(0);
    await letGo();
    await page.getByRole('form', { name: 'Deny this request' }).waitFor();
    await expectLeftAlone(page);
    const posted = page.waitForRequest((each) => each.method() === 'POST' && each.url().endsWith('/decision'));
    await page.keyboard.type('not to them');
    await page.keyboard.press('Control+Enter');
    expect((await posted).url()).toContain(opened.split('/').at(-1));
    await page.getByText('Denied. The agent is told that people said no.').first().waitFor();
    expect(await pending()).not.toContain(mine);
    expect(await pending()).toContain(other);
  });

  it('what was set out to be done is forgotten with the look at another request', async () => {
    const letGo = await delayed(page, 'GET', ONE);
    await rowOf(page, mine).focus();
    await page.keyboard.press('a');
    await page.getByRole('heading', { name: 'Held request', exact: true }).waitFor();
    for (const path of [other, mine]) {
      await rowOf(page, path).click();
      await page
        .locator('.row.open')
        .getByText(new RegExp(`${path}$`))
        .waitFor();
    }
    // Were the first key remembered, this one would be text, and the form one that approves.
    await page.keyboard.press('d');
    await letGo();
    await page.getByRole('form', { name: 'Deny this request' }).waitFor();
    await expectLeftAlone(page);
    for (const _ of ['form', 'request']) await page.keyboard.press('Escape');
  });

  it('no more is it where no form comes, since this person may not decide', async () => {
    const owner = await lab.signIn(await lab.token('olga@acme.example', 'approver', ['privacy']));
    await rowOf(owner, mine).waitFor();
    const letGo = await delayed(owner, 'GET', ONE);
    await rowOf(owner, mine).focus();
    await owner.keyboard.press('a');
    await owner.getByRole('heading', { name: 'Held request', exact: true }).waitFor();
    await owner.keyboard.type('ok');
    await letGo();
    await owner.getByText('You cannot decide on this').waitFor();
    await owner.waitForTimeout(200);
    await owner.keyboard.type('jad');
    await owner.waitForTimeout(200);
    await expectLeftAlone(owner);
    expect(await owner.getByRole('form').count()).toBe(0);
    // Without anything typed there is nothing to guard, and the keys go on.
    await owner.keyboard.press('Escape');
    await rowOf(owner, mine).focus();
    await owner.keyboard.press('a');
    await owner.getByText('You cannot decide on this').waitFor();
    const opened = owner.url();
    await owner.keyboard.press('k');
    await expect.poll(() => owner.url()).not.toBe(opened);
    await owner.close();
  });

  it('who writes goes on writing when others settle the request meanwhile', async () => {
    await rowOf(page, mine).focus();
    await page.keyboard.press('a');
    await reason(page).waitFor();
    await page.keyboard.type('I do not ');
    const petra = await lab.signIn(await lab.token('petra@acme.example', 'approver', ['privacy']));
    await rowOf(petra, mine).click();
    await petra.getByRole('button', { name: 'Deny', exact: true }).click();
    await reason(petra).fill('no');
    await petra.getByRole('button', { name: 'Deny now' }).click();
    await page.locator('.notice:focus', { hasText: 'Meanwhile it was settled.' }).waitFor();
    const opened = page.url();
    await page.waitForTimeout(200);
    await page.keyboard.type('know, add a look');
    await page.waitForTimeout(200);
    await page.keyboard.press('Enter');
    expect(page.url()).toBe(opened);
    await expectLeftAlone(page);
    expect(await page.getByRole('form').count()).toBe(0);
    await page.keyboard.press('Escape');
    await expect.poll(() => page.url()).not.toBe(opened);
    await rowOf(page, other).focus();
    await page.keyboard.press('d');
    await page.getByRole('form', { name: 'Deny this request' }).waitFor();
    await page.keyboard.press('Escape');
    await petra.close();
  });

  it('nothing else is begun, nor given up in appearance, while a decision is on its way', async () => {
    await rowOf(page, mine).focus();
    await page.keyboard.press('a');
    await reason(page).fill('a customer waits');
    const letGo = await delayed(page, 'POST', /\/decision$/);
    // The pressed button is disabled, and nothing has the focus.
    await page.getByRole('button', { name: 'Approve now' }).click();
    const opened = page.url();
    await page.keyboard.type('jd');
    await page.keyboard.press('Escape');
    await reason(page).focus();
    await page.keyboard.press('Escape');
    expect(page.url()).toBe(opened);
    await page.getByRole('form', { name: 'Approve this one request' }).waitFor();
    await letGo();
    await page.getByText('Approved. This very request leaves once.').first().waitFor();
    await expectLeftAlone(page);
    expect(await pending()).not.toContain(mine);
    await page.keyboard.press('Escape');
    await rowOf(page, other).waitFor();
  });
});
