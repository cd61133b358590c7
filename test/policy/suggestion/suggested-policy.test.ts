import { describe, expect, it } from 'vitest';
import type { DecisionEvent, OutcomeEvent, Record as RecordOf } from '../../../src/core/exchange/record.ts';
import type { AgentId, ExchangeId, RuleId } from '../../../src/core/ids.ts';
import { SeenTraffic } from '../../../src/policy/suggestion/seen-traffic.ts';
import { suggestedPolicy, type SuggestedPolicy } from '../../../src/policy/suggestion/suggested-policy.ts';
import { compileAsWritten } from '../support/compile-text.ts';

let seq = 0;

function frame() {
  seq += 1;
  return { v: 1, seq, time: `2026-11-20T10:00:${String(seq % 60).padStart(2, '0')}.000Z`, writer: 'w', prev: '' } as const;
}

function asked(method: string, target: string, more: Partial<DecisionEvent> = {}): RecordOf & DecisionEvent {
  const exchange = `x${seq}` as ExchangeId;
  return {
    ...frame(),
    kind: 'decision',
    exchange,
    subject: 'bot' as AgentId,
    home: 'eu',
    client: '127.0.0.1',
    exchangeKind: method === 'CONNECT' ? 'connect' : 'intercepted',
    method,
    target,
    place: { entry: 'DE', processing: 'DE', storage: 'DE' },
    evidence: [{ kind: 'catalogue', source: 'endpoints', places: { entry: 'DE' } }],
    decision: 'deny',
    code: 'no_rule',
    rules: [],
    obligations: [],
    ...more,
  };
}

function found({ exchange }: DecisionEvent, findings: OutcomeEvent['findings']): RecordOf {
  return { ...frame(), kind: 'outcome', exchange, bytes: { sent: 0, received: 0 }, timing: { total: 1 }, findings };
}

const AGENTS = 'cordon: 1\nagents: [{ id: bot, home: eu }, { id: other, home: eu }]\n';

function suggested(records: readonly RecordOf[], taken: readonly string[] = []): SuggestedPolicy {
  const seen = new SeenTraffic();
  for (const record of records) seen.take(record);
  const made = suggestedPolicy(seen.destinations(), { of: 'a day', taken: new Set(taken), omitted: seen.omitted });
  // Whatever was recorded: it passes `check`.
  expect(compileAsWritten([AGENTS, made.yaml]).issues.filter(({ severity }) => severity === 'error')).toEqual([]);
  return made;
}

describe('suggestedPolicy()', () => {
  it('permits each method with the paths that were asked for with it, and no more', () => {
    const { yaml, rules } = suggested([
      asked('GET', 'https://api.example/v1/items/17'),
      asked('GET', 'https://api.example/v1/items/18?q='),
      asked('POST', 'https://api.example/v1/orders'),
      asked('PUT', 'https://api.example/v1/orders'),
      asked('CONNECT', 'api.example:443'),
    ]);
    expect(rules).toBe(2);
    expect(yaml).toContain('  - { id: api-example, hosts: ["api.example"] }\n');
    expect(yaml).toContain('    methods: [GET]\n    paths: ["/v1/items/*"]\n    then: permit\n');
    expect(yaml).toContain('    methods: [POST, PUT]\n    paths: ["/v1/orders"]\n    then: permit\n');
    expect(yaml).toContain('# 4 requests of bot, 2026-11-20T10:00:');
    expect(yaml).toContain('DE by catalogue (endpoints)');
  });

  it('counts what an observed agent would have been denied, and what passes since no more', () => {
    const would = { decision: 'permit', code: undefined, wouldDeny: 'no_rule' } as const;
    const passes = { decision: 'permit', code: undefined, rules: ['r' as RuleId] } as const;
    const both = (): RecordOf[] => [asked('GET', 'https://api.example/a', would), asked('GET', 'https://api.example/b', would)];
    expect(suggested(both()).yaml).toContain('paths: ["/a", "/b"]');
    expect(suggested([...both(), asked('GET', 'https://api.example/a', passes)]).yaml).toContain('paths: ["/b"]');
    const all = [...both(), asked('GET', 'https://api.example/a', passes), asked('GET', 'https://api.example/b', passes)];
    expect(suggested(all).rules).toBe(0);
  });

  it('masks what was found, and asks whether it is needed', () => {
    const sent = asked('POST', 'https://api.example/a');
    const { yaml } = suggested([sent, found(sent, { email: 3, iban: 1 })]);
    expect(yaml).toContain('# Open: found in what was sent or answered: 3 email, 1 iban;');
    expect(yaml).toContain('    mask: { request: [email, iban] }\n');
  });

  it('leaves to a person what a permit alone would not mend', () => {
    const { yaml, rules, questions } = suggested([
      asked('GET', 'https://us.example/', {
        code: 'outside_home',
        place: { entry: 'US', processing: 'US', storage: 'US' },
      }),
      asked('GET', 'https://where.example/', { code: 'unknown_place' }),
      asked('GET', 'https://no.example/', { code: 'denied_by_rule', rules: ['never' as RuleId] }),
      asked('GET', 'https://10.0.0.5/', { code: 'private_address' }),
      asked('GET', 'https://192.0.2.5/'),
      asked('GET', 'https://odd.example/a;b'),
    ]);
    expect([rules, questions]).toEqual([0, 6]);
    expect(yaml).toContain(
      '# - us.example:443 (1 of bot): outside_home, it is in US: needs an endpoint at home, or a rule with a transfer',
    );
    expect(yaml).toContain('denied_by_rule: never rules it out');
    expect(yaml).toContain('odd.example:443 (1 of bot): no_rule, with methods or paths that no rule can name');
    expect(yaml).not.toContain('then: permit');
  });

  it('says that it has not seen inside tunnels, and writes ports and cleartext', () => {
    const { yaml } = suggested([
      asked('CONNECT', 'db.example:5432'),
      asked('GET', 'http://plain.example/a', { exchangeKind: 'forward' }),
    ]);
    expect(yaml).toContain('{ id: db-example, hosts: ["db.example"], ports: [5432] }');
    expect(yaml).toContain('# Open: nobody has seen the requests inside');
    expect(yaml).toContain('{ id: plain-example, hosts: ["plain.example"], ports: [80] }');
    expect(yaml).toContain('cleartext');
  });

  it('takes ids that nobody has, and keeps agents apart', () => {
    const of = (agent: string) => ({ subject: agent as AgentId });
    const records = [asked('GET', 'https://1.example/a', of('bot')), asked('POST', 'https://1.example/b', of('other'))];
    const { yaml } = suggested(records, ['suggested-host-1-example']);
    expect(yaml).toContain('id: host-1-example,');
    expect(yaml).toContain('- id: suggested-host-1-example-2\n    agents: [bot]');
    expect(yaml).toContain('- id: suggested-host-1-example-3\n    agents: [other]');
  });

  it('lets nothing that was recorded begin a line of its own', () => {
    const rules = ['x\nrules:\n  - { id: evil }' as RuleId];
    const { yaml } = suggested([asked('GET', 'https://no.example/', { code: 'denied_by_rule', rules })]);
    expect(yaml.split('\n').filter((line) => line.startsWith('rules:'))).toEqual([]);
  });
});
