import { describe, expect, it } from 'vitest';
import type { PolicyDigest } from '../../src/core/ids.ts';
import { fail, ok, type Result } from '../../src/core/result.ts';
import { compilePolicy } from '../../src/policy/compile.ts';
import { formatIssue } from '../../src/policy/issue.ts';
import { loosenings } from '../../src/policy/loosening.ts';
import type { CompiledPolicy } from '../../src/policy/model.ts';
import { prepare, type PreparedPolicy } from '../../src/policy/target-index.ts';
import { namedTlsFiles, tlsFileName } from '../../src/policy/tls-files.ts';
import { issuesOf } from './support/compile-text.ts';
import { connect, decideOn, NOW, verdict } from './support/decision-case.ts';
import { WORLD } from './support/world.ts';

const FILE = 'a.yaml';
const AGENTS = 'agents: [{ id: bot, home: any }, { id: other, home: any }, { id: watched, home: any, mode: observe }]\n';

/** Compiles with files that hold what is given by path; a failure is a file that cannot be used. */
function compileWith(text: string, files: Readonly<Record<string, Result<string, string>>>): ReturnType<typeof compilePolicy> {
  const sources = [{ file: FILE, text: `${text.trimEnd()}\ncordon: 1\n` }];
  const tlsFiles = new Map(
    namedTlsFiles(sources).flatMap((named) => {
      const read = files[named.path];
      return read === undefined ? [] : [[tlsFileName(named), read] as const];
    }),
  );
  return compilePolicy(sources, WORLD, { digest: 'sha256:test' as PolicyDigest, authority: [], now: NOW, tlsFiles });
}

function compiled(text: string, files: Readonly<Record<string, string>>): CompiledPolicy {
  const read = Object.fromEntries(Object.entries(files).map(([path, digest]) => [path, ok(digest)]));
  const { policy, issues } = compileWith(AGENTS + text, read);
  if (policy === undefined) throw new Error(issues.map(formatIssue).join('\n'));
  return policy;
}

const HELD = { 'one.pem': 'd1', 'same.pem': 'd1', 'two.pem': 'd2' };
const policy = (text: string): PreparedPolicy => prepare(compiled(text, HELD));
const destination = (id: string, tls: string): string => `{ id: ${id}, hosts: [b.example], tls: { ${tls} } }`;
const URL = 'https://b.example/x';

describe('namedTlsFiles()', () => {
  it('lists what destinations name, however the key is written, and passes over what is broken', () => {
    const named = namedTlsFiles([
      {
        file: 'a.yaml',
        text: 'destinations: [{ id: d, hosts: [b.example], tls: { trust: x.pem, client-certificate: y.pem } }]',
      },
      { file: 'b.yaml', text: String.raw`destinations: [{ id: e, hosts: [b.example], "\x74\x6c\x73": { trust: z.pem } }]` },
      { file: 'c.yaml', text: '{tls: [' },
      { file: 'd.yaml', text: 'rules: []' },
    ]);
    expect(named).toEqual([
      { file: 'a.yaml', use: 'trust', path: 'x.pem' },
      { file: 'a.yaml', use: 'client-certificate', path: 'y.pem' },
      { file: 'b.yaml', use: 'trust', path: 'z.pem' },
    ]);
  });
});

describe('compilePolicy() with tls', () => {
  const text = `destinations:
  - id: partner
    hosts: [b.example]
    tls:
      trust: ca.pem
      client-certificate: me.pem
rules: [{ id: r, to: [partner], then: permit }]
`;

  it('identifies a statement by what its files hold', () => {
    const { policy: made, issues } = compileWith(text, { 'ca.pem': ok('d1'), 'me.pem': ok('d2') });
    expect(issues).toEqual([]);
    expect(made?.destinations[0]?.tls).toEqual({ trust: 'ca.pem', clientCertificate: 'me.pem', key: 'd1 d2' });
  });

  it('refuses files that cannot be used, or were not read, with line, column and key', () => {
    const { policy: made, issues } = compileWith(text, { 'ca.pem': fail('/etc/ca.pem: ENOENT') });
    expect(made).toBeUndefined();
    expect(issues.map((issue) => [formatIssue(issue), issue.path])).toEqual([
      [
        'a.yaml:5:14: error: Found tls.trust "ca.pem", expected a PEM file of trust anchors: /etc/ca.pem: ENOENT',
        'destinations[0].tls.trust',
      ],
      [
        'a.yaml:6:27: error: Found tls.client-certificate "me.pem", expected a PEM file with a certificate and its key: it was not read',
        'destinations[0].tls.client-certificate',
      ],
    ]);
  });

  it('warns in a trial, which reads nothing', () => {
    expect(issuesOf(text)).toEqual([
      'a.yaml:5:14: warning: Found tls.trust "ca.pem", which a trial does not read',
      'a.yaml:6:27: warning: Found tls.client-certificate "me.pem", which a trial does not read',
    ]);
  });

  it.each([
    ['', 'that no permit or hold names'],
    ['{ id: r, to: [d], then: deny }', 'that no permit or hold names'],
    ['{ id: r, to: any, then: permit }', 'that no permit or hold names'],
    ['{ id: r, to: [d], then: permit, inspect: false }', 'that only rules with inspect: false lead to'],
    ['{ id: r, to: [d], then: permit }', undefined],
    ['{ id: r, to: [d], then: permit, inspect: false }, { id: s, to: [d], then: permit }', undefined],
  ])('warns where it can have no effect: rules: [%s]', (rules, warning) => {
    const { issues } = compileWith(`destinations: [${destination('d', 'trust: one.pem')}]\nrules: [${rules}]`, {
      'one.pem': ok('d1'),
    });
    const found = issues.map(({ message }) => message).filter((message) => message.includes('no effect'));
    expect(found).toEqual(warning === undefined ? [] : [`Found tls on a destination ${warning}, where it has no effect`]);
  });

  it('refuses it beside hosts: ["*"]', () => {
    const { issues } = compileWith('destinations: [{ id: d, hosts: ["*"], tls: { trust: one.pem } }]', { 'one.pem': ok('d1') });
    expect(issues.map(({ message }) => message)).toContain(
      'Found tls beside hosts: ["*"], expected names or addresses of your own',
    );
  });

  it('calls other certificates under the same name a loosening', () => {
    const rules = `destinations: [${destination('d', 'trust: one.pem')}]\n`;
    expect(loosenings(compiled(rules, HELD), compiled(rules, HELD))).toEqual([]);
    expect(loosenings(compiled(rules, HELD), compiled(rules, { 'one.pem': 'd9' }))).toEqual(['destination d: tls changed']);
  });
});

