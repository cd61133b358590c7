import { describe, expect, it } from 'vitest';
import type { AgentId } from '../../../src/core/ids.ts';
import type { Expected, Expectation, Given } from '../../../src/policy/expectations/expectation.ts';
import { runExpectation, type ExpectationResult, type FactsOf } from '../../../src/policy/expectations/run-expectation.ts';
import type { PreparedPolicy } from '../../../src/policy/target-index.ts';
import { address, ip, named, NOW, policy } from '../support/decision-case.ts';
import { readContent, send } from '../support/email-ports.ts';

const SET = policy(`
destinations: [{ id: api, hosts: ["eu.api.example"], ports: [443, 80] }]
rules:
  - { id: open, to: [api], then: permit, mask: { request: [pii] } }
  - { id: whole, to: { hosts: ["git.example"] }, then: permit, inspect: false }
  - { id: net, to: { addresses: ["20.0.0.0/8"] }, then: deny }
  - { id: us, to: { hosts: ["us.api.example"] }, then: hold, approval: { by: [p] }, transfer: { to: [US], basis: scc } }`);

/** The catalogue knows `eu.…` and `us.…`, unless content says otherwise; every address is in DE. */
const factsOf: FactsOf = (host, port, _path, content, addresses) => {
  const name = host.kind === 'name' ? host.name : '';
  const region = (content as { region?: string } | undefined)?.region;
  const entry = region ?? (name.startsWith('us.') ? 'US' : 'eu');
  return {
    host,
    port,
    ...(host.kind === 'name' && { name: named({ entry }) }),
    ...(addresses !== undefined && { addresses: addresses.map((each) => address(`${each.text} range:DE`)) }),
  };
};

function run(
  uri: string,
  expected: Partial<Expected>,
  given: Partial<Given> = {},
  set: PreparedPolicy = SET,
): ExpectationResult {
  const [, method = '', scheme, host = '', path = ''] = /^(\S+) (?:(https?):\/\/)?([^/:]+)(?::443)?(.*)$/.exec(uri) ?? [];
  const expectation: Expectation = {
    name: uri,
    position: { file: 't.yaml', line: 1, column: 1 },
    given: {
      agent: 'bot' as AgentId,
      request: {
        text: uri,
        method,
        scheme: scheme === 'http' ? 'http' : 'https',
        authority: {
          host: /^\d/.test(host) ? { kind: 'address', address: ip(host) } : { kind: 'name', name: host },
          port: scheme === 'http' ? 80 : 443,
        },
        path,
      },
      ...given,
    },
    expect: { decision: 'permit', ...expected },
  };
  return runExpectation(set, expectation, { factsOf, readContent, send }, NOW);
}

