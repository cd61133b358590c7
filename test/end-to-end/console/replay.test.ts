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

  it('shows what keeps a session, and places and releases a legal hold with its reason, by keyboard', async () => {
    await openSession(page);
    const retention = page.getByRole('region', { name: 'Retention' });
    await retention.getByText('It is under no legal hold').waitFor();
    await retention.getByText('Place a legal hold').press('Enter');
    const form = retention.getByRole('form', { name: 'Place a legal hold' });
    await form.getByRole('button', { name: 'Place the hold' }).press('Enter');
    // Nothing is placed without a reason: the field that lacks it has the focus.
    expect(await page.evaluate('document.activeElement.id')).toBe('hold-reason');
    await page.keyboard.type(`case 7 ${DECEPTIVE}`);
    await form.getByLabel('before that day').fill('2020-01-02');
    await form.getByLabel('from that day on').fill('2020-01-02');
    await form.getByRole('button', { name: 'Place the hold' }).press('Enter');
    await form.getByRole('alert').getByText('Found 2020-01-02, expected an instant after 2020-01-02').waitFor();
    await form.getByLabel('before that day').fill('2999-01-01');
    await form.getByRole('button', { name: 'Place the hold' }).press('Enter');
    const held = retention.getByRole('list', { name: 'Legal holds' }).getByRole('listitem');
    await held.waitFor();
    expect(await held.textContent()).toMatch(
      /^case 7 <img.*Covers this session from .*2020.* until .*2999.*by audra@acme\.example/,
    );
    expect(await held.locator('img').count()).toBe(0);
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Retention');
    // Who reads what was recorded does not destroy it.
    expect(await retention.getByRole('button', { name: 'Shred' }).count()).toBe(0);
  });

  it('shreds for an operator who gives a reason and types the agent, and says why not under a hold', async () => {
    const operator = await lab.signIn(await lab.token('otto@acme.example', 'operator'), {
      viewport: { width: 360, height: 740 },
    });
    await openSession(operator);
    const retention = operator.getByRole('region', { name: 'Retention' });
    await retention.getByText('under legal hold', { exact: true }).waitFor();
    expect(await retention.getByRole('button', { name: 'Release' }).count()).toBe(0);
    const shred = async (): Promise<void> => {
      await retention.getByRole('button', { name: 'Shred' }).press('Enter');
      const dialog = operator.getByRole('dialog', { name: 'Shred the content of this session?' });
      await dialog.getByLabel('Your reason').fill('erasure 12');
      await dialog.getByLabel('type support-bot').fill('support-bo');
      await dialog.getByRole('button', { name: 'Shred' }).press('Enter');
      const said = await operator.evaluate('document.activeElement.validationMessage');
      expect(said).toBe('Found another text, expected support-bot');
      await dialog.getByLabel('type support-bot').fill('support-bot');
      await dialog.getByRole('button', { name: 'Shred' }).press('Enter');
    };
    await shred();
    await operator.getByRole('dialog').getByRole('alert').getByText('Nothing was shredded: a part of it is under').waitFor();
    await expectNoBarrier(operator);
    await operator.keyboard.press('Escape');

    await page.getByRole('button', { name: 'Release' }).press('Enter');
    const release = page.getByRole('dialog', { name: 'Release this legal hold?' });
    await release.getByLabel('Your reason').fill('settled');
    await release.getByRole('button', { name: 'Release' }).press('Enter');
    await page.getByText('It is under no legal hold').waitFor();

    await retention.getByText('It is under no legal hold').waitFor();
    await shred();
    const shredded = retention.getByRole('list', { name: 'What was shredded' }).getByRole('listitem');
    await shredded.waitFor();
    expect(await shredded.textContent()).toMatch(/^shredded erasure 12.*by otto@acme\.example$/);
    expect(await retention.textContent()).toContain('Nobody can read it any more');
    expect(await retention.getByRole('button', { name: 'Shred' }).count()).toBe(0);
    await expectNoBarrier(operator);
    await operator.close();
    await page.getByRole('region', { name: 'Retention' }).getByText('erasure 12').waitFor();
    expect(lab.violations).toEqual([]);
  });

  it('shows nothing of it to who may neither hold nor shred', async () => {
    const viewer = await lab.signIn(await lab.token('vera@acme.example', 'viewer'));
    await openSession(viewer);
    expect(await viewer.getByRole('region', { name: 'Retention' }).count()).toBe(0);
    await viewer.close();
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
