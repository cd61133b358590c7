import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApprovalsAnswer } from '../../../src/admin/contract/approvals.ts';
import { PERMISSIONS } from '../../../src/admin/access/permissions.ts';
import { ROLES, type Role } from '../../../src/core/people/role.ts';
import { ConsoleLab, HELD, closeWindows, hasBrowser, needing } from '../console/console-lab.ts';

const OWN = PERMISSIONS.filter(({ fromElsewhere }) => fromElsewhere !== true);
/** Routes that change something, signing in as somebody else included. */
const UNSAFE = OWN.filter(({ method }) => method !== 'GET');
/** Routes that are to be asked by the console alone; that the content of an exchange was read is on the record. */
const READ = OWN.filter(({ method, without }) => method === 'GET' && without === 'nobody');

/** What a page of the attacker tries, in the browser: as much of it as the browser lets it. */
const ATTEMPTS = `async ({ url, method, body }) => {
  const outcome = async (promise) => promise.then((answer) => answer.type + ' ' + answer.status, (error) => 'failed: ' + error.name);
  const results = {};
  const plain = { method, credentials: 'include', mode: 'no-cors', body };
  results.noCors = await outcome(fetch(url, { ...plain, headers: { 'content-type': 'text/plain' } }));
  results.noCorsTyped = await outcome(fetch(url, { ...plain, body: new Blob([body], { type: 'application/x-www-form-urlencoded' }) }));
  results.cors = await outcome(fetch(url, { method, credentials: 'include', body, headers: { 'content-type': 'text/plain' } }));
  results.json = await outcome(fetch(url, { method, credentials: 'include', body, headers: { 'content-type': 'application/json', 'cordon-csrf': 'x' } }));
  results.overridden = await outcome(fetch(url, { ...plain, method: 'POST', headers: { 'x-http-method-override': method } }));
  results.beacon = String(navigator.sendBeacon(url, new Blob([body], { type: 'text/plain' })));
  const submit = (target, enctype) => new Promise((done) => {
    const frame = target.createElement('iframe');
    frame.name = 'f' + Math.random();
    const form = target.createElement('form');
    Object.assign(form, { action: url, method: 'POST', enctype, target: frame.name });
    // The name, "=" and the value make up the JSON, in a form of text.
    const field = target.createElement('input');
    field.name = body.slice(0, -1) + ',"x":"';
    field.value = '"}';
    form.append(field);
    target.body.append(frame, form);
    frame.onload = () => done();
    form.submit();
  });
  const types = ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data'];
  if (method === 'POST') await Promise.all(types.slice(0, url.endsWith('/decision') ? 3 : 1).map((type) => submit(document, type)));
  return results;
}`;

/** The same from a frame without an origin: its requests say \`Origin: null\`. */
const FROM_A_SANDBOX = `async ({ url, method, body }) => new Promise((done) => {
  const frame = document.createElement('iframe');
  addEventListener('message', ({ data, source }) => { if (source === frame.contentWindow) done(data); });
  frame.sandbox = 'allow-scripts allow-forms';
  frame.srcdoc = '<body><script>(' + ${JSON.stringify(ATTEMPTS)} + ')(' + JSON.stringify({ url, method, body }) + ').then((result) => parent.postMessage(result, "*"))</' + 'script>';
  document.body.append(frame);
})`;

interface Sent {
  readonly method: string;
  readonly path: string;
  readonly hasCookie: boolean;
  /** `kept`: it was answered, and the browser kept the answer back. Undefined where it never left. */
  readonly status: number | 'kept' | undefined;
}

