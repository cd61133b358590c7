import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Ajv } from 'ajv';
import type { AxeResults } from 'axe-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Role } from '../../../src/core/people/role.ts';
import { Report } from '../../../src/reporting/report.ts';
import type { AdminAnswer } from '../../support/gateway.ts';
import { startLab, type Lab } from '../../support/lab.ts';
import { ask, parrot } from '../masking/ask.ts';
import { closeWindows, hasBrowser, needing, openedBrowser } from './console-lab.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const GERMAN = 'api.de.lab.example';
const AMERICAN = 'api.us.lab.example';
const HELD = 'held.fr.lab.example';
const REFUSED = 'refused.us.lab.example';

const RULES = [
  `{ id: at-home, to: [api-de-lab-example], then: permit, mask: { request: { entities: [email], as: redact } } }`,
  `{ id: to-us, to: [api-us-lab-example], then: permit, transfer: { basis: scc, reference: "TIA <1>", to: [us] } }`,
  `{ id: with-people, to: [held-fr-lab-example], then: hold, approval: { by: [privacy], wait: 20s, expires: 15m } }`,
  `{ id: abroad, to: [refused-us-lab-example], then: permit }`,
];

let lab: Lab;
const tokens: Record<string, string> = {};

const bearer = (who: string): { authorization: string } => ({ authorization: `Bearer ${tokens[who]}` });

async function mint(name: string, role: Role, more: object = {}): Promise<void> {
  const { content } = await lab.gateway.adminAsk('/v1/tokens', {
    json: { person: `${name}@acme.example`, role, ...more },
    headers: { authorization: `Bearer ${await lab.gateway.adminToken()}` },
  });
  tokens[name] = (content as { token: string }).token;
}

/** Approves what waits, once it does. */
async function approve(): Promise<void> {
  const held = await lab.gateway.waitForRecord((record) => record.kind === 'decision' && record.approval !== undefined);
  const json = { decision: 'approve', reason: 'The customer asked for it' };
  const path = `/v1/approvals/${held.kind === 'decision' ? held.approval : ''}/decision`;
  const { status } = await lab.gateway.adminAsk(path, { method: 'POST', json, headers: bearer('paul') });
  expect(status).toBe(200);
}

beforeAll(async () => {
  lab = await startLab({
    origins: {
      [GERMAN]: { country: 'DE', handler: parrot },
      [AMERICAN]: { country: 'US', handler: parrot },
      [HELD]: { country: 'FR', handler: parrot },
      [REFUSED]: { country: 'US', handler: parrot },
    },
    rules: RULES,
    settings: { node: { place: 'DE' } },
  });
  await mint('paul', 'approver', { groups: ['privacy'] });
  await mint('ada', 'auditor');
  await mint('uwe', 'auditor', { places: ['us'] });
  await mint('eva', 'auditor', { places: ['eu'] });
  await mint('vera', 'viewer');
  const json = ['Content-Type: application/json'];
  await ask(lab, GERMAN, { target: '/mail', content: '{"to":"anna@example.org"}', fields: json });
  await ask(lab, AMERICAN, { target: '/', content: '{}', fields: json });
  await ask(lab, REFUSED, { target: '/', content: '{}', fields: json });
  const [held] = await Promise.all([ask(lab, HELD, { target: '/', content: '{}', fields: json }), approve()]);
  expect(held.status).toBe(200);
  await lab.gateway.waitForRecord((record) => record.kind === 'outcome' && record.status === 200 && record.bytes.sent === 2);
});
afterAll(async () => {
  await (lab as Lab | undefined)?.[Symbol.asyncDispose]();
});

const report = (who: string, query = 'jurisdiction=eu&since=1h', accept = 'application/json'): Promise<AdminAnswer> =>
  lab.gateway.adminAsk(`/v1/report?${query}`, { headers: { ...bearer(who), accept } });

