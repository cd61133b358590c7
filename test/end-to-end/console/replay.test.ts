import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Script } from '../../support/origin.ts';
import { ask, EMAIL } from '../masking/ask.ts';
import { ConsoleLab, HELD, closeWindows, hasBrowser, needing } from './console-lab.ts';

const STREAM = 'stream.de.lab.example';
/** Markup, a text that turns around, and a character that nobody sees. */
const DECEPTIVE = `<img src=x onerror=alert(1)> \u202Egnp.exe zero\u200Bwidth ${EMAIL}`;

const stream: Script = ({ connection: { socket } }) => {
  socket.write('HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n');
  const events = ['data: one\n\n', 'data: two\n\n', `data: ${EMAIL}\n\n`];
  const chunk = (text: string): string => `${text.length.toString(16)}\r\n${text}\r\n`;
  events.forEach((event, i) => void setTimeout(() => socket.write(chunk(event)), 400 * i));
  setTimeout(() => socket.write('0\r\n\r\n'), 400 * events.length);
};

describe.skipIf(!hasBrowser)(`recorded content in the console (${needing})`, () => {
  let lab: ConsoleLab;
  let auditor: string;
  let page: Page;

  beforeAll(async () => {
    lab = await ConsoleLab.start({
      origins: { [STREAM]: { country: 'DE', handler: stream } },
      rules: ['{ id: recorded, to: [stream-de-lab-example], then: permit, record: content }'],
    });
    auditor = await lab.token('audra@acme.example', 'auditor');
    const content = JSON.stringify({ note: DECEPTIVE });
    await ask(lab.lab, STREAM, { target: '/watched', content, fields: ['Content-Type: application/json'] });
    await ask(lab.lab, STREAM, { target: '/after', method: 'GET' });
    await ask(lab.lab, HELD, { target: '/%3Cb%3Enot%3C/b%3E', method: 'GET', fields: ['Cordon-Prefer: respond-async'] });
    page = await lab.signIn(auditor);
  });
  afterAll(async () => {
    await (lab as ConsoleLab | undefined)?.[Symbol.asyncDispose]();
    await closeWindows();
  });

  async function open(on: Page) {
    await on.getByRole('navigation').getByRole('link', { name: 'Exchanges' }).click();
    await on.getByRole('link', { name: /watched/ }).click();
    await on.getByRole('heading', { level: 1, name: 'Exchange', exact: true }).waitFor();
    const content = on.getByRole('region', { name: 'Content' });
    await content.getByRole('button', { name: 'Show what was recorded' }).click();
    await content.getByRole('heading', { name: 'Request' }).waitFor();
    return content;
  }

  it('shows both messages as text only, with what was masked marked by kind', async () => {
    const content = await open(page);
    const sent = content.locator('pre', { hasText: 'note' });
    expect(await sent.textContent()).toContain('<img src=x onerror=alert(1)> U+202Egnp.exe zeroU+200Bwidth REDACTED_EMAIL');
    expect(await sent.locator('mark').getAttribute('title')).toBe('masked: email');
    expect(await content.locator('img').count()).toBe(0);
    expect(await page.content()).not.toContain(EMAIL);
    expect(lab.violations).toEqual([]);
  });

  it('plays a stream at its own pace, by keyboard, and says when it has ended', async () => {
    const content = page.getByRole('region', { name: 'Content' });
    const answered = content.locator('pre', { hasText: 'data: one' });
    expect(await answered.textContent()).toContain('REDACTED_EMAIL');
    await content.getByRole('button', { name: 'Play' }).focus();
    await page.keyboard.press('Enter');
    // It is played from its beginning: what came later is not there yet.
    expect(await answered.textContent()).not.toContain('data: two');
    await content.getByRole('button', { name: '16×' }).click();
    await page.getByRole('status').getByText('Answer: played to its end').waitFor();
    expect(await answered.textContent()).toContain('REDACTED_EMAIL');
    const position = content.getByRole('slider', { name: 'Position' });
    await position.focus();
    await page.keyboard.press('Home');
    expect(await answered.textContent()).not.toContain('data: two');
    await page.keyboard.press('End');
    expect(await answered.textContent()).toContain('data: two');
  });

  it('is for auditors alone', async () => {
    const viewer = await lab.signIn(await lab.token('vera@acme.example', 'viewer'));
    await viewer.getByRole('navigation').getByRole('link', { name: 'Exchanges' }).click();
    await viewer.getByRole('link', { name: /watched/ }).click();
    await viewer.getByRole('region', { name: 'Records' }).waitFor();
    expect(await viewer.getByRole('region', { name: 'Content' }).count()).toBe(0);
    await viewer.close();
  });

  async function openSession(on: Page) {
    await on.getByRole('navigation').getByRole('link', { name: 'Sessions' }).click();
    await on.getByRole('listitem').getByRole('link').first().click();
    const items = on.getByRole('list', { name: 'Exchanges in order' }).locator(':scope > li');
    await items.first().waitFor();
    return items;
  }

  it('shows a session along its time: when each began, how long it took, what was decided and how it ended', async () => {
    const items = await openSession(page);
    expect(await items.count()).toBe(3);
    const [watched = '', after = '', held = ''] = await items.evaluateAll((each) => each.map((item) => item.textContent));
    expect(watched).toMatch(/^permitted.*DE.*\+0\.00 s.*POST http:.*\/watched200 after 1\d{3} ms.* sent, \d+ bytes received/);
    expect(after).toMatch(/^permitted.*\+\d\.\d\d s.*GET .*\/after200 after 1\d{3} ms/);
    expect(held).toMatch(/^held.*\/%3Cb%3Enot%3C\/b%3E503 after/);
    const bars = items.locator('.bar :not(.span)');
    const drawn = await bars.evaluateAll((each) =>
      each.map((bar) => [bar.getAttribute('class'), Number(bar.getAttribute('x')), Number(bar.getAttribute('width'))] as const),
    );
    expect(drawn.map(([decision]) => decision)).toEqual(['permit', 'permit', 'hold']);
    const [first, second, third] = drawn;
    // One began after the other, and the streams took more than a second each of the three or so that all took.
    expect([first![1], second![1] > 250, third![1] > second![1] + 250]).toEqual([0, true, true]);
    for (const [, , width] of [first!, second!]) expect(width).toBeGreaterThan(250);
  });

  it('opens the content of an exchange beside it and plays it, by keyboard', async () => {
    const item = (await openSession(page)).first();
    await item.getByRole('link').focus();
    // What comes next after the link is its content, which says whose it is.
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent')).toMatch(/^Content of POST http:.*\/watched$/);
    await page.keyboard.press('Enter');
    await item.getByRole('button', { name: 'Show what was recorded' }).waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    const answered = item.locator('pre', { hasText: 'data: one' });
    await answered.waitFor();
    await item.getByRole('button', { name: '16×' }).click();
    await item.getByRole('button', { name: 'Play' }).press('Enter');
    expect(await answered.textContent()).not.toContain('REDACTED_EMAIL');
    await expect.poll(() => answered.textContent()).toContain('REDACTED_EMAIL');
    expect(await item.locator('img').count()).toBe(0);
    await item.getByRole('link').press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Exchange', exact: true }).waitFor();
    await page.keyboard.press('Escape');
    expect(lab.violations).toEqual([]);
  });

  it.each(['light', 'dark'] as const)('has no barrier in %s, and fits 360 px', async (colorScheme) => {
    const narrow = await lab.signIn(auditor, { colorScheme, viewport: { width: 360, height: 740 } });
    await open(narrow);
    await expectNoBarrier(narrow);
    const item = (await openSession(narrow)).first();
    await item.getByText('Content').click();
    await item.getByRole('button', { name: 'Show what was recorded' }).click();
    await item.getByRole('button', { name: 'Play' }).waitFor();
    await expectNoBarrier(narrow);
    await narrow.close();
  });

  async function expectNoBarrier(narrow: Page): Promise<void> {
    await narrow.evaluate(axe.source);
    const violations = await narrow.evaluate(async () => {
      const run = (globalThis as unknown as { axe: typeof axe }).axe.run;
      return (await run()).violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join()}`);
    });
    expect(violations).toEqual([]);
    expect(await narrow.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360);
  }
});
