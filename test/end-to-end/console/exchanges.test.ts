import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, EMAIL, parrot } from '../masking/ask.ts';
import { ConsoleLab, HELD, IMITATION, closeWindows, hasBrowser, needing } from './console-lab.ts';

const OPEN = 'open.de.lab.example';
const ABROAD = 'abroad.us.lab.example';

describe.skipIf(!hasBrowser)(`exchanges and sessions in the console (${needing})`, () => {
  let lab: ConsoleLab;
  let viewer: string;
  let page: Page;

  beforeAll(async () => {
    lab = await ConsoleLab.start({
      origins: { [OPEN]: { country: 'DE', handler: parrot }, [ABROAD]: { country: 'US', handler: parrot } },
      rules: [
        '{ id: to-open, to: [open-de-lab-example], then: permit, mask: { request: [pii] } }',
        '{ id: to-abroad, to: [abroad-us-lab-example], then: permit }',
      ],
    });
    viewer = await lab.token('vera@acme.example', 'viewer');
    await sent(OPEN, '/first', JSON.stringify({ mail: EMAIL }));
    await sent(ABROAD, '/refused');
    await lab.left(HELD, { target: '/held', content: '{}' });
    await lab.left(IMITATION, { target: '/imitated', content: '{}' });
    page = await lab.signIn(viewer);
  });
  afterAll(async () => {
    await (lab as ConsoleLab | undefined)?.[Symbol.asyncDispose]();
    await closeWindows();
  });

  const sent = (name: string, target: string, content = '{}') =>
    ask(lab.lab, name, { target, content, fields: ['Content-Type: application/json'] });

  async function show(on: Page, view: 'Exchanges' | 'Sessions'): Promise<void> {
    await on.getByRole('navigation').getByRole('link', { name: view }).click();
    await on.getByRole('heading', { level: 1, name: view }).waitFor();
  }

  const rows = (on: Page) => on.getByRole('listitem').getByRole('link');

  it('lists what went through and what was refused, and what comes while one looks', async () => {
    await show(page, 'Exchanges');
    await page.getByRole('link', { name: /imitated/ }).waitFor();
    await page.getByRole('link', { name: /\/first/ }).waitFor();
    const refused = page.getByRole('listitem').filter({ hasText: '/refused' });
    expect(await refused.textContent()).toContain('denied: outside_home');
    expect(await page.getByRole('listitem').filter({ hasText: '/first' }).last().textContent()).toMatch(/permitted.*email ×1/);
    expect(await page.getByRole('listitem').filter({ hasText: '/imitated' }).textContent()).toContain('unusual host name');
    await sent(OPEN, '/later');
    // Without anything being done in this window.
    await page.getByRole('link', { name: /\/later/ }).waitFor();
    expect(await page.content()).not.toContain(EMAIL);
  });

  it('filters stand in the address: they can be sent to somebody, and outlive a look at one', async () => {
    await show(page, 'Exchanges');
    await page.getByLabel('Decision').selectOption('deny');
    await page.getByLabel('Host').fill('*.lab.example');
    await page.getByRole('button', { name: 'Filter' }).click();
    await page.getByRole('link', { name: /\/first/ }).waitFor({ state: 'detached' });
    await page.getByRole('link', { name: /\/refused/ }).waitFor();
    expect(await rows(page).count()).toBe(1);
    expect(new URL(page.url()).hash).toBe('#/exchanges?decision=deny&host=*.lab.example');
    await page.getByRole('link', { name: /\/refused/ }).click();
    await page.getByRole('heading', { level: 1, name: 'Exchange', exact: true }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('link', { name: /\/refused/ }).waitFor();
    expect(await page.getByLabel('Decision').inputValue()).toBe('deny');

    const other = await lab.signIn(viewer);
    await other.goto(page.url());
    await other.getByRole('link', { name: /\/refused/ }).waitFor();
    expect(await rows(other).count()).toBe(1);
    expect(await other.getByLabel('Host').inputValue()).toBe('*.lab.example');
    await other.getByRole('button', { name: 'Show all' }).click();
    await other.getByRole('link', { name: /\/first/ }).waitFor();
    await other.close();

    await page.getByLabel('Host').fill('no%');
    await page.getByRole('button', { name: 'Filter' }).click();
    await page.getByText('No exchange matches.').waitFor();
    await page.getByLabel('Code').fill('NOT A CODE');
    await page.getByRole('button', { name: 'Filter' }).click();
    await page.getByRole('alert').getByText('The request is not well-formed').waitFor();
    await page.getByRole('button', { name: 'Show all' }).click();
  });

  it('opens one: decision with its reason, place with evidence, findings, timing, and its records', async () => {
    await show(page, 'Exchanges');
    await page.getByRole('link', { name: /\/first/ }).click();
    const decision = page.getByRole('region', { name: 'Decision' });
    await decision.getByText('permitted', { exact: true }).waitFor();
    expect(await decision.textContent()).toMatch(/support-bot.*eu.*to-open/);
    expect(await page.getByRole('region', { name: 'Where' }).textContent()).toMatch(/Enters in.?DE.*attestation/);
    expect(await page.getByRole('region', { name: 'Outcome' }).textContent()).toMatch(/200.*ms.*email ×1/);
    const records = page.getByRole('region', { name: 'Records' });
    await records.getByText(/^decision \d+$/).click();
    expect(await records.locator('pre').first().textContent()).toContain('"kind": "decision"');
    await decision.getByRole('link', { name: /^a-/ }).click();
    await page.getByRole('heading', { level: 1, name: 'Session', exact: true }).waitFor();
  });

  it('leads from an exchange that people were asked about to the held request', async () => {
    await show(page, 'Exchanges');
    await page.getByRole('link', { name: /\/held/ }).click();
    await page.getByRole('link', { name: 'the held request' }).click();
    await page.getByRole('heading', { name: 'Held request', exact: true }).waitFor();
  });

  it('shows a session in order, with marks for what was held, refused and found', async () => {
    await show(page, 'Sessions');
    const row = page.getByRole('listitem').filter({ hasText: 'support-bot' });
    await row.getByText('2 held').waitFor();
    await row.getByText('1 denied').waitFor();
    await row.getByText('1 value found').waitFor();
    await row.getByRole('link').click();
    const exchanges = page
      .getByRole('list', { name: 'Exchanges in order' })
      .getByRole('listitem')
      .filter({ has: page.getByRole('link') });
    await exchanges.first().waitFor();
    const told = await exchanges.evaluateAll((items) => items.map((item) => item.textContent));
    expect(told.map((text) => /\/(first|refused|held|imitated|later)/.exec(text)?.[1])).toEqual([
      'first',
      'refused',
      'held',
      'imitated',
      'later',
    ]);
    expect([told[0], told[1], told[2]]).toEqual([
      expect.stringContaining('email ×1'),
      expect.stringContaining('denied: outside_home'),
      expect.stringContaining('people were asked'),
    ]);
  });

  it.each(['light', 'dark'] as const)(
    'maps where content went and where it was refused, when it is %s',
    async (colorScheme) => {
      const window = await lab.signIn(viewer, { colorScheme, viewport: { width: 360, height: 640 } });
      await show(window, 'Exchanges');
      const map = window.getByRole('img', { name: /^Map\. .*Germany: 2 permitted, 1 refused or held/ });
      await map.waitFor();
      expect(await map.getAttribute('aria-label')).toContain('United States: 0 permitted, 2 refused or held');
      const classOf = (country: string) => window.locator(`.map [data-country=${country}]`).getAttribute('class');
      expect(await Promise.all(['US', 'DE', 'FR'].map(classOf))).toEqual(['refused', 'both', null]);
      expect(await window.locator('[data-ring=US]').getAttribute('class')).toBe('broken');
      expect(await window.evaluate('document.documentElement.scrollWidth')).toBe(360);
      await window.getByRole('row', { name: /^US/ }).getByRole('link').click();
      await window.waitForURL(/#\/exchanges\?place=US$/);
      await window.getByRole('link', { name: /\/refused/ }).waitFor();
      await window.close();
    },
  );

  it('asked for nothing that the content security policy refuses', () => {
    expect(lab.violations).toEqual([]);
  });
});
