import { mkdirSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SimulationResult } from '../../src/policy/simulation/simulation-result.ts';
import type { Verdict } from '../../src/policy/simulation/verdict.ts';
import { cordon } from '../cli/cordon.ts';
import { startLab, type Lab } from '../support/lab.ts';
import type { RawConnection } from '../support/raw-client.ts';
import { ask, parrot } from './masking/ask.ts';

const DE = 'api.de.lab.example';
const US = 'api.us.lab.example';
const HELD = 'held.de.lab.example';
const JSON_TYPE = 'Content-Type: application/json';
const MASK = 'mask: { request: { entities: [pii], as: redact } }';
const APPROVAL = 'approval: { by: [privacy], wait: 20s }';

const IN_FORCE = [
  `{ id: home, to: [api-de-lab-example], methods: [GET, POST], then: permit, ${MASK} }`,
  '{ id: abroad, to: [api-us-lab-example], then: permit }',
  `{ id: ask, to: [held-de-lab-example], then: hold, ${APPROVAL} }`,
  '{ id: no-files, to: [api-de-lab-example], paths: ["/files/**"], then: deny }',
];

let lab: Lab;

beforeAll(async () => {
  lab = await startLab({
    origins: {
      [DE]: { country: 'DE', handler: parrot, tls: 'good' },
      [US]: { country: 'US', handler: parrot },
      [HELD]: { country: 'DE', handler: parrot },
    },
    rules: IN_FORCE,
  });
  const inside = await lab.https(DE);
  for (const path of ['/a', '/b/anna@acme.example', '/files/1'])
    await exchange(inside, `GET ${path} HTTP/1.1\r\nHost: ${lab.authority(DE)}\r\n\r\n`);
  expect((await ask(lab, US, {})).status).toBe(403);
  expect((await ask(lab, HELD, { content: '{}', fields: [JSON_TYPE, 'Cordon-Prefer: respond-async'] })).status).toBe(503);
  const stranger = await lab.connect();
  await exchange(stranger, 'GET http://stranger.example/ HTTP/1.1\r\nHost: stranger.example\r\n\r\n');
  await lab.gateway.waitForRecord((record) => record.kind === 'decision' && record.target === 'http://stranger.example/');
});
afterAll(async () => {
  await (lab as Lab | undefined)?.[Symbol.asyncDispose]();
});

async function exchange(connection: RawConnection, request: string): Promise<void> {
  connection.send(request);
  await connection.response('GET');
}

/** Writes a candidate beside the policy in force and simulates it. */
async function simulate(name: string, rules: readonly string[], args: readonly string[] = []) {
  const { directory } = lab.gateway;
  for (const [file, text] of Object.entries(lab.policy(rules))) {
    mkdirSync(join(directory, name), { recursive: true });
    writeFileSync(join(directory, name, file), text);
  }
  return await cordon(['simulate', '--policy', name, '--json', ...args], directory);
}

/** What changes: kind, first label of the destination, before and after in words, how often. */
function changesIn(out: string): readonly string[] {
  const verdictText = ({ effect, code, rules }: Verdict): string =>
    [effect, code, ...rules].filter((each) => each !== undefined).join(' ');
  return (JSON.parse(out) as SimulationResult).groups
    .map(({ change, destination, before, after, count }) =>
      [change, destination.split('.', 1)[0], verdictText(before), verdictText(after), count].join(', '),
    )
    .sort();
}

