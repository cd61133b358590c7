import type { Page, Request } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConsoleLab, HELD, IMITATION, closeWindows, hasBrowser, needing } from './console-lab.ts';
import { spoken } from './spoken.ts';

const DESK = { viewport: { width: 1280, height: 800 } };
const PHONE = { viewport: { width: 360, height: 640 } };

/** Keeps what live regions have said, as a screen reader would say it. */
const LISTEN = `(() => {
  window.said = [];
  const regions = '[role=status], [role=alert], [aria-live]';
  new MutationObserver((changes) => {
    for (const { target } of changes) {
      const region = (target.nodeType === 1 ? target : target.parentElement)?.closest(regions);
      const text = region?.textContent;
      if (text && window.said.at(-1) !== text) window.said.push(text);
    }
    for (const { addedNodes } of changes) for (const node of addedNodes)
      if (node.nodeType === 1 && node.matches(regions) && node.textContent) window.said.push(node.textContent);
  }).observe(document.body, { subtree: true, childList: true, characterData: true });
})()`;

describe.skipIf(!hasBrowser)(`what a screen reader has to go by (${needing})`, () => {
  let lab: ConsoleLab;
  let token: string;
  let page: Page;

  beforeAll(async () => {
    lab = await ConsoleLab.start();
    token = await lab.token('paul@acme.example', 'approver', ['privacy']);
    await lab.left(IMITATION, {
      target: '/apple?q=1',
      content: '{"mail":"a@example.org","file":"a\u202Eb"}',
      fields: ['Cordon-Reason: a customer waits', 'X-Amz-Target: Contacts.Export'],
    });
    page = await lab.signIn(token, DESK);
    await page.evaluate(LISTEN);
  });
  afterAll(async () => {
    await (lab as ConsoleLab | undefined)?.[Symbol.asyncDispose]();
    await closeWindows();
  });

  const said = (): Promise<string[]> => page.evaluate<string[]>('window.said');

  /** What differs from run to run, or with the moment. */
  async function read(at: Page, within?: string): Promise<string[]> {
    return (await spoken(at, within)).map((line) =>
      line
        .replaceAll(/:\d{4,5}\//g, ':PORT/')
        .replaceAll(/\d+ h \d\d min|\d+:\d\d(?= left)/g, 'TIME')
        .replaceAll(/\d+ \w{3} \d{4}, \d\d:\d\d(?::\d\d)?/g, 'MOMENT')
        .replaceAll(/after \d+ ms/g, 'after MS'),
    );
  }

  async function open(at: Page, path: RegExp): Promise<void> {
    await at.getByRole('link', { name: 'Requests' }).click();
    await at.getByRole('link', { name: path }).click();
    await at.getByRole('region', { name: 'Content' }).waitFor();
  }

  it('a request in the list is one link, with all that tells whether it can wait', async () => {
    await page.getByRole('link', { name: /apple/ }).waitFor();
    const waiting = await read(page, 'Waiting');
    expect(waiting).toEqual([
      'region, Waiting',
      'heading, Waiting 1, level 2',
      `link, Waiting support-bot from home eu to US , outside of home TIME left POST http://${IMITATION}:PORT/apple?q=1`,
      '“to-apple 0 / 1 approvals”',
      '“email × 1”',
      '“basis: scc unusual host name a customer waits”',
    ]);
  });

  it('an open request is read whole and in its order, to who has 360 pixels as to who has a desk', async () => {
    await open(page, /apple/);
    const whole = await read(page, 'The open request');
    expect(whole).toEqual([
      'article, The open request',
      'heading, Held request, level 2, focused',
      'button, Back to the list',
      `“POST http://${IMITATION}:PORT/apple?q=1”`,
      '“xn--pple-43d stands for “аpple”, which mixes Latin and Cyrillic letters: it may imitate another name”',
      'term, x-amz-target',
      '“Contacts.Export”',
      '“Waiting It waits for a decision; without one it is denied at the deadline.”',
      '“Asked MOMENT , TIME left”',
      'region, Your decision',
      'button, Approve',
      'button, Approve and grant',
      'button, Deny',
      'region, Where',
      'heading, Where, level 3',
      'term, Home of the data',
      '“eu”',
      'term, Enters in',
      '“US”',
      'term, Is worked on in',
      '“US”',
      'term, Is stored in',
      '“US”',
      'term, Leaves home',
      '“Yes , on the basis scc of the rule to-apple ( SCC 2021/914 of Apple )”',
      'image, Map. Home: 27 countries. Would go to United States.',
      '“Home: 27 countries Would go to United States”',
      'heading, Evidence, strongest first, level 4',
      '“Your own policy states it . attestation (internal destination xn-pple-43d-us-lab-example): entry US, processing US, storage US”',
      'region, Content',
      'heading, Content, level 3',
      'term, Media type',
      '“application/json”',
      'term, Size',
      '“39 bytes”',
      'term, Found in the request',
      '“email × 1”',
      '“Leaves unmasked, as no rule masks it: email . It is masked here alone.”',
      'heading, All of it, shown masked, level 4',
      'group, All of it, shown masked',
      '“{"mail":"REDACTED_EMAIL","file":"a U+202E b"}”',
      'region, Who asks, and what holds it',
      'heading, Who asks, and what holds it, level 3',
      'term, Agent',
      '“support-bot”',
      'term, Its reason',
      '“a customer waits”',
      'term, Owners',
      '“olga@acme.example”',
      'term, Rule to-apple',
      '“0 of 1 approval of privacy”',
      'region, Decisions',
      'heading, Decisions, level 3',
      '“None yet.”',
    ]);
    const phone = await lab.signIn(token, PHONE);
    await open(phone, /apple/);
    expect(await read(phone, 'The open request')).toEqual(whole);
    await phone.context().close();
  });

  it('the form of a grant says what it would let pass before it asks for the reason', async () => {
    await page.getByRole('button', { name: 'Approve and grant' }).click();
    const form = await read(page, 'Your decision');
    expect(form.slice(0, 2)).toEqual(['region, Your decision', 'form, Approve it, and let the same kind pass for a time']);
    expect(form.slice(3)).toEqual([
      '“Until it ends or is revoked, nobody is asked about:”',
      'term, Requests of',
      '“support-bot”',
      'term, Held by the rule',
      '“to-apple”',
      'term, Like',
      `“POST http://${IMITATION}:PORT/apple”`,
      'term, As long as it is in',
      '“US”',
      'term, Values that may be in it',
      '“email”',
      '“xn--pple-43d stands for “аpple”, which mixes Latin and Cyrillic letters: it may imitate another name”',
      '“The rule allows 8 hours at the longest; use does not extend it.”',
      '“How long”',
      'combobox, How long',
      '“Your reason, for the record”',
      'textbox, Your reason, for the record, required, focused',
      'button, Approve and grant now',
      'button, Cancel',
    ]);
    await page.keyboard.press('Escape');
  });

  it('a countdown that runs says nothing', async () => {
    const before = await page.locator('.countdown').allTextContents();
    await lab.left(HELD, { target: '/counts', content: '{}' });
    await page.getByRole('link', { name: 'Requests' }).click();
    await page.getByRole('link', { name: /counts/ }).waitFor();
    const running = page.getByRole('link', { name: /counts/ }).locator('.countdown');
    const first = await running.textContent();
    const heard = (await said()).length;
    await expect.poll(() => running.textContent(), { timeout: 5000 }).not.toBe(first);
    expect(before.length).toBeGreaterThan(0);
    expect(await said()).toHaveLength(heard);
  });

  it('a new request is said once, and a long address not to its end', async () => {
    const before = (await said()).length;
    await lab.left(HELD, { target: `/new?x=${'a'.repeat(1000)}`, content: '{}' });
    await expect.poll(said).toHaveLength(before + 1);
    expect((await said()).at(-1)).toMatch(
      /^New request of support-bot: POST http:\/\/held\S{180,195}, and 8\d\d more characters$/,
    );
  });

  it('what came of a decision is said once, and has the focus', async () => {
    await open(page, /counts/);
    const before = (await said()).length;
    await page.keyboard.press('d');
    await page.getByLabel('Your reason, for the record').fill('not to them');
    await page.keyboard.press('Control+Enter');
    await expect.poll(said).toHaveLength(before + 1);
    expect((await said()).at(-1)).toBe('Denied. The agent is told that people said no.');
    expect((await read(page, 'Your decision')).join('\n')).toContain('“Denied. The agent is told that people said no.”');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Denied. The agent is told that people said no.');
  });

  it('why a decision was refused is an alert', async () => {
    await open(page, /apple/);
    await page.route('**/decision', (route) =>
      route.fulfill({
        status: 409,
        contentType: 'application/problem+json',
        body: '{"title":"Conflict","detail":"It was settled"}',
      }),
    );
    await page.keyboard.press('a');
    await page.getByLabel('Your reason, for the record').fill('fine');
    await page.keyboard.press('Control+Enter');
    await page.getByRole('alert').getByText('It was settled').waitFor();
    expect((await said()).at(-1)).toContain('It was settled');
    await page.unroute('**/decision');
    await page.keyboard.press('Escape');
  });

  it('that changes are not shown as they happen any more is said, and that they are again', async () => {
    const before = (await said()).length;
    await page.route('**/v1/events', (route) => route.abort());
    // The stream of a page that is hidden and shown again is another one.
    await page.evaluate(`document.dispatchEvent(new Event('visibilitychange'))`);
    await expect.poll(said, { timeout: 8000 }).toHaveLength(before + 1);
    expect((await said()).at(-1)).toBe('Not live: changes are asked for every 30 seconds');
    await page.unroute('**/v1/events');
    await page.evaluate(`document.dispatchEvent(new Event('visibilitychange'))`);
    await expect.poll(said, { timeout: 8000 }).toHaveLength(before + 2);
    expect((await said()).at(-1)).toBe('Live again');
  });

  it.each(['Requests', 'Exchanges', 'Sessions', 'Grants', 'Policy'])(
    '%s has its landmarks and headings in their order, the same at 360 pixels',
    async (view) => {
      const [desk, phone] = [await lab.signIn(token, DESK), await lab.signIn(token, PHONE)];
      const heard: string[][] = [];
      for (const each of [desk, phone]) {
        const asked = watchRequests(each);
        await each.getByRole('link', { name: view, exact: true }).click();
        await each.getByRole('heading', { level: 1 }).waitFor({ state: 'attached' });
        heard.push(await settled(each, asked));
        await each.context().close();
      }
      const [wide = [], narrow] = heard;
      expect(narrow).toEqual(wide);
      expect(wide[1]).toBe('link, Skip to content');
      const landmarks = wide.filter((line) => /^(?:banner|navigation|main|status)/.test(line));
      expect(landmarks).toEqual(['banner', 'navigation, Views', 'main', 'status, live polite']);
      const levels = wide.flatMap((line) => /^heading, .*level (\d)/.exec(line)?.[1] ?? []).map(Number);
      expect(levels[0]).toBe(1);
      expect(levels.filter((level, index) => level - (levels[index - 1] ?? 0) > 1)).toEqual([]);
      // Nothing that can be used is without a name.
      expect(
        wide.filter((line) => /^(?:link|button|textbox|combobox|image)(?:, (?:required|focused|disabled))*$/.test(line)),
      ).toEqual([]);
    },
  );

  /** What a page has asked for and not yet got, but the stream of changes, which has no end. */
  function watchRequests(at: Page): ReadonlySet<Request> {
    const waiting = new Set<Request>();
    at.on('request', (request) => {
      if (!request.url().endsWith('/v1/events')) waiting.add(request);
    });
    at.on('requestfinished', (request) => waiting.delete(request));
    at.on('requestfailed', (request) => waiting.delete(request));
    return waiting;
  }

  /** What a view says once it has all it asked for, and says the same twice. */
  async function settled(at: Page, asked: ReadonlySet<Request>): Promise<string[]> {
    for (let before = await read(at); ;) {
      await at.waitForTimeout(150);
      const now = await read(at);
      if (asked.size === 0 && now.join('\n') === before.join('\n')) return now;
      before = now;
    }
  }

  it('nothing was refused by the content security policy', () => {
    expect(lab.violations).toEqual([]);
  });
});
