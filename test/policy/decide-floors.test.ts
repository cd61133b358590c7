import { describe, expect, it } from 'vitest';
import { connect, decideOn, named, policy, verdict } from './support/decision-case.ts';

const API = 'https://api.example.com/';
const ANY = 'rules: [{ id: open, to: any, then: permit }]';

describe('decide() address floors', () => {
  it.each([
    ['127.0.0.1', 'private_address'],
    ['10.0.0.1', 'private_address'],
    ['100.64.0.1', 'private_address'],
    ['0.0.0.0', 'private_address'],
    ['[::1]', 'private_address'],
    ['[fe80::1]', 'private_address'],
    ['[fc00::1]', 'private_address'],
    ['[64:ff9b::808:808]', 'private_address'],
    ['169.254.169.254', 'metadata_address'],
    ['[fd00:ec2::254]', 'metadata_address'],
    ['100.100.100.200', 'metadata_address'],
  ])('refuses %s although a rule permits everything, also when only observed (ADDR-15, ADDR-18, POL-15)', (host, code) => {
    for (const agent of ['bot', 'watched', 'free']) {
      expect(verdict(policy(ANY), { agent, url: `https://${host}/`, addresses: [host.replaceAll(/[[\]]/g, '')] })).toBe(code);
      expect(verdict(policy(ANY), { agent, url: API, addresses: ['20.0.0.1 range:DE', host.replaceAll(/[[\]]/g, '')] })).toBe(
        code,
      );
    }
  });

  it('refuses a metadata name before it is looked up', () => {
    expect(verdict(policy(ANY), { url: 'http://metadata.google.internal/', addresses: null })).toBe('metadata_address');
  });

  it('refuses the gateway itself first of all, even at a declared internal address', () => {
    const set = policy(`destinations: [{ id: in, addresses: ["10.0.0.0/8"], ports: [443], internal: { place: DE } }]\n${ANY}`);
    expect(verdict(set, { url: 'https://10.0.0.1/', addresses: ['10.0.0.1 self'] })).toBe('self_address');
    expect(verdict(set, { url: API, addresses: ['169.254.169.254', '20.0.0.1 self'] })).toBe('self_address');
  });

  it('does not tell the agent where a name leads inside', () => {
    expect(decideOn(policy(ANY), { url: API, addresses: ['10.1.2.3'] }).reason).not.toContain('10.1.2.3');
  });
});

describe('decide() internal destinations', () => {
  const WAREHOUSE = `
destinations:
  - { id: warehouse, addresses: ["10.40.0.0/16"], ports: [8443], internal: { place: DE } }
  - { id: named, hosts: ["db.corp.example"], ports: [8443], internal: { place: DE } }
  - { id: trap, hosts: ["trap.corp.example"], ports: [8443], internal: { place: DE } }
rules: [{ id: open, to: any, then: permit }]`;

  it('lift the floor for exactly their addresses and ports', () => {
    const set = policy(WAREHOUSE);
    expect(verdict(set, { url: 'https://10.40.1.1:8443/', addresses: ['10.40.1.1'] })).toBe('permit');
    expect(verdict(set, { url: 'https://10.41.1.1:8443/', addresses: ['10.41.1.1'] })).toBe('private_address');
    expect(verdict(set, { url: 'https://10.40.1.1:443/', addresses: ['10.40.1.1'] })).toBe('private_address');
  });

  it('lift it for a name only where the name is written (DNS-08)', () => {
    const set = policy(WAREHOUSE);
    expect(verdict(set, { url: 'https://db.corp.example:8443/', addresses: ['10.7.0.1'] })).toBe('permit');
    expect(verdict(set, { url: 'https://evil.example:8443/', addresses: ['10.40.1.1'] })).toBe('private_address');
  });

  it('never lift metadata or link-local', () => {
    const set = policy(WAREHOUSE);
    const at = (address: string) => verdict(set, { url: 'https://trap.corp.example:8443/', addresses: [address] });
    expect([at('127.0.0.1'), at('169.254.1.1'), at('169.254.169.254')]).toEqual([
      'permit',
      'private_address',
      'metadata_address',
    ]);
  });

  it('state their place', () => {
    const decision = decideOn(policy(WAREHOUSE), { url: 'https://10.40.1.1:8443/', addresses: ['10.40.1.1'] });
    expect(decision.judgement.places.storage.label).toBe('DE');
    expect(decision.destinations).toEqual(['warehouse']);
  });
});