describe('runExpectation()', () => {
  it('passes when all that is written is found', () => {
    const result = run('POST https://eu.api.example/v1', {
      decision: 'permit',
      rules: ['open'] as never,
      transfer: 'none',
      place: { entry: 'eu', storage: 'eu' },
      obligations: ['mask'],
    });
    expect(result).toMatchObject({ status: 'passed', problems: [] });
    expect(run('POST https://us.api.example/v1', { decision: 'hold', transfer: 'scc' }).status).toBe('passed');
    expect(run('POST https://api.example/v1', { decision: 'deny', code: 'no_rule' }).status).toBe('passed');
  });

  it('names every difference and why it was decided so', () => {
    const { status, problems } = run('POST https://eu.api.example/v1', {
      decision: 'deny',
      code: 'no_rule',
      rules: [],
      place: { entry: 'US' },
    });
    expect(status).toBe('failed');
    expect(problems).toEqual([
      'Expected decision deny, found permit',
      'Expected code no_rule, found none',
      'Expected rules none, found open',
      'Expected entry place US, found eu',
      'The decision was: Permitted by open',
    ]);
  });

  it('judges name evidence alone without addresses, and says so', () => {
    const result = run('GET https://eu.api.example/', {});
    expect(result.status).toBe('passed');
    expect(result.notes.join()).toContain('only name evidence');
    const resolved = run(
      'GET https://eu.api.example/',
      { decision: 'deny', code: 'denied_by_rule' },
      { addresses: [ip('20.0.0.1')] },
    );
    expect(resolved).toMatchObject({ status: 'passed', notes: [] });
  });

  it('gives content to the catalogue when it is JSON', () => {
    const given = { mediaType: 'application/json', content: '{"region":"US"}' };
    expect(run('POST https://eu.api.example/', { decision: 'deny', code: 'outside_home' }, given).status).toBe('passed');
    expect(run('POST https://eu.api.example/', {}, { mediaType: 'text/plain', content: 'not JSON' }).status).toBe('passed');
  });

  it('shows the catalogue no JSON that can be read in two ways', () => {
    const given = { mediaType: 'application/json', content: '{"region":"eu","region":"US"}' };
    expect(run('POST https://eu.api.example/', { place: { entry: 'eu' } }, given).status).toBe('passed');
    expect(run('POST https://us.api.example/', { decision: 'hold', place: { entry: 'US' } }, given).status).toBe('passed');
  });

  const MAIL = { mediaType: 'text/plain', content: 'mail anna@example.org or otto@example.org' };

  it('compares what would be sent, and what was found', () => {
    const uri = 'POST https://eu.api.example/';
    const result = run(uri, { sent: { contains: ['mail ['], notContains: ['anna@'] }, findings: { email: 2, iban: 0 } }, MAIL);
    expect(result).toMatchObject({ status: 'passed', problems: [] });
    const wrong = { sent: { contains: ['anna@example.org'], notContains: ['mail'] }, findings: { email: 1 } };
    expect(run(uri, wrong, MAIL)).toMatchObject({
      status: 'failed',
      problems: [
        'Expected sent with "anna@example.org", found it without',
        'Expected sent without "mail", found it within',
        'Expected findings of email 1, found 2',
      ],
    });
  });

  it('compares fields and query too', () => {
    const given = { fields: [['X-User', 'anna@example.org']] as const };
    const expected = { sent: { notContains: ['anna@'] }, findings: { email: 1 } };
    expect(run('GET https://eu.api.example/', expected, given)).toMatchObject({ status: 'passed', problems: [] });
  });

  it('decides on what the content holds, and counts what conditions find', () => {
    const set = policy(`rules:
      - { id: open, to: { hosts: ["eu.api.example"] }, then: permit }
      - { id: mails, to: { hosts: ["eu.api.example"] }, content: { entities: [email] }, then: deny }`);
    const uri = 'POST https://eu.api.example/';
    const deny = { decision: 'deny', code: 'denied_by_rule' } as const;
    expect(run(uri, { ...deny, findings: { email: 2 } }, MAIL, set)).toMatchObject({ status: 'passed', problems: [] });
    expect(run(uri, { findings: { email: 0 } }, { ...MAIL, content: 'no mail' }, set)).toMatchObject({ status: 'passed' });
    // Nothing leaves.
    expect(run(uri, { ...deny, sent: { notContains: ['anna'] } }, MAIL, set).status).toBe('passed');
    expect(run(uri, { ...deny, sent: { contains: ['anna'] } }, MAIL, set).status).toBe('failed');
  });

  it('takes content without a type for what its fields say, else for an unknown medium', () => {
    const uri = 'POST https://eu.api.example/';
    const given = { content: 'x', fields: [['Content-Type', 'Text/Plain; charset=utf-8']] as const };
    expect(run(uri, {}, given).status).toBe('passed');
    expect(run(uri, { decision: 'deny', code: 'unreadable_content' }, { content: 'x' }).status).toBe('passed');
  });

  it('fails where it cannot be told what would be sent', () => {
    const broken = { ...MAIL, content: 'break' };
    expect(run('POST https://eu.api.example/', { findings: { email: 0 } }, broken)).toMatchObject({
      status: 'failed',
      problems: ['Found no request to compare with sent and findings: the content broke'],
    });
  });

  it('judges an https request as a whole tunnel where the rules say so', () => {
    expect(run('GET https://git.example/x', { rules: ['whole'] as never }).status).toBe('passed');
  });

  it('decides a CONNECT only where it is denied or judged as a whole', () => {
    expect(run('CONNECT git.example:443', {}).status).toBe('passed');
    expect(run('CONNECT nowhere.example:443', { decision: 'deny', code: 'no_rule' }).status).toBe('passed');
    expect(run('CONNECT eu.api.example:443', {}).status).toBe('unsupported');
  });

  it('fails for an agent that is not declared', () => {
    expect(run('GET https://eu.api.example/', {}, { agent: 'nobody' as AgentId })).toMatchObject({ status: 'failed' });
  });

  it('takes `now` from the case', () => {
    const set = policy(
      'rules: [{ id: us, to: { hosts: ["us.api.example"] }, then: permit, transfer: { to: [US], basis: scc, until: 2027-01-01 } }]',
    );
    expect(run('GET https://us.api.example/', {}, {}, set).status).toBe('passed');
    expect(run('GET https://us.api.example/', { decision: 'deny' }, { now: Date.UTC(2028, 0) }, set).status).toBe('passed');
  });
});
