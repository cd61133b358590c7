import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConsoleLab, HELD, IMITATION, closeWindows, hasBrowser, needing } from '../console/console-lab.ts';

const MARKUP = '<img src=x onerror=alert(1)><script>alert(2)</script><svg/onload=alert(3)>';
/** In a page it would show as `exe.fdp`, and a word of which nothing is seen. */
const TURNED = 'a\u202Efdp.exe\u202C b\u200B\u2060c';
const HIDDEN = '[\\u0080-\\u009f\\p{Cf}\\p{Co}\\p{Default_Ignorable_Code_Point}]';

describe.skipIf(!hasBrowser)(`what agents write, in the console (${needing})`, () => {
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

  async function open(path: RegExp): Promise<void> {
    await page.getByRole('link', { name: 'Requests' }).click();
    await page.getByRole('link', { name: path }).click();
    await page.getByRole('region', { name: 'Who asks, and what holds it' }).waitFor();
  }

  /** Elements that a text has become, and hidden characters anywhere in the page, its attributes included. */
  async function leaks(): Promise<unknown> {
    return page.evaluate(`({
      elements: [...document.querySelectorAll('.foreign *:not(span.escape)')].map((each) => each.outerHTML),
      strangers: document.querySelectorAll('img, iframe, object, embed, body script, svg:not(figure > svg:only-of-type)').length,
      hidden: document.documentElement.outerHTML.match(/${HIDDEN}/gu) ?? [],
      scripts: [...document.querySelectorAll('a')].map(({ href }) => href).filter((href) => !href.startsWith(location.origin)),
    })`);
  }
  const NOTHING = { elements: [], strangers: 0, hidden: [], scripts: [] };

  it('ADM-02: markup in path, query, reason, media type and content is text and nothing else', async () => {
    await lab.left(HELD, {
      target: `/%3Cscript%3Ealert(1)%3C/script%3E?javascript:alert(2)=%3Csvg%20onload=alert(3)%3E`,
      fields: [`Cordon-Reason: ${MARKUP}`, 'User-Agent: <b>bold</b>', 'X-Note: "><script>alert(4)</script>'],
      content: JSON.stringify({ html: MARKUP, link: 'javascript:alert(5)' }),
    });
    await open(/script/);
    const requester = await page.getByRole('region', { name: 'Who asks, and what holds it' }).textContent();
    expect(requester).toContain(MARKUP);
    expect(await page.locator('pre').textContent()).toContain('<svg/onload=alert(3)>');
    expect(await leaks()).toEqual(NOTHING);
  });

  it('characters that cannot be seen or turn the text are written out, in list, request and preview', async () => {
    await lab.left(HELD, {
      target: '/turned',
      // The bytes of UTF-8, in a client that writes fields as Latin-1.
      fields: [`Cordon-Reason: ${Buffer.from(TURNED).toString('latin1')}`],
      content: `{"file":"${TURNED}","pad":"\\u00a0\u00a0","bell":"\u0007"}`,
    });
    await open(/turned/);
    expect(await page.locator('pre').textContent()).toContain('"file":"aU+202Efdp.exeU+202C bU+200BU+2060c"');
    expect(await page.locator('pre .escape').first().getAttribute('title')).toBe(
      'U+202E: a character that changes the direction of text',
    );
    expect(await leaks()).toEqual(NOTHING);
  });

  it('a host that imitates another is shown in ASCII, with what it stands for', async () => {
    await lab.left(IMITATION, { target: '/pay', content: '{}' });
    await open(/\/pay/);
    const article = page.getByRole('article', { name: 'The open request' });
    await article.getByText('which mixes Latin and Cyrillic letters').waitFor();
    expect(await article.locator('.big-target').textContent()).toContain(`http://${IMITATION}:`);
    expect(await page.getByText('unusual host name').count()).toBe(1);
  });

  it('nobody got a dialogue, an error or a violation of the content security policy', () => {
    expect(lab.violations).toEqual([]);
  });
});