describe('decide() with several addresses (DNS-03, DNS-04)', () => {
  const rules = (mode: string) =>
    policy(`
destinations: [{ id: api, hosts: ["api.example.com"], addresses-mode: ${mode} }]
rules: [{ id: open, to: [api], then: permit }]`);
  const mixed = ['20.0.0.1 range:DE', '2a00::1 range:US', '20.0.0.2 range:FR', '10.0.0.1', '20.0.0.3'];

  it('denies the name for one forbidden address', () => {
    expect(verdict(rules('all'), { url: API, addresses: ['20.0.0.1 range:DE', '20.0.0.2 range:US'] })).toBe('outside_home');
    expect(verdict(rules('all'), { url: API, addresses: mixed })).toBe('private_address');
  });

  it('dials the permitted ones alone where the destination filters', () => {
    expect(decideOn(rules('filter'), { url: API, addresses: mixed })).toMatchObject({
      effect: 'permit',
      dial: ['20.0.0.1', '20.0.0.2'],
    });
  });

  it('denies a filtered name of which nothing passes', () => {
    expect(verdict(rules('filter'), { url: API, addresses: ['10.0.0.1', '20.0.0.2 range:US'] })).toBe('private_address');
  });

  it('filters what a deny rule names', () => {
    const set = policy(`
destinations: [{ id: api, hosts: ["api.example.com"], addresses-mode: filter }]
rules: [{ id: open, to: [api], then: permit }, { id: shut, to: { addresses: ["20.0.0.2/32"] }, then: deny }]`);
    const addresses = ['20.0.0.1 range:DE', '20.0.0.2 range:DE'];
    expect(decideOn(set, { url: API, addresses }).dial).toEqual(['20.0.0.1']);
  });

  it('dials every address that was judged', () => {
    const addresses = ['20.0.0.1 range:DE', '20.0.0.2 range:FR'];
    const decision = decideOn(rules('all'), { url: API, addresses });
    expect(decision.dial).toEqual(['20.0.0.1', '20.0.0.2']);
    expect(decision.judgement.places.entry.label).toBe('DE or FR');
  });
});

describe('decide() in observe mode (POL-15)', () => {
  const DENY = 'rules: [{ id: shut, to: { hosts: ["api.example.com"] }, then: deny }]';

  it('turns no_rule, its port form and denied_by_rule into would-deny', () => {
    const watched = { agent: 'watched', url: API };
    expect(decideOn(policy('rules: []'), watched)).toMatchObject({
      effect: 'permit',
      wouldDeny: { code: 'no_rule' },
      dial: ['20.0.0.1'],
    });
    expect(decideOn(policy(DENY), watched)).toMatchObject({ effect: 'permit', wouldDeny: { code: 'denied_by_rule' } });
    const port = policy('rules: [{ id: open, to: { hosts: ["api.example.com"] }, then: permit }]');
    expect(decideOn(port, { agent: 'watched', url: 'https://api.example.com:444/' }).wouldDeny?.code).toBe('port_not_allowed');
  });

  it('keeps residency, holds, contradictions and the wish to inspect', () => {
    const watched = { agent: 'watched', url: API };
    expect(verdict(policy('rules: []'), { ...watched, addresses: ['20.0.0.1 range:US'] })).toBe('outside_home');
    expect(verdict(policy('rules: []'), { ...watched, addresses: ['20.0.0.1'] })).toBe('unknown_place');
    const held = policy(`rules: [{ id: shut, to: any, then: deny }, { id: ask, to: any, then: hold, approval: { by: [p] } }]`);
    expect(decideOn(held, watched)).toMatchObject({
      effect: 'hold',
      rules: ['ask'],
      wouldDeny: { code: 'denied_by_rule' },
    });
    const opaque = policy('rules: [{ id: open, to: any, then: permit }]');
    expect(verdict(opaque, { ...watched, action: connect('opaque') })).toBe('protocol_not_allowed');
    const contradicted = {
      ...watched,
      url: 'http://api.example.com/',
      name: named({ entry: 'DE' }),
      addresses: ['20.0.0.1 range:US'],
    };
    expect(verdict(policy('rules: []'), contradicted)).toBe('place_contradiction');
  });

  it('puts no credential into a would-deny, and keeps masks', () => {
    const set = policy(`
destinations: [{ id: api, hosts: ["api.example.com"] }]
credentials: [{ id: key, for: [api], inject: { bearer: true } }]
rules:
  - { id: open, to: [api], then: permit, credential: key, mask: { request: [pii] } }
  - { id: shut, to: [api], then: deny }`);
    const decision = decideOn(set, { agent: 'watched', url: API });
    expect(decision.wouldDeny?.code).toBe('denied_by_rule');
    expect(decision.obligations.map(({ kind }) => kind)).toEqual(['mask', 'drop-agent-credentials']);
  });
});
