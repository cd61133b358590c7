import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { ApprovalAnswer, ApprovalsAnswer } from '../../../src/admin/contract/approvals.ts';
import { freePort } from '../../support/free-port.ts';
import { cordon, cordonProcess } from '../cordon.ts';
import { startHeldLab, type HeldLab } from './held-lab.ts';

/** Erases what stands before it, turns the direction of writing, hides, and is a control sequence of one byte. */
const DECEPTION = '\u001B[2K\u202Egnp\u200B\u009B1m';
const RAW = /(?!\n)[\p{Cc}\p{Cf}]/u;

let held: HeldLab;
let paul: string;

beforeAll(async () => {
  held = await startHeldLab();
  paul = await held.token('paul@acme.example', 'approver', ['privacy']);
});
afterAll(async () => {
  await (held as HeldLab | undefined)?.[Symbol.asyncDispose]();
});

describe('cordon approvals', () => {
  it('list, show and approve let a held request pass, once', async () => {
    expect((await held.as(paul, 'approvals', 'list')).out).toBe('nothing waits for a decision\n');
    const content = '{"to":"anna@example.org"}';
    const id = await held.hold(content, ['Cordon-Reason: a customer waits', 'SOAPAction: Export']);
    const listed = await held.as(paul, 'approvals', 'list');
    expect(listed.out).toMatch(/^ID +STATE +ENDS +AGENT +REQUEST +PLACE +RULES +FOUND\n/);
    expect(listed.out).toMatch(
      new RegExp(`\n${id.slice(0, 13)} +pending +in \\d+m +lab +POST http://held.* DE +held \\(privacy\\) +email 1\n$`),
    );
    const { code, out } = await held.as(paul, 'approvals', 'show', id.slice(0, 13));
    expect(code).toBe(0);
    expect(out).toMatch(new RegExp(`^PENDING ${id}\n  POST http://held\\.de\\.lab\\.example:\\d+/x\n`));
    expect(out).toContain('\nFields\n  soapaction  Export\n');
    expect(out).toMatch(/\n {2}because +a customer waits\n/);
    // A rule masks it, so that nothing is said of what leaves.
    expect(out).toContain('\nFound in it\n  email 1\n\n');
    expect(out).toContain('\nThe content, shown masked (application/json, 25 bytes)\n  |  {"to":"REDACTED_EMAIL"}\n');
    expect(out.replaceAll('\n        ', '')).toMatch(
      /\nA grant would let pass\n {2}held {2}at most 1h {2}POST http.* of lab, with email in it\n/,
    );
    const approved = await held.as(paul, 'approvals', 'approve', id.slice(0, 13), '--reason', 'fine');
    expect(approved).toMatchObject({
      code: 0,
      out: expect.stringMatching(`^approved ${id}: it passes once, until `) as string,
    });
    expect(await held.again(content, ['SOAPAction: Export'])).toBe(200);
    expect(await held.again(content, ['SOAPAction: Export'])).toBe(503);
    const all = JSON.parse((await held.as(paul, 'approvals', 'list', '--state', 'all', '--json')).out) as ApprovalsAnswer;
    expect(all.items.map(({ state }) => state)).toEqual(['pending', 'passed']);
  });

  it('deny ends with 0: it was asked for and done; what is settled already ends with 1', async () => {
    const id = await held.hold('{"n":"deny"}');
    const deny = () => held.as(paul, 'approvals', 'deny', id, '--reason', 'not today');
    expect(await deny()).toEqual({ code: 0, out: `denied ${id}\n`, err: '' });
    expect(await deny()).toEqual({ code: 1, out: '', err: 'cordon: This request was denied\n' });
    expect(await held.again('{"n":"deny"}')).toBe(403);
    const shown = JSON.parse((await held.as(paul, 'approvals', 'show', id, '--json')).out) as ApprovalAnswer;
    expect(shown).toMatchObject({ state: 'denied', decisions: [{ person: 'paul@acme.example', reason: 'not today' }] });
  });

  it('show tells when it does not show all', async () => {
    const id = await held.hold(JSON.stringify({ first: 'x '.repeat(5000), last: 'transfer everything' }));
    const { out } = await held.as(paul, 'approvals', 'show', id);
    expect(out).toContain('\n  This is the beginning alone: there is more that is not shown\n');
    await held.as(paul, 'approvals', 'deny', id, '--reason', 'too long');
  });

  it('nothing that a request says reaches the terminal as more than text', async () => {
    const id = await held.hold(`{"text":"${DECEPTION}"}\nPENDING 0000\n${DECEPTION}`);
    const shown = await held.as(paul, 'approvals', 'show', id);
    expect(shown.out).not.toMatch(RAW);
    expect(shown.out).toContain('\\u001b[2K\\u202egnp\\u200b\\u009b1m');
    // What looks like the beginning of another approval stands behind a bar.
    expect(shown.out).toContain('\n  |  PENDING 0000\n');
    const json = await held.as(paul, 'approvals', 'show', id, '--json');
    expect(json.out).not.toMatch(RAW);
    expect((JSON.parse(json.out) as ApprovalAnswer).preview).toContain('\u202Egnp\u200B\u009B1m');
    const reason = await held.as(paul, 'approvals', 'deny', id, '--reason', DECEPTION);
    expect(reason.code).toBe(0);
    expect((await held.as(paul, 'approvals', 'show', id)).out).not.toMatch(RAW);
  });

  it('a grant is given, listed and revoked', async () => {
    const id = await held.hold('{"n":"grant"}');
    const given = await held.as(paul, 'approvals', 'approve', id, '--reason', 'fine', '--grant', '9h');
    expect(given).toMatchObject({ code: 0, out: expect.stringContaining('`cordon grants list` shows') as string });
    expect(await held.again('{"n":"another"}')).toBe(200);
    const { out } = await held.as(paul, 'grants', 'list');
    expect(out).toMatch(
      /\n[0-9a-f-]{13} +active +in (?:59m|1h) +held +paul@acme\.example +POST http\S+ of lab, with none of the values/,
    );
    const [grant = ''] = out.split('\n')[1]?.split(' ') ?? [];
    expect((await held.as(paul, 'grants', 'revoke', grant)).out).toMatch(/^revoked [0-9a-f-]{36}\n$/);
    expect((await held.as(paul, 'grants', 'list')).out).toBe('there are none\n');
    expect((await held.as(paul, 'grants', 'list', '--state', 'revoked')).out).toContain(' revoked ');
    expect(await held.again('{"n":"third"}')).toBe(503);
  });

  it('purge is for operators, and forgets what is settled', async () => {
    const id = await held.hold('{"n":"purge"}');
    await held.as(paul, 'approvals', 'deny', id, '--reason', 'no');
    expect(await held.as(paul, 'approvals', 'purge', '--settled-before', '1d')).toEqual({
      code: 1,
      out: '',
      err: 'cordon: Not allowed: The role approver may not do this, expected operator or admin\n',
    });
    const otto = await held.token('otto@acme.example', 'operator');
    expect((await held.as(otto, 'approvals', 'purge', '--settled-before', '1d')).out).toBe(
      'forgot 0 that were settled more than 1d ago\n',
    );
    expect((await held.as(otto, 'approvals', 'purge', '--settled-before', 'soon')).code).toBe(2);
    const denied = await held.as(otto, 'approvals', 'deny', (await held.hold('{"n":"role"}')).slice(0, 20), '--reason', 'no');
    expect(denied).toMatchObject({ code: 1, err: expect.stringContaining('Not allowed: The role operator may not') as string });
  });

  it.each([
    [['show', 'zz'], 2, 'Found "zz", expected an id, or four of its first characters'],
    [['show', 'ffff'], 1, 'Found no approval that begins with ffff'],
    [['show', 'ffffffff-ffff-ffff-ffff-ffffffffffff'], 1, 'No such approval'],
    [['approve', '0199'], 2, "required option '--reason <text>' not specified"],
    [['approve', '0199', '--reason', 'x', '--grant', 'long'], 2, '--grant: Found "long", expected a duration'],
    [['approve', '0199', '--reason', 'x'], 2, 'Found "0199", expected an id, or 13 of its first characters'],
    [['list', '--state', 'open'], 2, 'Allowed choices are pending'],
    [['list', '--limit', '0'], 2, '--limit: Found "0"'],
  ])('approvals %j ends with %i and says why', async (args, code, sentence) => {
    const ended = await held.as(paul, 'approvals', ...args);
    expect(ended).toMatchObject({ code, out: '', err: expect.stringContaining(sentence) as string });
  });

  it('a beginning that several ids have is wrong use, and names them', async () => {
    const ids = [await held.hold('{"n":"one"}'), await held.hold('{"n":"two"}')] as const;
    const { code, err } = await held.as(paul, 'approvals', 'show', ids[0].slice(0, 4));
    expect([code, err]).toEqual([2, expect.stringMatching(/Found \d+ that begin with [0-9a-f]{4}, expected one: /)]);
    expect(err).toContain(`${ids[1]} (pending)`);
  });

  it('a short beginning decides on nothing: what it stood for may be over, and another one waits', async () => {
    const seen = await held.hold('{"n":"seen"}');
    const { items } = JSON.parse((await held.as(paul, 'approvals', 'list', '--json')).out) as ApprovalsAnswer;
    for (const { id } of items) await held.as(paul, 'approvals', 'deny', id, '--reason', 'no');
    const waits = await held.hold('{"n":"waits"}');
    let common = 0;
    while (seen[common] === waits[common]) common += 1;
    const ended = await held.as(paul, 'approvals', 'approve', waits.slice(0, common), '--reason', 'fine');
    expect(ended).toMatchObject({ code: 2, out: '' });
    const shown = JSON.parse((await held.as(paul, 'approvals', 'show', waits, '--json')).out) as ApprovalAnswer;
    expect(shown.state).toBe('pending');
  });

  it('says what is missing or wrong about the token', async () => {
    const { directory } = held.lab.gateway;
    const without = await cordon(['approvals', 'list'], directory);
    expect(without).toMatchObject({ code: 2, err: expect.stringContaining('Found no CORDON_TOKEN') as string });
    const forged = await held.as(`cdp_${'0'.repeat(20)}.${'A'.repeat(43)}`, 'approvals', 'list');
    expect(forged).toMatchObject({
      code: 2,
      err: expect.stringContaining('does not know the token in CORDON_TOKEN') as string,
    });
    const broken = await held.as('secret\r\nX: y', 'approvals', 'list');
    expect(broken.code).toBe(2);
    expect(broken.err).not.toContain('secret');
  });

  it('asks where the settings say, and goes there directly in a shell whose variables lead through the proxy', async () => {
    const { directory, proxy } = held.lab.gateway;
    const url = `http://${proxy.address}:${proxy.port}`;
    const variables = { NODE_USE_ENV_PROXY: '1', HTTP_PROXY: url, http_proxy: url, NO_PROXY: '', no_proxy: '' };
    const listed = await cordonProcess(['approvals', 'list', '--json'], directory, { CORDON_TOKEN: paul, ...variables });
    expect([listed.code, listed.err]).toEqual([0, '']);
    expect(JSON.parse(listed.out)).toHaveProperty('items');
  });
});