describe('cordon simulate over what a gateway recorded', () => {
  it('finds that nothing changes under the policy in force', async () => {
    const { code, out, err } = await simulate('same', IN_FORCE);
    const result = JSON.parse(out) as SimulationResult;
    expect({ code, err, changed: result.changed, groups: result.groups }).toEqual({ code: 0, err: '', changed: 0, groups: [] });
    // The tunnel, two requests in it, one denied abroad, one held, one to a stranger. A rule asks for a path that is masked.
    expect([result.same, result.untold]).toEqual([6, [{ because: 'path', count: 1 }]]);
  });

  it('finds what changes, by kind of change', async () => {
    const { code, out } = await simulate('changed', [
      `{ id: home, to: [api-de-lab-example], methods: [POST], then: permit, ${MASK} }`,
      `{ id: abroad, to: [api-us-lab-example], then: permit, transfer: { to: [US], basis: scc } }`,
      '{ id: trusted, to: [held-de-lab-example], then: permit }',
      '{ id: no-files, to: [api-de-lab-example], paths: ["/files/**"], then: deny }',
    ]);
    expect(code).toBe(1);
    expect(changesIn(out)).toEqual([
      'deny->permit, api, deny outside_home, permit abroad, 1',
      'hold->permit, held, hold ask, permit trusted, 1',
      'other code, api, deny denied_by_rule no-files, deny no_rule, 1',
      // Of the masked path can be said that it is denied, not that no other rule denies it as well.
      'permit->deny, api, permit home, deny no_rule, 1',
      'permit->deny, api, permit home, deny, 1',
    ]);
    const { rules, subjects } = JSON.parse(out) as SimulationResult;
    expect(subjects).toEqual({ named: [{ name: 'lab', count: 5 }], others: 0 });
    expect(rules.named).toContainEqual({ name: 'home', count: 2 });
  });

  it('tells other rules and other obligations', async () => {
    const { out } = await simulate('other', [
      '{ id: home, to: [api-de-lab-example], methods: [GET, POST], then: permit }',
      '{ id: abroad, to: [api-us-lab-example], then: permit }',
      `{ id: ask-first, to: [held-de-lab-example], then: hold, ${APPROVAL} }`,
      '{ id: no-files, to: [api-de-lab-example], paths: ["/files/**"], then: deny }',
    ]);
    expect(changesIn(out)).toEqual([
      'other obligations, api, permit home, permit home, 1',
      'other rule, held, hold ask, hold ask-first, 1',
    ]);
  });

  it('guesses nothing about what is not on the record', async () => {
    const { code, out } = await simulate('open', [
      ...IN_FORCE.slice(1),
      `{ id: home, to: [api-de-lab-example], methods: [GET, POST], headers: { require: [x-ticket] }, then: permit, ${MASK} }`,
      '{ id: no-mail, to: [api-de-lab-example, held-de-lab-example], content: { entities: [email] }, then: deny }',
    ]);
    const { untold, changed } = JSON.parse(out) as SimulationResult;
    expect([code, changed]).toEqual([0, 0]);
    // A GET has no content that a rule could find anything in; whether it had the field nobody knows.
    expect(untold.toSorted((a, b) => (a.because < b.because ? -1 : 1))).toEqual([
      { because: 'content', count: 1 },
      { because: 'fields', count: 1 },
      { because: 'path', count: 1 },
    ]);
  });

  it('writes a page in which everything is escaped', async () => {
    const { out } = await simulate('<b>"page"', IN_FORCE.slice(1), ['--out', 'report.html']);
    expect((JSON.parse(out) as SimulationResult).changed).toBeGreaterThan(0);
    const page = await readFile(join(lab.gateway.directory, 'report.html'), 'utf8');
    expect(page).toContain('What would change under &lt;b&gt;&quot;page&quot;');
    expect(page).not.toContain('<b>');
    expect(page).toContain('<td>permit-&gt;deny</td>');
  });

  it('sends nothing and looks nothing up', async () => {
    const before = [lab.dns.queries.length, lab.origin(DE).requests.length];
    await simulate('quiet', [...IN_FORCE, '{ id: all, to: { hosts: ["*"], ports: [80, 443] }, then: permit }']);
    expect([lab.dns.queries.length, lab.origin(DE).requests.length]).toEqual(before);
  });

  it('refuses a policy with errors as check does, and records that nothing opens', async () => {
    const { directory } = lab.gateway;
    const wrong = await simulate('wrong', ['{ id: home, to: [nowhere], then: permit }']);
    const checked = await cordon(['check', 'wrong'], directory);
    expect(wrong.code).toBe(2);
    expect(wrong.err).toContain('nowhere');
    for (const line of wrong.err.trimEnd().split('\n')) expect(checked.out).toContain(line);
    expect((await cordon(['simulate', '--policy', 'rules', '--since', 'monday'], directory)).err).toContain(
      '--since: Found "monday"',
    );
    expect((await cordon(['simulate', '--policy', 'rules', '--dir', 'nowhere'], directory)).code).toBe(2);
  });
});

type Answer = Awaited<ReturnType<Lab['gateway']['adminAsk']>>;

/** Mints a token for a role over everything, or over a part of it. */
async function tokenFor(role: string, scope: object = {}): Promise<string> {
  const headers = { authorization: `Bearer ${await lab.gateway.adminToken()}` };
  const json = { person: `${role}@acme.example`, role, ...scope };
  const { status, content } = await lab.gateway.adminAsk('/v1/tokens', { method: 'POST', headers, json });
  expect(status).toBe(201);
  return (content as { token: string }).token;
}

