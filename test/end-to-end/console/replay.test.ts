import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Script } from '../../support/origin.ts';
import { ask, EMAIL } from '../masking/ask.ts';
import { ConsoleLab, closeWindows, hasBrowser, needing } from './console-lab.ts';

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
    page = await lab.signIn(auditor);
  });
  afterAll(async () => {
    await (lab as ConsoleLab | undefined)?.[Symbol.asyncDispose]();
    await closeWindows();
  });

  async function open(on: Page) {
    await on.getByRole('navigation').getByRole('link', { name: 'Exchanges' }).click();
    await on.getByRole('link', { name: /watched/ }).click();
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

  it.each(['light', 'dark'] as const)('has no barrier in %s, and fits 360 px', async (colorScheme) => {
    const narrow = await lab.signIn(auditor, { colorScheme, viewport: { width: 360, height: 740 } });
    await open(narrow);
    await narrow.evaluate(axe.source);
    const violations = await narrow.evaluate(async () => {
      const run = (globalThis as unknown as { axe: typeof axe }).axe.run;
      return (await run()).violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join()}`);
    });
    expect(violations).toEqual([]);
    expect(await narrow.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360);
    await narrow.close();
  });
});
