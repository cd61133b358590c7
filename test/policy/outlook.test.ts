import { describe, expect, it } from 'vitest';
import { outlook, type Outlook } from '../../src/policy/outlook.ts';
import type { PreparedPolicy } from '../../src/policy/target-index.ts';
import { connect, named, policy, requestFor, type CaseOf } from './support/decision-case.ts';

const HOST = 'https://api.example.com/';

/** A CONNECT before the look-up. */
function ahead(set: PreparedPolicy, given: Partial<CaseOf> = {}): Outlook {
  return outlook(set, requestFor(set, { url: HOST, addresses: null, action: connect(), ...given }));
}

const rule = (more: string) => policy(`rules: [{ id: one, to: { hosts: ["api.example.com"] }, ${more} }]`);

describe('outlook() denial', () => {
  it('is certain where no permit and no hold can match', () => {
    expect(ahead(rule('then: permit'), { url: 'https://other.example/' }).denial?.code).toBe('no_rule');
    expect(ahead(rule('then: permit'), { url: 'https://api.example.com:8443/' }).denial?.code).toBe('port_not_allowed');
    expect(ahead(rule('then: permit, methods: [POST]')).denial).toBeUndefined();
    expect(ahead(rule('then: permit, methods: [POST]'), { action: { method: 'GET' } }).denial?.code).toBe('no_rule');
  });

  it('is certain where a deny matches already, and not where it may', () => {
    const open = 'rules: [{ id: open, to: any, then: permit }, { id: shut, to: { hosts: ["api.example.com"] }, then: deny';
    expect(ahead(policy(`${open} }]`)).denial).toMatchObject({ code: 'denied_by_rule', rules: ['shut'] });
    expect(ahead(policy(`${open}, methods: [DELETE] }]`)).denial).toBeUndefined();
    expect(ahead(policy(`${open} }]`), { agent: 'watched' }).denial).toBeUndefined();
  });

  it('denies metadata names and forbidden literals before any look-up', () => {
    const any = policy('rules: [{ id: open, to: { hosts: ["*"] }, then: permit }, { id: all, to: any, then: permit }]');
    const metadata = ahead(any, { url: 'https://metadata.google.internal/', agent: 'watched' });
    expect(metadata).toMatchObject({ denial: { code: 'metadata_address' }, lookup: 'forbidden' });
    expect(ahead(any, { url: 'https://10.0.0.1/', addresses: ['10.0.0.1'] }).denial?.code).toBe('private_address');
    expect(ahead(any, { url: 'https://127.0.0.1/', addresses: null }).denial?.code).toBe('private_address');
  });

  it('leaves the place open until the look-up, and then says it', () => {
    const set = rule('then: permit');
    const name = named({ entry: 'US' });
    expect(ahead(set, { name }).denial).toBeUndefined();
    expect(ahead(set, { name, addresses: ['20.0.0.1'] }).denial?.code).toBe('outside_home');
    expect(ahead(set, { addresses: ['20.0.0.1'] }).denial?.code).toBe('unknown_place');
    expect(ahead(set, { name, addresses: ['20.0.0.1'], agent: 'free' }).denial).toBeUndefined();
  });

  it('leaves it open while path or content decide about it, but not in a tunnel judged as a whole', () => {
    const name = named({ entry: 'DE' }, { dependsOn: { path: true, content: [] } });
    const given = { name, addresses: ['20.0.0.1 range:DE'] };
    expect(ahead(rule('then: permit'), given).denial).toBeUndefined();
    expect(ahead(rule('then: permit, inspect: false'), given).denial?.code).toBe('unknown_place');
  });

  it('leaves it open while a rule that may match could carry a transfer', () => {
    const us = { addresses: ['20.0.0.1 range:US'] };
    expect(
      ahead(rule('methods: [GET, HEAD], then: permit, transfer: { to: [US], basis: public-data }'), us).denial,
    ).toBeUndefined();
    expect(ahead(rule('paths: ["/a"], then: permit, transfer: { to: [US], basis: scc }'), us).denial).toBeUndefined();
    expect(ahead(rule('paths: ["/a"], then: permit, transfer: { to: [JP], basis: scc }'), us).denial?.code).toBe(
      'outside_home',
    );
  });

  it('counts for a filtered name only when it stands for each address', () => {
    const set = policy(`
destinations: [{ id: api, hosts: ["api.example.com"], addresses-mode: filter }]
rules: [{ id: open, to: [api], then: permit }]`);
    expect(ahead(set, { addresses: ['10.0.0.1', '20.0.0.1 range:DE'] }).denial).toBeUndefined();
    expect(ahead(set, { addresses: ['10.0.0.1', '20.0.0.1 range:US'] }).denial?.code).toBe('private_address');
  });
});