describe('GET /v1/report', () => {
  it('answers what a gateway recorded, in the documented shape', async () => {
    const { status, content } = await report('ada');
    expect(status).toBe(200);
    const isReport = new Ajv({ strict: false }).compile(Report);
    expect([isReport(content), isReport.errors]).toEqual([true, null]);
    const made = content as Report;
    expect(made.flows.items.map(({ place, basis, isInside }) => [place.entry, basis.entry, isInside])).toEqual(
      expect.arrayContaining([
        ['DE', 'attestation', true],
        ['FR', 'attestation', true],
        ['US', 'attestation', false],
      ]),
    );
    expect(made.transfers.items).toMatchObject([{ rule: 'to-us', basis: 'scc', reference: 'TIA <1>', exchanges: 1 }]);
    expect(made.denials.items).toMatchObject([{ code: 'outside_home', host: REFUSED, exchanges: 1 }]);
    expect(made.refusals.items).toMatchObject([{ place: { entry: 'US' }, exchanges: 1 }]);
    expect(made.holds).toMatchObject({ asked: 1, approved: 1, denied: 0 });
    expect(made.holds.items).toMatchObject([
      {
        host: HELD,
        released: 1,
        decisions: [{ person: 'paul@acme.example', role: 'approver', reason: 'The customer asked for it' }],
      },
    ]);
    expect(made.findings).toMatchObject([{ entity: 'email', values: 1, exchanges: 1 }]);
    expect(made.policy.versions).toHaveLength(1);
    expect(made.locations.map(({ place, isInside }) => [place, isInside])).toEqual([
      ['DE', true],
      ['DE', true],
      ['DE', true],
    ]);
    expect(made.chains.map(({ state }) => state)).toEqual(['whole']);
    expect(made.isComplete).toBe(true);
  });

  it('is on the record before it is made', async () => {
    await report('ada', 'jurisdiction=DE&since=1h');
    const made = await lab.gateway.waitForRecord(
      (record) => record.kind === 'admin' && record.action === 'report.made' && record.subject === 'jurisdiction:DE',
    );
    expect(made).toMatchObject({ actor: 'ada@acme.example', role: 'auditor' });
  });

  it('is for auditors, each within the scope of the role', async () => {
    const without = await lab.gateway.adminAsk('/v1/report?jurisdiction=eu&since=1h');
    const statuses = [without, await report('vera'), await report('uwe'), await report('eva')].map(({ status }) => status);
    expect(statuses).toEqual([401, 403, 403, 200]);
    const { content } = await report('eva');
    expect(content).not.toHaveProperty('notCounted');
    expect((await report('ada')).content).toHaveProperty('notCounted');
  });

  it.each([
    ['jurisdiction=mars&since=1h', 422],
    ['jurisdiction=eu&since=monday', 422],
    ['jurisdiction=eu&since=1h&until=2h', 422],
    ['jurisdiction=eu', 400],
    ['since=1h', 400],
    ['jurisdiction=eu&since=1h&more=1', 400],
  ])('refuses %s with %i', async (query, status) => {
    expect((await report('ada', query)).status).toBe(status);
  });

  it('makes one at a time', async () => {
    const answers = await Promise.all([1, 2, 3].map(() => report('ada')));
    expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([200, 429, 429]);
    expect(answers.find(({ status }) => status === 429)?.headers['retry-after']).toBe('10');
    expect((await report('ada')).status).toBe(200);
  });

  it.each([
    ['text/html,application/xhtml+xml,*/*;q=0.8', 'text/html; charset=utf-8'],
    ['application/json, text/html', 'application/json; charset=utf-8'],
    ['*/*', 'application/json; charset=utf-8'],
  ])('answers %s with %s', async (accept, type) => {
    const { headers } = await report('ada', undefined, accept);
    expect([headers['content-type'], headers.vary]).toEqual([type, 'accept']);
    expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
  });
});

describe.skipIf(!hasBrowser)(`the page of a report (${needing})`, () => {
  afterAll(async () => {
    await closeWindows();
  });

  it.each(['light', 'dark'] as const)(
    'opens without a complaint, axe finds nothing, and it fits, when it is %s',
    async (colorScheme) => {
      const context = await (
        await openedBrowser()
      ).newContext({
        colorScheme,
        viewport: { width: 360, height: 640 },
        extraHTTPHeaders: bearer('ada'),
      });
      const page = await context.newPage();
      const complaints: string[] = [];
      page.on('console', (message) => complaints.push(message.text()));
      page.on('pageerror', (error) => complaints.push(error.message));
      const { address, port } = lab.gateway.admin;
      await page.goto(`http://${address}:${port}/v1/report?jurisdiction=eu&since=1h`);
      await page.getByRole('heading', { level: 1, name: 'Residency report: eu' }).waitFor();
      expect(await page.getByRole('img', { name: /^World map/ }).count()).toBe(1);
      expect(await page.locator('circle.in').count()).toBe(2);
      // Only what its policy allows has a style at all.
      expect(await page.evaluate(`getComputedStyle(document.querySelector('nav ol')).columnWidth`)).not.toBe('auto');
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360);
      const protocol = await context.newCDPSession(page);
      // Not by a script element: the content security policy would refuse it.
      const evaluate = async (expression: string): Promise<unknown> =>
        (await protocol.send('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true })).result.value;
      await evaluate(AXE);
      const { violations, passes } = (await evaluate('axe.run()')) as AxeResults;
      expect(passes).not.toEqual([]);
      expect(violations.map(({ id, nodes }) => [id, nodes.map(({ failureSummary }) => failureSummary)])).toEqual([]);
      expect(complaints).toEqual([]);
      await context.close();
    },
  );

  it('prints on several pages of A4', async () => {
    const context = await (await openedBrowser()).newContext({ extraHTTPHeaders: bearer('ada') });
    const page = await context.newPage();
    const { address, port } = lab.gateway.admin;
    await page.goto(`http://${address}:${port}/v1/report?jurisdiction=eu&since=1h`);
    const pdf = (await page.pdf({ preferCSSPageSize: true })).toString('latin1');
    expect(pdf.match(/\/Type \/Page\b/g)!.length).toBeGreaterThan(2);
    // In points.
    expect(/\/MediaBox \[0 0 (\d+)[.\d]* (\d+)/.exec(pdf)?.slice(1)).toEqual(['594', '841']);
    await context.close();
  });
});