async function simulateThroughApi(token: string, rules: readonly string[], more: object = {}): Promise<Answer> {
  const files = Object.entries(lab.policy(rules)).map(([name, text]) => ({ name, text }));
  const headers = { authorization: `Bearer ${token}` };
  return await lab.gateway.adminAsk('/v1/policy/simulate', { method: 'POST', headers, json: { files, ...more } });
}

async function exportThroughApi(token: string, session: string, format: string): Promise<Response> {
  const { address, port } = lab.gateway.admin;
  const url = `http://${address}:${port}/v1/sessions/${encodeURIComponent(session)}/export?format=${format}`;
  return await fetch(url, { headers: { authorization: `Bearer ${token}` } });
}

async function sessionOfAgent(): Promise<string> {
  const decision = await lab.gateway.waitForRecord((record) => record.kind === 'decision' && record.session !== undefined);
  return (decision as { session?: string }).session ?? '';
}

describe('POST /v1/policy/simulate', () => {
  it('says what the command says, of files that never touch the disk', async () => {
    const rules = IN_FORCE.slice(1);
    const { status, content } = await simulateThroughApi(await tokenFor('auditor'), rules, { since: '7d' });
    const { groups, changes } = JSON.parse((await simulate('beside', rules)).out) as SimulationResult;
    expect([status, content]).toMatchObject([200, { ok: true, isComplete: true, result: { groups, changes } }]);
    expect(groups).not.toEqual([]);
  });

  it('gives the errors of a candidate instead of a result', async () => {
    const { status, content } = await simulateThroughApi(await tokenFor('operator'), [
      '{ id: a, to: [nowhere], then: permit }',
    ]);
    expect([status, content]).toMatchObject([200, { ok: false, issues: [{ severity: 'error' }] }]);
    expect(content).not.toHaveProperty('result');
    expect((await simulateThroughApi(await tokenFor('operator'), IN_FORCE, { since: 'monday' })).status).toBe(422);
  });

  it('is for auditors and operators whose role covers everybody', async () => {
    for (const role of ['viewer', 'approver'])
      expect((await simulateThroughApi(await tokenFor(role), IN_FORCE)).status).toBe(403);
    const scoped = await simulateThroughApi(await tokenFor('auditor', { places: ['DE'] }), IN_FORCE);
    expect([scoped.status, scoped.content]).toMatchObject([403, { detail: expect.stringContaining('covers a part') }]);
  });
});

describe('GET /v1/sessions/{id}/export', () => {
  it('gives the records of a session, and is on the record', async () => {
    const session = await sessionOfAgent();
    const auditor = await tokenFor('auditor');
    const csv = await exportThroughApi(auditor, session, 'csv');
    expect(csv.headers.get('content-disposition')).toBe('attachment; filename="session.csv"');
    const { out } = await cordon(['sessions', 'export', session, '--format', 'csv'], lab.gateway.directory);
    expect(await csv.text()).toBe(out);
    expect(out.split('\r\n').length).toBeGreaterThan(5);
    const archive = (await (await exportThroughApi(auditor, session, 'har')).json()) as { log: { entries: unknown[] } };
    expect(archive.log.entries.length).toBe(out.split('\r\n').length - 2);
    const ended = await lab.gateway.waitForRecord(
      (record) => record.kind === 'admin' && record.action === 'records.export-ended' && record.details?.['format'] === 'har',
    );
    const begun = {
      action: 'records.exported',
      actor: 'auditor@acme.example',
      subject: `session:${session}`,
      details: { format: 'har', content: 'masked' },
    };
    expect(await lab.gateway.records()).toContainEqual(expect.objectContaining(begun));
    expect(ended).toMatchObject({ subject: `session:${session}`, details: { count: archive.log.entries.length } });
  });

  it('is free again when a reader has gone', async () => {
    const auditor = await tokenFor('auditor');
    const session = await sessionOfAgent();
    for (let i = 0; i < 3; i++) await (await exportThroughApi(auditor, session, 'jsonl')).body?.cancel();
    await expect.poll(async () => (await exportThroughApi(auditor, session, 'jsonl')).status).toBe(200);
  });

  it('is for auditors alone, and gives nothing of a session that is not there', async () => {
    expect((await exportThroughApi(await tokenFor('operator'), 's', 'csv')).status).toBe(403);
    const auditor = await tokenFor('auditor');
    expect((await exportThroughApi(auditor, 's', 'xlsx')).status).toBe(400);
    const none = await exportThroughApi(auditor, "'; x", 'jsonl');
    expect([none.status, await none.text()]).toEqual([200, '']);
  });
});