describe.skipIf(!hasBrowser)(
  `ADM-01: a page of somebody else, with the session of somebody who has signed in (${needing})`,
  () => {
    let lab: ConsoleLab;
    let site: Server;
    let held: string;
    /** Of the attacker, who would like others to work in its session. */
    let planted: string;
    const windows = new Map<Role, BrowserContext>();
    let recordsBefore: number;

    beforeAll(async () => {
      lab = await ConsoleLab.start();
      site = createServer((_request, reply) => reply.setHeader('content-type', 'text/html').end('<body>a prize'));
      await once(site.listen(0), 'listening');
      await lab.left(HELD, { target: '/contacts', content: '{}' });
      for (const role of ROLES) {
        const page = await lab.signIn(await lab.token(`${role}@acme.example`, role, role === 'approver' ? ['privacy'] : []));
        windows.set(role, page.context());
      }
      held = (await pending())[0]!;
      planted = await lab.token('mallory@evil.example', 'viewer');
      recordsBefore = (await doings()).length;
    });
    afterAll(async () => {
      site?.close();
      await (lab as ConsoleLab | undefined)?.[Symbol.asyncDispose]();
      await closeWindows();
    });

    async function pending(): Promise<string[]> {
      const { content } = await lab.lab.gateway.adminGet('/v1/approvals?state=pending');
      return (content as ApprovalsAnswer).items.map(({ id }) => id);
    }

    /** What people have done, as it is on the record. */
    async function doings(): Promise<unknown[]> {
      return (await lab.lab.gateway.records()).filter(({ kind }) => kind === 'admin');
    }

    const port = (): number => (site.address() as AddressInfo).port;
    /** Another port of the same host is the same site to a browser, so that even a strict cookie goes along; another name is not. */
    const SITES = {
      'a sibling port': () => `http://127.0.0.1:${port()}/`,
      'another site': () => `http://localhost:${port()}/`,
    };

    /** Content that each route would take, so that nothing but where it comes from is wrong with it. */
    function contentFor(path: string): object {
      if (path.endsWith('/decision')) return { decision: 'approve', reason: 'a prize' };
      if (path === '/v1/sign-in') return { token: planted };
      if (path === '/v1/tokens') return { person: 'mallory@evil.example', role: 'admin' };
      if (path === '/v1/legal-holds') return { session: 'any', reason: 'a prize' };
      return { reason: 'a prize' };
    }

    const addressed = (path: string): string =>
      `${lab.address}${path.slice(1).replace(':id', path.includes('agents') ? 'support-bot' : held)}`;

    /** Every request to the gateway that the page caused, and what came of it. */
    function listenTo(page: Page): { readonly sent: () => Promise<Sent[]> } {
      const all: Promise<Sent | undefined>[] = [];
      page.on('request', (request) => {
        if (!request.url().startsWith(lab.address)) return;
        const sent = async (): Promise<Sent> => {
          const response = await request.response().catch(() => null);
          const headers = await request.allHeaders();
          const { pathname } = new URL(request.url());
          const isKept = request.failure()?.errorText.startsWith('net::ERR_BLOCKED_BY_RESPONSE');
          const status = response?.status() ?? (isKept ? 'kept' : undefined);
          return { method: request.method(), path: pathname, hasCookie: 'cookie' in headers, status };
        };
        all.push(sent().catch(() => undefined));
      });
      return { sent: async () => (await Promise.all(all)).filter((each) => each !== undefined) };
    }

    describe.each(Object.entries(SITES))('on %s', (name, address) => {
      it.each([
        ['a page', ATTEMPTS],
        ['a frame without an origin', FROM_A_SANDBOX],
      ])('changes nothing on any route from %s, whatever it sends', async (_from, attempts) => {
        const sent: Sent[] = [];
        for (const role of new Set(UNSAFE.map(({ roles }) => roles[0]!))) {
          const page = await windows.get(role)!.newPage();
          const listening = listenTo(page);
          await page.goto(address());
          const asked = UNSAFE.filter(({ roles }) => roles[0] === role).map(({ method, path }) => {
            return { url: addressed(path), method, body: JSON.stringify(contentFor(path)) };
          });
          const results = await page.evaluate<Record<string, string>[]>(
            `Promise.all(${JSON.stringify(asked)}.map(${attempts}))`,
          );
          // Nothing can be read either: answers are opaque, or kept back.
          for (const result of results.flatMap((each) => Object.values(each))) {
            expect(result).toMatch(/^(?:opaque 0|failed: TypeError|true|false)$/);
          }
          sent.push(...(await listening.sent()));
          await page.close();
        }
        // They did arrive, and were refused; from a sibling port with the cookie, which is why the cookie alone must not do.
        const posts = sent.filter(({ method, status }) => method === 'POST' && status !== undefined);
        expect(posts.length).toBeGreaterThan(4 * UNSAFE.length);
        expect(new Set(posts.map(({ status }) => status))).toEqual(new Set([403, 'kept']));
        if (name === 'a sibling port' && attempts === ATTEMPTS) expect(posts.some(({ hasCookie }) => hasCookie)).toBe(true);
        else expect(posts.filter(({ hasCookie }) => hasCookie)).toEqual([]);
      });

      it('does nothing by reading: no route that is asked with GET is answered, by picture, script, frame or link', async () => {
        const page = await windows.get('auditor')!.newPage();
        const listening = listenTo(page);
        await page.goto(address());
        for (const { path } of READ) {
          const url = addressed(path.replace(':hostOrIp', '192.0.2.1'));
          await page.evaluate(`Promise.all(['img', 'script', 'iframe'].map((kind) => new Promise((done) => {
          const element = document.createElement(kind);
          element.onload = element.onerror = done;
          setTimeout(done, 1000);
          element.src = ${JSON.stringify(url)};
          document.body.append(element);
        })))`);
        }
        const statuses = new Set((await listening.sent()).flatMap(({ status }) => status ?? []));
        expect(statuses).toEqual(new Set([403, 'kept']));
        const decision = addressed('/v1/approvals/:id/decision');
        await page.evaluate(`location.assign(${JSON.stringify(`${decision}?decision=approve&reason=prize`)})`);
        await page.waitForURL(/decision/);
        await page.close();
      });
    });

    it('has decided, minted, stopped, revoked and ended nothing, and nothing of it is on the record as done', async () => {
      expect(await pending()).toEqual([held]);
      expect(await doings()).toHaveLength(recordsBefore);
      // The sessions live: what was refused was not refused because they did not.
      for (const role of ROLES) {
        const [page] = windows.get(role)!.pages();
        await page!.reload();
        await page!.getByRole('button', { name: 'Sign out' }).waitFor();
      }
    });

    it('while the console itself decides with the same session', async () => {
      const [page] = windows.get('approver')!.pages();
      await page!.getByRole('link', { name: /contacts/ }).click();
      await page!.getByRole('button', { name: 'Approve', exact: true }).click();
      await page!.getByLabel('Your reason, for the record').fill('expected');
      await page!.getByRole('button', { name: /^Approve now/ }).click();
      await expect.poll(pending, { timeout: 5000 }).toEqual([]);
    });
  },
);
