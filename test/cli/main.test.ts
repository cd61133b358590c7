import { execFileSync } from 'node:child_process';
import { chmodSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { directoryWith } from '../config/temporary-directory.ts';
import { journalIn } from '../recording/fixtures.ts';
import { recordsOf } from '../support/record-files.ts';
import { selfSigned } from '../support/certificates.ts';
import { cordon, RULES } from './cordon.ts';

const project = (more: Readonly<Record<string, string>> = {}): string => directoryWith({ 'rules/base.yaml': RULES, ...more });
const ADDRESS = ['--address', '20.113.0.1'];

describe('cordon', () => {
  it('main() ends with 2 and says how it is used when it is used wrongly', async () => {
    const cwd = project();
    const wrong = [[], ['frob'], ['explain'], ['explain', 'https://a.test/'], ['check', '--frob'], ['simulate']];
    const ended = await Promise.all(wrong.map((args) => cordon(args, cwd)));
    expect(ended.map(({ code }) => code)).toEqual(wrong.map(() => 2));
    expect(ended.every(({ out }) => out === '')).toBe(true);
    expect(ended[1]?.err).toContain("unknown command 'frob'");
    expect(ended[5]?.err).toContain("required option '--policy <dir>' not specified");
  });

  it('main() ends with 2 on settings with errors, and names file, line and column', async () => {
    const cwd = project({ 'cordon.yaml': 'log: { levle: info }\n' });
    const { code, err } = await cordon(['check'], cwd, { CORDON_WORKERS: '0' });
    expect(code).toBe(2);
    expect(err).toBe(
      'CORDON_WORKERS: error: workers: Found 0, expected a whole number from 1 to 256\n' +
        'cordon.yaml:1:8: error: log.levle: Unknown key "levle" (did you mean "level"?)\n',
    );
  });

  it('serve --print-config shows each setting with its origin, and starts nothing', async () => {
    const cwd = project({ 'etc/c.yaml': 'rules: ../rules\n' });
    const args = ['serve', '--print-config', '--json', '--config', 'etc/c.yaml', '--set', 'workers=2'];
    const { code, out } = await cordon(args, cwd, { CORDON_LOG_LEVEL: 'debug' });
    expect(code).toBe(0);
    const { items } = JSON.parse(out) as { items: { path: string; value: unknown; origin: string }[] };
    const shown = new Map(items.map(({ path, value, origin }) => [path, [value, origin]]));
    expect(shown.get('rules')).toEqual([join(cwd, 'rules'), 'file']);
    expect(shown.get('workers')).toEqual([2, 'flag']);
    expect(shown.get('log.level')).toEqual(['debug', 'environment']);
  });

  it('serve refuses what it could not honour', async () => {
    const args = ['serve', '--set', 'listen.proxy={ address: "127.0.0.1:3128", socks: true }'];
    const { code, err } = await cordon(args, project());
    expect([code, err]).toEqual([
      2,
      'cordon: listen.proxy.socks: this version cannot honour it yet and would not speak SOCKS\n',
    ]);
  });

  it('check says that a policy is good, and gives its digest', async () => {
    const cwd = project();
    const { code, out } = await cordon(['check'], cwd);
    expect([code, out]).toEqual([0, expect.stringMatching(/^ok: 1 files, 2 agents, 2 rules, sha256:[0-9a-f]{64}\n$/)]);
    const { code: asJson, out: json } = await cordon(['check', 'rules/base.yaml', '--json'], cwd);
    expect([asJson, JSON.parse(json)]).toMatchObject([0, { ok: true, files: ['rules/base.yaml'], issues: [] }]);
  });

  it('check reports every error of every file at once', async () => {
    const cwd = project({ 'rules/more.yaml': 'cordon: 1\nrules:\n  - id: x\n    to: [openai-ue]\n    then: permitt\n' });
    const { code, out } = await cordon(['check'], cwd);
    expect(code).toBe(2);
    const lines = out.trimEnd().split('\n');
    expect(lines.slice(0, 2).map((line) => line.split(' ')[0])).toEqual(['rules/more.yaml:4:10:', 'rules/more.yaml:5:11:']);
    expect(lines[0]).toContain('did you mean "openai-eu"?');
    expect(lines.at(-1)).toBe('2 errors, 0 warnings');
  });

  it('check says where there is no policy, or an empty one', async () => {
    const cwd = project({ 'none/readme.txt': 'x', 'rules/later.yaml': '', 'rules/old.yaml': 'rules: []\n' });
    expect(await cordon(['check', 'none'], cwd)).toMatchObject({
      code: 2,
      out: 'none: error: Found no *.yaml file, expected at least one policy file\n',
    });
    const { code, out } = await cordon(['check'], cwd);
    expect([code, out.split('\n').slice(0, 2)]).toEqual([
      0,
      [
        expect.stringMatching(/^rules\/later\.yaml:1:1: warning: Found nothing in this file/),
        expect.stringMatching(/^rules\/old\.yaml:1:1: warning: Found no "cordon"/),
      ],
    ]);
  });

  it('check names a file that is not there', async () => {
    const { code, out } = await cordon(['check', 'gone'], project());
    expect([code, out]).toEqual([2, expect.stringMatching(/^gone: error: The policy files cannot be read: ENOENT/)]);
  });

  it('explain ends with 0 for a permit and shows decision, rules, place and what did not match', async () => {
    const { code, out } = await cordon(
      ['explain', 'POST', 'https://eu.api.openai.com/v1/responses', '--agent', 'local', ...ADDRESS],
      project(),
    );
    expect(code).toBe(0);
    expect(out).toMatch(/^PERMIT\n/);
    expect(out).toMatch(/Rules that won\n {2}models {2}permit {2}rules\/base\.yaml:\d+:\d+\n/);
    expect(out).toMatch(/Place\n {2}entry +eu, by endpoint-name/);
    expect(out).toMatch(/Other rules\n {2}no-files {2}deny .*does not match: /);
  });

  it('explain ends with 1 for a denial, and gives the same as JSON', async () => {
    const args = ['explain', 'https://eu.api.openai.com/v1/files/a', '--agent', 'local', '--json', ...ADDRESS];
    const { code, out } = await cordon(args, project());
    const answer = JSON.parse(out) as {
      decision: { effect: string; code: string; rules: string[] };
      rules: { id: string; verdict: string; because?: string }[];
    };
    expect(code).toBe(1);
    expect(answer.decision).toMatchObject({ effect: 'deny', code: 'denied_by_rule', rules: ['no-files'] });
    expect(answer.rules.find(({ id }) => id === 'models')).toMatchObject({ verdict: 'not' });
  });

  it('check and explain show what TLS toward a destination rests on; check refuses files that cannot be used', async () => {
    const { cert, key } = await selfSigned('gateway');
    const rules = RULES.replace(
      'hosts: ["eu.api.openai.com"]',
      '$&\n    tls: { trust: pem/ca.pem, client-certificate: pem/me.pem }',
    );
    const files = { 'rules/base.yaml': rules, 'rules/pem/ca.pem': cert };
    const whole = project({ ...files, 'rules/pem/me.pem': `${cert}\n${key}` });
    chmodSync(join(whole, 'rules/pem/me.pem'), 0o600);
    const checked = await cordon(['check'], whole);
    const line = 'tls: toward openai-eu the gateway trusts pem/ca.pem beside the public roots and shows pem/me.pem\n';
    expect([checked.code, checked.out]).toEqual([0, expect.stringContaining(line)]);
    const { out } = await cordon(['explain', 'POST', 'https://eu.api.openai.com/v1/x', '--agent', 'local', ...ADDRESS], whole);
    expect(out).toMatch(
      /TLS toward the origin\n {2}trust +pem\/ca\.pem +stated by openai-eu\n {2}client certificate +pem\/me\.pem/,
    );
    const refused = await cordon(['check', 'rules/base.yaml'], project(files));
    expect(refused.code).toBe(2);
    expect(refused.out).toMatch(
      /^rules\/base\.yaml:12:51: error: Found tls\.client-certificate "pem\/me\.pem", expected a PEM file with a certificate and its key: .*ENOENT/,
    );
  });

  it('explain asks no name server for a name that no rule could permit', async () => {
    // A server that is not there: a look-up would end in a note about its failure, after its timeout.
    const args = ['explain', 'https://elsewhere.test/', '--agent', 'local', '--set', 'resolver.servers=127.0.0.1:9', '--json'];
    const { code, out } = await cordon(args, project());
    const { decision, notes } = JSON.parse(out) as { decision: { code: string }; notes: string[] };
    expect([code, decision.code]).toEqual([1, 'no_rule']);
    expect(notes).toEqual(['elsewhere.test was not looked up: no rule that could permit it names it']);
  });

  it('explain ends with 2 for an agent or a target that makes no sense', async () => {
    const cwd = project();
    const agent = await cordon(['explain', 'https://a.test/', '--agent', 'nobody'], cwd);
    expect([agent.code, agent.err]).toEqual([
      2,
      'cordon: Found agent "nobody", expected one that the policy declares: local, bot\n',
    ]);
    expect((await cordon(['explain', 'ftp://a.test/', '--agent', 'local'], cwd)).code).toBe(2);
    expect((await cordon(['explain', 'GET', 'https://a.test/', 'more', '--agent', 'local'], cwd)).code).toBe(2);
  });

  it('test runs the cases beside the policy, and ends with 1 when one fails', async () => {
    const case_ = (name: string, method: string) =>
      `- name: ${name}\n  given: { agent: local, request: "${method} https://eu.api.openai.com/v1/responses" }\n  expect: { decision: permit }\n`;
    const good = await cordon(['test'], project({ 'rules/tests/a.yaml': case_('posts pass', 'POST') }));
    expect([good.code, good.out]).toEqual([0, expect.stringContaining('ok    posts pass\n\n1 of 1 passed')]);
    const bad = await cordon(
      ['test'],
      project({ 'rules/tests/a.yaml': case_('posts pass', 'POST') + case_('reads pass', 'GET') }),
    );
    expect(bad.code).toBe(1);
    expect(bad.out).toMatch(/FAIL {2}reads pass {2}rules\/tests\/a\.yaml:4:\d+\n {8}Expected decision permit, found deny\n/);
    expect((await cordon(['test', 'gone'], project())).code).toBe(2);
  });

  it('env prints what a shell can evaluate, and mints a token only for an agent that needs one', async () => {
    const cwd = project();
    const local = await cordon(['env', '--agent', 'local'], cwd);
    expect(local.code).toBe(0);
    const shell = execFileSync(
      'sh',
      ['-c', `${local.out}\necho "$https_proxy|$NO_PROXY|$NODE_EXTRA_CA_CERTS|$SSL_CERT_FILE"`],
      {
        encoding: 'utf8',
        env: { NO_PROXY: 'example.com', PATH: process.env['PATH'] },
      },
    );
    expect(shell.trim()).toBe(`http://127.0.0.1:3128||${join(cwd, 'data/ca/ca.pem')}|${join(cwd, 'data/ca/bundle.pem')}`);
    const bot = await cordon(['env', '--agent', 'bot', '--json'], cwd);
    const { HTTPS_PROXY } = JSON.parse(bot.out) as { HTTPS_PROXY: string };
    expect(HTTPS_PROXY).toMatch(/^http:\/\/bot:cdn_[0-9a-f]{20}\.[A-Za-z0-9_-]{43}@127\.0\.0\.1:3128$/);
    const { out } = await cordon(['token', 'list', '--json'], cwd);
    expect(JSON.parse(out)).toMatchObject({ items: [{ agent: 'bot', state: 'valid' }] });
    const nobody = await cordon(['env', '--agent', 'nobody'], cwd);
    // `eval` of nothing succeeds, and the shell would go on without a proxy.
    expect(nobody).toMatchObject({ code: 2, out: 'false\n' });
    expect(() => execFileSync('sh', ['-c', `eval "${nobody.out}"`])).toThrow();
  });

  it('token mint prints only the token; list shows no secret; revoke takes the token or its id', async () => {
    const cwd = project();
    const { code, out, err } = await cordon(['token', 'mint', '--agent', 'bot', '--ttl', '5m'], cwd);
    expect([code, err]).toEqual([0, '']);
    const token = /^(cdn_([0-9a-f]{20})\.([A-Za-z0-9_-]{43}))\n$/.exec(out);
    const [, text = '', id = '', secret = ''] = token ?? [];
    expect(statSync(join(cwd, 'data/cordon.db')).mode & 0o777).toBe(0o600);
    expect((await cordon(['token', 'list'], cwd)).out).toMatch(
      new RegExp(`^ID +FOR +ROLE +STATE +EXPIRES +MINTED BY\n${id} +bot +agent +valid +\\d{4}-\\S+ +local:`),
    );
    expect((await cordon(['token', 'revoke', text], cwd)).out).toBe(`revoked ${id}\n`);
    const listed = await cordon(['token', 'list', '--json'], cwd);
    expect(JSON.parse(listed.out)).toMatchObject({ items: [{ id, state: 'revoked' }] });
    expect(listed.out).not.toContain(secret);
    expect((await cordon(['token', 'revoke', 'cdn_0000'], cwd)).code).toBe(1);
  });

  it('token mint, list and revoke know people too, and put what they do on the record', async () => {
    const cwd = project();
    const who = ['--role', 'approver', '--person', 'Anna@Acme.example', '--group', 'privacy', '--place', 'eu', '--place', 'CH'];
    const minted = await cordon(['token', 'mint', ...who, '--ttl', '5m', '--json'], cwd);
    const token = JSON.parse(minted.out) as { token: string; id: string };
    expect(token).toMatchObject({
      token: expect.stringMatching(/^cdp_[0-9a-f]{20}\.[A-Za-z0-9_-]{43}$/) as string,
      state: 'valid',
      person: 'anna@acme.example',
      role: 'approver',
      groups: ['privacy'],
      places: ['eu', 'CH'],
      mintedBy: expect.stringMatching(/^local:/) as string,
    });
    expect((await cordon(['token', 'list'], cwd)).out).toMatch(
      new RegExp(`\n${token.id} +anna@acme.example +approver +valid `),
    );
    expect((await cordon(['token', 'revoke', token.token], cwd)).out).toBe(`revoked ${token.id}\n`);
    expect((await cordon(['token', 'list'], cwd)).out).toMatch(/ approver +revoked /);
    const [writer = ''] = readdirSync(join(cwd, 'data/recordings'));
    const records = recordsOf(join(cwd, 'data/recordings', writer));
    expect(records).toMatchObject([
      {
        kind: 'admin',
        actor: expect.stringMatching(/^local:/) as string,
        action: 'token.minted',
        subject: `token:${token.id}`,
      },
      { kind: 'admin', action: 'token.revoked', subject: `token:${token.id}` },
    ]);
    expect(JSON.stringify(records)).not.toContain(token.token.slice(-43));
  });

  it.each([
    [['--role', 'approver'], 'expected --agent, or --role and --person'],
    [['--person', 'anna'], 'expected --agent, or --role and --person'],
    [['--agent', 'bot', '--role', 'admin'], 'Found --role beside --agent, expected a token of an agent or of a person'],
    [['--role', 'admin', '--person', 'a b'], '--person: Found "a b", expected a person'],
    [['--role', 'admin', '--person', 'anna', '--place', 'atlantis'], '--place: Found "atlantis", expected a country'],
    [['--role', 'king', '--person', 'anna'], "'king' is invalid"],
  ])('token mint %j is wrong use', async (args, message) => {
    const { code, err } = await cordon(['token', 'mint', ...args], project());
    expect([code, err]).toEqual([2, expect.stringContaining(message)]);
  });

  it('token mint refuses an agent that the policy does not declare', async () => {
    const { code, err } = await cordon(['token', 'mint', '--agent', 'nobody'], project());
    expect([code, err]).toEqual([2, 'cordon: the policy declares no agent "nobody"\n']);
  });

  it('geo lookup and status tell what the tables prove', async () => {
    const cwd = project();
    const { code, out } = await cordon(['geo', 'lookup', '1.1.1.1', '--json'], cwd);
    expect([code, JSON.parse(out)]).toMatchObject([
      0,
      { host: '1.1.1.1', class: 'global', evidence: [{ kind: 'anycast', entry: 'anycast' }, {}] },
    ]);
    expect((await cordon(['geo', 'lookup', 'a b'], cwd)).code).toBe(2);
    expect((await cordon(['geo', 'status'], cwd)).out).toMatch(/cloud ranges +missing/);
    expect((await cordon(['geo', 'status'], cwd)).out).toContain(
      'licence of dbip-country: CC BY 4.0, IP Geolocation by DB-IP (https://db-ip.com)',
    );
    expect((await cordon(['geo', 'update', '--only', 'nobody'], cwd)).code).toBe(2);
    const unlicensed = await cordon(['geo', 'update', '--only', 'maxmind'], cwd);
    expect([unlicensed.code, unlicensed.err]).toEqual([2, expect.stringContaining('needs geo.maxmind.account')]);
  });

  it('geo update records what it asks for, in a chain of its own beside that of a gateway', async () => {
    const cwd = project({ 'cordon.yaml': 'resolver: { hosts: { ip-ranges.amazonaws.com: [127.0.0.1] } }\n' });
    const recordings = join(cwd, 'data/recordings');
    const gateway = await journalIn(recordings);
    const { code, out } = await cordon(['geo', 'update', '--only', 'aws'], cwd);
    expect([code, out]).toEqual([3, expect.stringMatching(/^aws: failed, .*private_address/)]);
    expect(recordsOf(gateway.directory)).toEqual([]);
    const own = readdirSync(recordings).filter((writer) => writer !== gateway.writer);
    expect(own).toHaveLength(1);
    expect(recordsOf(join(recordings, own[0] ?? ''))).toMatchObject([
      { kind: 'decision', decision: 'deny', code: 'private_address', subject: 'cordon' },
      { kind: 'outcome', code: 'private_address' },
    ]);
  });

  it('geo update asks nobody while nothing can be recorded', async () => {
    const cwd = project({ 'data/recordings': 'a file where a directory belongs' });
    const { code, err } = await cordon(['geo', 'update', '--only', 'aws'], cwd);
    expect([code, err]).toEqual([3, expect.stringContaining('data/recordings')]);
  });

  it('ca show makes the CA once', async () => {
    const cwd = project();
    const first = await cordon(['ca', 'show', '--json'], cwd);
    const second = await cordon(['ca', 'show', '--json'], cwd);
    expect(first.code).toBe(0);
    expect(second.out).toBe(first.out);
    expect(JSON.parse(first.out)).toMatchObject({ file: join(cwd, 'data/ca/ca.pem') });
  });
});
