import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GROUPS } from '../../src/masking/catalogue.ts';
import { formatIssue } from '../../src/policy/issue.ts';
import type { CompiledPolicy, CompiledRule } from '../../src/policy/model.ts';
import { compileAsWritten, compileTexts, policyOf } from './support/compile-text.ts';
import { threadTime } from '../support/thread-time.ts';

function ruleOf(policy: CompiledPolicy, id: string): CompiledRule {
  const rule = policy.rules.find((each) => each.id === id);
  if (rule === undefined) throw new Error(`no rule ${id}`);
  return rule;
}

describe('compilePolicy()', () => {
  it('POL-13: no files, empty files and empty rules are a policy that denies everything', () => {
    for (const texts of [[], [''], ['# nothing yet\n'], ['rules: []\n'], ['cordon: 1\n']]) {
      const { policy } = compileTexts(texts);
      expect(policy).toMatchObject({ agents: [], destinations: [], rules: [], credentials: [] });
    }
  });

  it.each([
    [
      '',
      [
        'a.yaml:1:1: warning: Found nothing in this file, expected a policy with sections such as agents, destinations and rules',
      ],
    ],
    [
      '# soon\n',
      [
        'a.yaml:1:1: warning: Found nothing in this file, expected a policy with sections such as agents, destinations and rules',
      ],
    ],
    [
      'cordon: 1\n',
      ['a.yaml:1:1: warning: Found no section in this file, expected sections such as agents, destinations and rules'],
    ],
    [
      '# team b\n\nrules: []\n',
      ['a.yaml:3:1: warning: Found no "cordon", expected cordon: 1; the file is read as version 1 (write cordon: 1 first)'],
    ],
    ['cordon: 1\nrules: []\n', []],
  ])('warns about what may be a file that was cut: %j', (text, expected) => {
    const { policy, issues } = compileAsWritten([text]);
    expect(issues.map(formatIssue)).toEqual(expected);
    expect(policy?.rules).toEqual([]);
  });

  it('POL-11: NO is Norway', () => {
    const policy = policyOf('agents: [{ id: a, home: [NO, DE] }]');
    expect(policy.agents[0]?.attributes.home).toMatchObject({ any: false, label: 'NO+DE' });
    expect(policy.agents[0]?.attributes.home.countries.toArray()).toEqual(['DE', 'NO']);
  });

  it('resolves homes: countries, aliases, sets, own sets with exclusions, any', () => {
    const policy = policyOf(`
jurisdictions:
  dach: [DE, AT, CH]
  alps: { include: [dach, IT], exclude: [DE] }
agents:
  - { id: a, home: alps }
  - { id: b, home: [EL, UK] }
  - { id: c, home: any }
`);
    expect(policy.agents.map((agent) => agent.attributes.home.label)).toEqual(['alps', 'EL+UK', 'any']);
    expect(policy.agents[0]?.attributes.home.countries.toArray()).toEqual(['AT', 'CH', 'IT']);
    expect(policy.agents[1]?.attributes.home.countries.toArray()).toEqual(['GB', 'GR']);
    expect(policy.agents[2]?.attributes.home.any).toBe(true);
  });

  it('identifies an agent by token where nothing else is written', () => {
    expect(policyOf('agents: [{ id: a, home: eu }]').agents[0]).toMatchObject({
      attributes: { agent: 'a', mode: 'enforce' },
      owners: [],
      identify: [{ token: true }],
    });
  });

  it('lets a token agent and a range agent share addresses: a presented token names its agent', () => {
    const text =
      'agents:\n  - { id: a, home: eu, identify: [{ cidr: ["10.0.0.0/8"] }] }\n  - { id: b, home: eu, identify: [{ token: true, cidr: ["10.0.0.0/8"] }] }\n';
    expect(compileTexts([text]).issues).toEqual([]);
  });

  it('fills in the defaults of a rule', () => {
    const rule = ruleOf(policyOf('rules: [{ id: r, to: any }]'), 'r');
    expect(rule).toEqual({
      id: 'r',
      position: { file: 'a.yaml', line: 1, column: 9 },
      to: 'any',
      masks: { request: [], response: [] },
      limits: [],
      recordContent: false,
      inspect: true,
      tunnel: { protocol: 'tls', sni: 'required' },
      orUnknown: false,
      agentCredentials: 'pass',
      headers: { set: {}, require: [], remove: [] },
      length: 'spool',
      signed: 'deny',
      opaque: 'deny',
    });
  });

  it('compiles the obligations of a rule', () => {
    const policy = policyOf(`
destinations: [{ id: d, hosts: [a.example] }]
credentials: [{ id: k, for: [d], inject: { header: Authorization, value: "Bearer {}" } }]
rules:
  - id: r
    to: [d]
    then: hold
    approval: { by: [privacy], wait: 1m, grant: { max: 8h }, fields: [X-Reason] }
    content: { entities: [payment-card], max: 1MiB }
    mask: { request: { entities: [pii], as: token, in: [path], unreadable: pass }, response: [secrets] }
    credential: k
    limits: [{ requests: 600, every: 1m }, { bytes: 50MiB, every: 1d, per: session }]
    record: content
    headers: { set: { X-Team: support }, require: [X-Purpose], remove: [Cookie] }
`);
    expect(ruleOf(policy, 'r')).toMatchObject({
      effect: 'hold',
      approval: {
        by: ['privacy'],
        quorum: 1,
        wait: 60_000,
        expires: 1_800_000,
        grant: { max: 28_800_000 },
        fields: ['x-reason'],
      },
      content: { entities: ['payment-card'], max: 1_048_576 },
      masks: {
        request: [{ entities: GROUPS.get('pii'), as: 'token', in: ['path'], unreadable: 'pass' }],
        response: [{ entities: GROUPS.get('secrets'), as: 'redact', in: ['content', 'query', 'fields'], unreadable: 'deny' }],
      },
      credential: 'k',
      limits: [
        { requests: 600, every: 60_000, per: 'agent' },
        { bytes: 52_428_800, every: 86_400_000, per: 'session' },
      ],
      recordContent: true,
      headers: { set: { 'x-team': 'support' }, require: ['x-purpose'], remove: ['cookie'] },
    });
    expect(policy.credentials).toEqual([
      {
        id: 'k',
        for: ['d'],
        injection: { by: 'field', name: 'authorization', template: 'Bearer {}' },
        asksForPlaceholder: false,
      },
    ]);
  });

  it('writes groups of entities out, each entity once and sorted', () => {
    const policy = policyOf(`
entities: [{ id: staff-number, pattern: "EMP-\\\\d{6}", max: 10 }]
rules:
  - { id: r, to: any, content: { entities: [staff-number, contact, email] }, mask: { request: [staff-number, contact, pii, email] } }
`);
    const rule = ruleOf(policy, 'r');
    expect(rule.content?.entities).toEqual([...(GROUPS.get('contact') ?? []), 'staff-number'].sort());
    expect(rule.masks.request[0]?.entities).toEqual([...(GROUPS.get('pii') ?? []), 'staff-number'].sort());
  });

  it('leaves no group in masks and conditions, whichever are named and in whatever order', () => {
    const names = [...GROUPS.keys(), 'email', 'iban', 'jwt'];
    fc.assert(
      fc.property(fc.shuffledSubarray(names, { minLength: 1 }), (chosen) => {
        const { masks, content } = ruleOf(
          policyOf(
            `rules: [{ id: r, to: any, content: { entities: [${chosen.join()}] }, mask: { response: [${chosen.toSorted().join()}] } }]`,
          ),
          'r',
        );
        const entities = content?.entities ?? [];
        expect(masks.response[0]?.entities).toEqual(entities);
        expect(entities).toEqual([...new Set(entities)].sort());
        for (const name of chosen) for (const id of GROUPS.get(name) ?? [name]) expect(entities).toContain(id);
        for (const id of entities) expect(GROUPS.has(id)).toBe(false);
      }),
      { numRuns: 50 },
    );
  });

  it('keeps health and crypto out of pii, unless they are personal on another ground', () => {
    const pii = new Set(GROUPS.get('pii'));
    for (const group of ['health', 'crypto']) {
      for (const id of GROUPS.get(group) ?? []) {
        const isPersonal = ['contact', 'national-id', 'payment', 'network'].some((other) => GROUPS.get(other)?.includes(id));
        expect([id, pii.has(id)]).toEqual([id, isPersonal]);
      }
    }
  });

  it('compiles own entities', () => {
    const policy = policyOf(
      'entities: [{ id: e, pattern: "E-\\\\d{6}", checksum: luhn, context: [Staff, "employee no"], max: 8 }, { id: f, pattern: x, max: 1 }]',
    );
    expect(policy.entities).toEqual([
      { id: 'e', pattern: 'E-\\d{6}', checksum: 'luhn', context: ['staff', 'employee no'], max: 8 },
      { id: 'f', pattern: 'x', context: [], max: 1 },
    ]);
    expect(Object.isFrozen(policy.entities[0]?.context)).toBe(true);
  });

  it('compiles destinations, declared and inline', () => {
    const policy = policyOf(`
destinations:
  - id: warehouse
    addresses: ["10.40.0.0/16"]
    ports: [8443]
    internal: { place: "aws:eu-central-1" }
    tls: { trust: ca.pem, client-certificate: client.pem }
rules:
  - id: r
    to: { hosts: ["*.Example.org"], places: [eu, "gcp:europe-west4"], except: { hosts: [bad.example.org], places: [HU] } }
    then: permit
`);
    const [warehouse, inline] = policy.destinations;
    expect(warehouse).toMatchObject({
      id: 'warehouse',
      ports: [8443],
      internal: { place: { label: 'aws:eu-central-1', region: 'aws:eu-central-1' } },
      addressesMode: 'all',
      tls: { trust: 'ca.pem', clientCertificate: 'client.pem' },
    });
    expect(inline).toMatchObject({
      id: 'r#1',
      position: { line: 10, column: 9 },
      hosts: [{ kind: 'suffix', suffix: 'example.org' }],
      ports: [443],
      places: { any: false, label: 'eu, gcp:europe-west4' },
      except: { hosts: [{ kind: 'exact', name: 'bad.example.org' }], addresses: [] },
    });
    expect([...(inline?.places?.regions ?? [])]).toEqual(['gcp:europe-west4']);
    expect(inline?.except?.places?.countries.toArray()).toEqual(['HU']);
    expect(ruleOf(policy, 'r').to).toEqual([1]);
  });

  it('selects agents by id and glob', () => {
    const policy = policyOf(`
agents: [{ id: support-a, home: eu }, { id: support-b, home: eu }, { id: sales, home: eu }]
rules:
  - { id: r, agents: ["support-*"], to: any }
  - { id: s, agents: [sales], to: any }
  - { id: t, to: any }
`);
    expect(policy.rules.map((rule) => rule.agents && [...rule.agents])).toEqual([
      ['support-a', 'support-b'],
      ['sales'],
      undefined,
    ]);
  });

  it('merges files whatever their order', () => {
    const agents = 'agents: [{ id: a, home: eu }]\n';
    const rules = 'rules: [{ id: r, agents: [a], to: [d], then: permit }]\n';
    const destinations = 'destinations: [{ id: d, hosts: [a.example] }]\n';
    for (const texts of [
      [agents, rules, destinations],
      [rules, destinations, agents],
    ]) {
      expect(policyOf(...texts).rules[0]).toMatchObject({ to: [0], effect: 'permit' });
    }
  });

  it('gives a frozen policy', () => {
    const policy = policyOf('agents: [{ id: a, home: eu }]\nrules: [{ id: r, to: any }]\n');
    expect(Object.isFrozen(policy.rules)).toBe(true);
    expect(Object.isFrozen(policy.rules[0]?.masks)).toBe(true);
    expect(Object.isFrozen(policy.agents[0]?.attributes.home)).toBe(true);
  });

  it('compiles thousands of rules in reasonable time', () => {
    const rules = Array.from(
      { length: 3000 },
      (_, i) => `  - { id: r${i}, to: { hosts: [h${i}.example] }, paths: ["/v1/**"], then: permit }`,
    );
    const started = threadTime();
    expect(policyOf(`rules:\n${rules.join('\n')}\n`).rules).toHaveLength(3000);
    expect(threadTime() - started).toBeLessThan(5000);
  });
});