describe('decide() with tls', () => {
  const PERMIT = `destinations: [${destination('d', 'trust: one.pem')}]\nrules: [{ id: r, to: [d], then: permit }]`;

  it('names what the destination states that the permit leads through', () => {
    const decision = decideOn(policy(PERMIT), { url: URL });
    expect(decision.tls).toEqual({ trust: 'one.pem', key: 'd1 -', destinations: ['d'] });
  });

  it('names nothing where the gateway speaks no TLS itself: opaque tunnels and cleartext', () => {
    const set = policy(`destinations: [{ id: d, hosts: [b.example], ports: [80, 443], tls: { trust: one.pem } }]
rules: [{ id: r, to: [d], then: permit, inspect: false }]`);
    const [opaque, cleartext] = [decideOn(set, { url: URL, action: connect() }), decideOn(set, { url: 'http://b.example/' })];
    expect([opaque.effect, opaque.tls, cleartext.effect, cleartext.tls]).toEqual(['permit', undefined, 'permit', undefined]);
  });

  it("hands nothing to an agent, a path or a rule that another destination's permit is not for", () => {
    const set = policy(`destinations: [${destination('d', 'client-certificate: one.pem')}]
rules:
  - { id: r, agents: [other], to: [d], paths: ["/v1/**"], then: permit }
  - { id: s, to: { hosts: [b.example] }, then: permit }
  - { id: t, to: [d], record: content }`);
    const tls = (agent: string, path: string, more = {}): unknown => {
      const decision = decideOn(set, { agent, url: `https://b.example${path}`, ...more });
      return [decision.effect, decision.tls?.clientCertificate];
    };
    expect(tls('other', '/v1/x')).toEqual(['permit', 'one.pem']);
    expect(tls('other', '/x')).toEqual(['permit', undefined]);
    expect(tls('bot', '/v1/x')).toEqual(['permit', undefined]);
    expect(tls('other', '/v1/x', { action: { path: undefined } })).toEqual(['permit', undefined]);
  });

  it('hands nothing to what is only observed', () => {
    const set = policy(`destinations: [${destination('d', 'client-certificate: one.pem')}]
rules: [{ id: r, to: [d], then: permit }, { id: no, to: [d], methods: [POST], then: deny }]`);
    expect(decideOn(set, { agent: 'watched', url: URL }).tls?.key).toBe('- d1');
    const observed = decideOn(set, { agent: 'watched', url: URL, method: 'POST' });
    expect([observed.effect, observed.wouldDeny?.code, observed.tls]).toEqual(['permit', 'denied_by_rule', undefined]);
  });

  it('names it on a hold, for whoever releases it', () => {
    const set = policy(`destinations: [${destination('d', 'trust: one.pem')}]
rules: [{ id: r, to: [d], then: hold, approval: { by: [privacy] } }]`);
    const decision = decideOn(set, { url: URL });
    expect([decision.effect, decision.tls?.trust]).toEqual(['hold', 'one.pem']);
  });

  it.each([
    ['trust: one.pem', 'trust: two.pem', 'obligation_conflict'],
    ['trust: one.pem', 'client-certificate: one.pem', 'obligation_conflict'],
    ['trust: one.pem', 'trust: one.pem, client-certificate: two.pem', 'obligation_conflict'],
    ['trust: one.pem', 'trust: same.pem', 'permit'],
  ])('a target under two destinations, { %s } and { %s }: %s', (a, b, expected) => {
    const set = policy(`destinations: [${destination('d', a)}, ${destination('e', b)}]
rules: [{ id: r, to: [d], then: permit }, { id: s, to: [e], then: permit }]`);
    const decision = decideOn(set, { url: URL });
    expect(verdict(set, { url: URL })).toBe(expected);
    if (expected === 'permit') expect(decision.tls?.destinations).toEqual(['d', 'e']);
    else expect([decision.reason, decision.dial]).toEqual(['Destinations d, e state different tls', []]);
  });

  it('takes what one destination states where the other states nothing', () => {
    const set = policy(`destinations: [${destination('d', 'trust: one.pem')}, { id: e, hosts: [b.example, c.example] }]
rules: [{ id: r, to: [d, e], then: permit }]`);
    expect(decideOn(set, { url: URL }).tls?.destinations).toEqual(['d']);
  });
});