describe('outlook() lookup (DNS-09)', () => {
  const lookup = (set: PreparedPolicy, given: Partial<CaseOf> = {}) => ahead(set, given).lookup;

  it('is permitted by a hosts pattern of a rule that could permit or hold', () => {
    expect(lookup(rule('then: permit'))).toBe('permitted');
    expect(lookup(rule('then: hold, approval: { by: [p] }'))).toBe('permitted');
    expect(lookup(policy('rules: [{ id: one, to: { hosts: ["*.example.com"] }, then: permit }]'))).toBe('permitted');
  });

  it('is forbidden where no such pattern covers the name', () => {
    expect(lookup(rule('then: permit'), { url: 'https://secret.evil.example/' })).toBe('forbidden');
    expect(lookup(rule('mask: { request: [pii] }'))).toBe('forbidden');
    expect(lookup(policy('rules: [{ id: one, to: any, then: permit }]'))).toBe('forbidden');
    expect(lookup(rule('agents: [free], then: permit'))).toBe('forbidden');
    expect(lookup(rule('methods: [POST], then: permit'), { action: { method: 'GET' } })).toBe('forbidden');
  });

  it('is budgeted where only "*" or observe mode covers the name', () => {
    const star = 'rules: [{ id: one, to: { hosts: ["*"] }, then: permit }';
    expect(lookup(policy(`${star}]`))).toBe('budgeted');
    expect(lookup(policy(`${star}, { id: two, to: { hosts: ["api.example.com"] }, then: permit }]`))).toBe('permitted');
    expect(lookup(policy('rules: []'), { agent: 'watched' })).toBe('budgeted');
    expect(lookup(rule('then: permit'), { agent: 'watched' })).toBe('permitted');
  });
});

describe('outlook() inspect and tunnel', () => {
  it('judges a tunnel as a whole only when every rule that may match says so', () => {
    expect(ahead(rule('then: permit')).inspect).toBe(true);
    expect(ahead(rule('then: permit, inspect: false')).inspect).toBe(false);
    const pair = (more: string) =>
      policy(
        `rules: [{ id: one, to: { hosts: ["api.example.com"] }, then: permit, inspect: false }, { id: two, to: ${more} }]`,
      );
    expect(ahead(pair('{ hosts: ["*.example.com"] }, mask: { request: [pii] }')).inspect).toBe(true);
    expect(ahead(pair('{ hosts: ["other.example"] }, then: permit')).inspect).toBe(false);
    expect(ahead(pair('{ hosts: ["api.example.com"] }, paths: ["/admin/**"], then: deny')).inspect).toBe(true);
  });

  it('gains nothing for a deny that only waits for the addresses', () => {
    const set = (to: string) =>
      policy(
        `rules: [{ id: one, to: { hosts: ["api.example.com"] }, then: permit, inspect: false }, { id: two, to: ${to}, then: deny }]`,
      );
    expect(ahead(set('{ hosts: ["*"], places: [US] }')).inspect).toBe(false);
    expect(ahead(set('{ addresses: ["30.0.0.0/8"] }')).inspect).toBe(false);
    expect(ahead(set('{ addresses: ["30.0.0.0/8"] }'), { addresses: ['30.0.0.1 range:DE'] }).denial?.code).toBe(
      'denied_by_rule',
    );
  });

  it('inspects what an observed agent does without a rule', () => {
    expect(ahead(policy('rules: []'), { agent: 'watched' }).inspect).toBe(true);
  });

  it('asks of a tunnel the strictest of what its permits ask', () => {
    const permit = (id: string, tunnel: string) =>
      `{ id: ${id}, to: { hosts: ["api.example.com"] }, then: permit, inspect: false, tunnel: { ${tunnel} } }`;
    const loose = permit('one', 'protocol: any, sni: optional');
    expect(ahead(policy(`rules: [${loose}]`)).tunnel).toEqual({ protocol: 'any', sni: 'optional' });
    const both = policy(`rules: [${loose}, ${permit('two', 'protocol: tls, sni: optional')}]`);
    expect(ahead(both).tunnel).toEqual({ protocol: 'tls', sni: 'optional' });
    expect(ahead(policy('rules: []'), { agent: 'watched' }).tunnel).toEqual({ protocol: 'tls', sni: 'required' });
  });
});
