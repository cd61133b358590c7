import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults, RunOptions } from 'axe-core';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConsoleLab, HELD, IMITATION, QUORUM, closeWindows, hasBrowser, needing } from './console-lab.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const PHONE = { viewport: { width: 360, height: 640 } };

describe.skipIf(!hasBrowser)(`the console for everyone (${needing})`, () => {
  let lab: ConsoleLab;
  let approver: string;
  let admin: string;

  beforeAll(async () => {
    lab = await ConsoleLab.start();
    [approver, admin] = [await lab.token('paul@acme.example', 'approver', ['privacy']), await lab.lab.gateway.adminToken()];
    const long = `/${'a'.repeat(300)}`;
    await lab.left(HELD, { target: '/one', content: '{"mail":"a@example.org"}', fields: ['Cordon-Reason: because'] });
    await lab.left(QUORUM, { target: long, content: JSON.stringify({ text: 'x'.repeat(3000) }) });
    await lab.left(IMITATION, { target: '/apple', content: '{}' });
  });
  afterAll(async () => {
    await (lab as ConsoleLab | undefined)?.[Symbol.asyncDispose]();
    await closeWindows();
  });

  /** What axe finds wrong (WCAG 2.2 A and AA, and its best practices). */
  async function faults(page: Page, options: RunOptions): Promise<string[]> {
    const protocol = await page.context().newCDPSession(page);
    // Not by a script element: the content security policy would refuse it.
    const evaluate = async (expression: string): Promise<unknown> => {
      const { result } = await protocol.send('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true });
      return result.value;
    };
    await evaluate(AXE);
    const { violations, passes } = (await evaluate(`axe.run(${JSON.stringify(options)})`)) as AxeResults;
    expect(passes).not.toEqual([]);
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id} ${String(target)} ${failureSummary}`),
    );
  }

  /** Every view, one after the other, as somebody who works with them comes by. */
  async function* views(options: BrowserContextOptions): AsyncGenerator<readonly [view: string, page: Page]> {
    const door = await lab.open(options);
    await door.getByLabel('Token').waitFor();
    yield ['sign in', door];
    const page = await lab.signIn(approver, options);
    for (const path of ['/one', '/aaa', '/apple']) {
      await page.getByRole('link', { name: 'Requests' }).click();
      await page.getByRole('link', { name: new RegExp(path) }).click();
      await page.getByRole('heading', { name: 'Held request', exact: true }).waitFor();
      await page.getByRole('region', { name: 'Content' }).waitFor();
      yield [path, page];
    }
    await page.getByRole('button', { name: 'Approve and grant' }).click();
    yield ['grant', page];
    await page.getByRole('link', { name: 'Requests' }).click();
    await page.getByRole('link', { name: /apple/ }).waitFor();
    yield ['inbox', page];
    await page.getByRole('button', { name: 'Help' }).click();
    yield ['help', page];
    await page.keyboard.press('Escape');
    for (const view of ['Exchanges', 'Sessions']) {
      await page.getByRole('link', { name: view, exact: true }).click();
      await page.getByRole('heading', { level: 1, name: view }).waitFor();
      await page.getByRole('listitem').getByRole('link').first().waitFor();
      yield [view, page];
      await page.getByRole('listitem').getByRole('link').first().click();
      await page.getByRole('heading', { level: 1, name: view.slice(0, -1), exact: true }).waitFor();
      await page
        .getByText(/support-bot/)
        .first()
        .waitFor();
      yield [`one of ${view}`, page];
    }
    for (const view of ['Grants', 'Policy']) {
      await page.getByRole('link', { name: view, exact: true }).click();
      await page.getByRole('heading', { level: 1, name: view }).waitFor();
      yield [view, page];
    }
    const access = await lab.signIn(admin, options);
    await access.getByRole('link', { name: 'Access' }).click();
    await access.getByRole('heading', { level: 1, name: 'Access' }).waitFor();
    yield ['Access', access];
  }

  it.each<['light' | 'dark', RunOptions]>([
    ['light', {}],
    // Nothing but colours is another.
    ['dark', { runOnly: ['color-contrast'] }],
  ])('axe finds nothing wrong with any view when it is %s', async (colorScheme, options) => {
    const found: Record<string, readonly string[]> = {};
    for await (const [view, page] of views({ colorScheme })) {
      const wrong = await faults(page, options);
      if (wrong.length > 0) found[view] = wrong;
    }
    expect(found).toEqual({});
  });

  it('nothing is wider than a window of 360 pixels', async () => {
    const widths: Record<string, number> = {};
    for await (const [view, page] of views(PHONE)) {
      widths[view] = await page.evaluate('document.documentElement.scrollWidth');
    }
    expect(Object.keys(widths)).toHaveLength(14);
    expect(Object.entries(widths).filter(([, width]) => width > 360)).toEqual([]);
  });

  it('nothing was refused by the content security policy', () => {
    expect(lab.violations).toEqual([]);
  });
});