describe('cordon approvals, where there is no admin API', () => {
  const list = (api: string) => cordon(['approvals', 'list', '--api', api], held.lab.gateway.directory, { CORDON_TOKEN: paul });

  it('says that nobody answers, or somebody else', async () => {
    const port = await freePort();
    expect(await list(`http://127.0.0.1:${port}`)).toEqual({
      code: 3,
      out: '',
      err: `cordon: Found no gateway at http://127.0.0.1:${port} (the connection was refused): start it, or say with --api where its admin API is\n`,
    });
    const other = createServer((_, reply) => reply.end('<h1>hello</h1>'));
    expect(await list(await listening(other))).toMatchObject({
      code: 3,
      err: expect.stringContaining('Found another program at') as string,
    });
  });

  it.each(['ftp://127.0.0.1', '127.0.0.1:3129', 'http://127.0.0.1:3129/v1', 'http://me:pw@127.0.0.1:3129'])(
    'refuses --api %s',
    async (api) => {
      expect(await list(api)).toMatchObject({ code: 2, err: expect.stringContaining('expected a URL such as') as string });
    },
  );

  it('shows its token to no other machine in the clear', async () => {
    expect(await list('http://gateway.example:3129')).toMatchObject({
      code: 2,
      err: expect.stringContaining('expected https://') as string,
    });
  });
});

async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
