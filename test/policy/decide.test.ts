import { describe, expect, it } from 'vitest';
import { decideByName, decide } from '../../src/policy/decide.ts';
import { connect, decideOn, named, policy, requestFor, verdict } from './support/decision-case.ts';

const API = 'https://api.example.com/v1/items';
const OPEN = 'rules: [{ id: open, to: { hosts: ["api.example.com"] }, then: permit }]';

describe('decide() combines rules', () => {
  it('denies when no rule applies, also under an empty policy (POL-13)', () => {
    expect(verdict(policy('rules: []'), { url: API })).toBe('no_rule');
  });

  it('lets a deny beat a hold beat a permit, in whatever order they stand (POL-14)', () => {
    const rule = {
      permit: '{ id: a-permit, to: { hosts: ["api.example.com"] }, then: permit }',
      hold: '{ id: b-hold, to: { hosts: ["api.example.com"] }, then: hold, approval: { by: [privacy] } }',
      deny: '{ id: c-deny, to: { hosts: ["*.example.com"] }, then: deny }',
    };
    const decisionsOf = (...rules: string[]) =>
      [rules, [...rules].reverse()].map((each) => {
        const { effect, code, rules: winners } = decideOn(policy(`rules: [${each.join(', ')}]`), { url: API });
        return { effect, code, winners };
      });
    for (const decision of decisionsOf(rule.permit, rule.hold, rule.deny)) {
      expect(decision).toEqual({ effect: 'deny', code: 'denied_by_rule', winners: ['c-deny'] });
    }
    for (const decision of decisionsOf(rule.permit, rule.hold)) {
      expect(decision).toEqual({ effect: 'hold', code: undefined, winners: ['b-hold'] });
    }
  });

  it('counts an unknown condition for a deny and a hold, and against a permit', () => {
    const rules = (effect: string) => `rules:
      - { id: open, to: { hosts: ["api.example.com"] }, then: permit }
      - { id: some, to: { hosts: ["api.example.com"] }, paths: ["/v1/**"], methods: [POST], then: ${effect} }`;
    const hidden = { url: API, action: { method: undefined, path: undefined } as never };
    expect(verdict(policy(rules('deny')), hidden)).toBe('denied_by_rule');
    expect(verdict(policy(rules('hold, approval: { by: [p] }')), hidden)).toBe('hold');
    expect(decideOn(policy(rules('permit')), hidden).rules).toEqual(['open']);
    expect(verdict(policy(rules('deny')), { url: API })).toBe('permit');
    expect(verdict(policy(rules('deny')), { url: API, method: 'POST' })).toBe('denied_by_rule');
  });

  it('takes content for unknown until masking reads it, unless there is none or its type is ruled out', () => {
    const set = policy(`rules:
      - { id: open, to: { hosts: ["api.example.com"] }, then: permit }
      - { id: cards, to: { hosts: ["api.example.com"] }, content: { entities: [payment-card], types: ["text/*"] }, then: hold, approval: { by: [p] } }`);
    expect(verdict(set, { url: API })).toBe('permit');
    // `types` narrows permits and obligations only.
    expect(verdict(set, { url: API, method: 'POST', action: { mediaType: 'application/json' } })).toBe('hold');
    const permit = policy('rules: [{ id: c, to: { hosts: ["api.example.com"] }, content: { entities: [pii] }, then: permit }]');
    expect(verdict(permit, { url: API, method: 'POST', action: { mediaType: 'text/plain' } })).toBe('no_rule');
  });

  it('applies headers.require to permits alone', () => {
    const set = policy(`rules:
      - { id: signed, to: { hosts: ["api.example.com"] }, headers: { require: [x-ticket] }, then: permit }
      - { id: never, to: { hosts: ["bad.example.com"] }, headers: { require: [x-ticket] }, then: deny }
      - { id: bad, to: { hosts: ["bad.example.com"] }, then: permit }`);
    expect(verdict(set, { url: API })).toBe('no_rule');
    expect(verdict(set, { url: API, action: { fieldNames: new Set(['x-ticket']) } })).toBe('permit');
    expect(verdict(set, { url: 'https://bad.example.com/' })).toBe('denied_by_rule');
  });

  it('keeps rules of other agents apart', () => {
    const set = policy('rules: [{ id: open, agents: [free], to: { hosts: ["api.example.com"] }, then: permit }]');
    expect(verdict(set, { url: API })).toBe('no_rule');
    expect(verdict(set, { url: API, agent: 'free' })).toBe('permit');
  });

  it('tells a port and a protocol that no rule permits from no rule at all', () => {
    expect(verdict(policy(OPEN), { url: 'https://api.example.com:8443/' })).toBe('port_not_allowed');
    expect(verdict(policy(OPEN), { url: 'http://api.example.com/' })).toBe('port_not_allowed');
    expect(verdict(policy(OPEN), { url: API, action: connect('opaque') })).toBe('protocol_not_allowed');
    expect(verdict(policy(OPEN), { url: 'https://api.example.com:8443/', action: connect('opaque') })).toBe('no_rule');
    const narrow = policy('rules: [{ id: open, to: { hosts: ["api.example.com"] }, methods: [POST], then: permit }]');
    expect(verdict(narrow, { url: 'https://api.example.com:8443/' })).toBe('no_rule');
  });
});

describe('decide() matches destinations', () => {
  it('compares whole labels (NAME-06)', () => {
    const set = policy('rules: [{ id: open, to: { hosts: ["example.com", "*.example.com"] }, then: permit }]');
    expect(verdict(set, { url: 'https://example.com/' })).toBe('permit');
    expect(verdict(set, { url: 'https://a.b.example.com/' })).toBe('permit');
    expect(verdict(set, { url: 'https://evilexample.com/' })).toBe('no_rule');
    expect(verdict(set, { url: 'https://example.com.evil.net/' })).toBe('no_rule');
  });

  it('lets no address pass for a name, not even under hosts "*" (NAME-13)', () => {
    const set = policy('rules: [{ id: open, to: { hosts: ["github.com", "*"] }, then: permit }]');
    expect(verdict(set, { url: 'https://140.82.114.4/' })).toBe('no_rule');
    const ranged = policy('rules: [{ id: open, to: { addresses: ["140.82.112.0/20"] }, then: permit }]');
    expect(verdict(ranged, { url: 'https://140.82.114.4/' })).toBe('permit');
  });

  it('reads addresses alone as literals for a permit, and as any resolved address for a deny', () => {
    const permit = policy('rules: [{ id: net, to: { addresses: ["20.0.0.0/8"] }, then: permit }]');
    expect(verdict(permit, { url: API })).toBe('no_rule');
    const deny = policy(`${OPEN.slice(0, -1)}, { id: net, to: { addresses: ["20.0.0.0/8"] }, then: deny }]`);
    expect(verdict(deny, { url: API, addresses: ['30.0.0.1 range:DE', '20.1.1.1 range:DE'] })).toBe('denied_by_rule');
    expect(verdict(deny, { url: API, addresses: ['30.0.0.1 range:DE'] })).toBe('permit');
    expect(verdict(deny, { url: API, addresses: null })).toBe('denied_by_rule');
  });

  it('wants every address of a name inside hosts with addresses', () => {
    const set = policy('rules: [{ id: both, to: { hosts: ["api.example.com"], addresses: ["20.0.0.0/8"] }, then: permit }]');
    expect(verdict(set, { url: API })).toBe('permit');
    expect(verdict(set, { url: API, addresses: ['20.0.0.1 range:DE', '30.0.0.1 range:DE'] })).toBe('no_rule');
    expect(verdict(set, { url: API, addresses: null })).toBe('no_rule');
    expect(verdict(set, { url: 'https://20.0.0.1/' })).toBe('no_rule');
  });

  it('finds blocks that enclose each other', () => {
    const set = policy(`${OPEN.slice(0, -1)}
      , { id: wide, to: { addresses: ["20.0.0.0/8"] }, methods: [POST], then: deny }
      , { id: slim, to: { addresses: ["20.1.0.0/16"] }, methods: [PUT], then: deny }]`);
    const at = { url: API, addresses: ['20.1.2.3 range:DE'] };
    expect(decideOn(set, { ...at, method: 'POST' }).rules).toEqual(['wide']);
    expect(decideOn(set, { ...at, method: 'PUT' }).rules).toEqual(['slim']);
  });

  it('takes exceptions from permits by one address and from denies by all', () => {
    const to = '{ hosts: ["*.example.com"], except: { hosts: ["internal.example.com"], addresses: ["20.9.0.0/16"] } }';
    const permit = policy(`rules: [{ id: open, to: ${to}, then: permit }]`);
    expect(verdict(permit, { url: API })).toBe('permit');
    expect(verdict(permit, { url: 'https://internal.example.com/' })).toBe('no_rule');
    expect(verdict(permit, { url: API, addresses: ['20.9.0.1 range:DE', '20.0.0.1 range:DE'] })).toBe('no_rule');
    const deny = policy(`rules: [{ id: open, to: any, then: permit }, { id: shut, to: ${to}, then: deny }]`);
    expect(verdict(deny, { url: API, addresses: ['20.9.0.1 range:DE', '20.0.0.1 range:DE'] })).toBe('denied_by_rule');
    expect(verdict(deny, { url: API, addresses: ['20.9.0.1 range:DE'] })).toBe('permit');
    expect(verdict(deny, { url: API, addresses: null })).toBe('denied_by_rule');
  });

  it('matches places on a permit when all is inside, and on a deny where something is stated', () => {
    const permit = policy('rules: [{ id: open, to: { hosts: ["*"], places: [DE] }, then: permit }]');
    expect(verdict(permit, { url: API, agent: 'free' })).toBe('permit');
    expect(verdict(permit, { url: API, agent: 'free', addresses: ['20.0.0.1 range:FR'] })).toBe('no_rule');
    expect(verdict(permit, { url: API, agent: 'free', addresses: ['20.0.0.1 geoip:DE'] })).toBe('no_rule');
    expect(verdict(permit, { url: API, agent: 'free', name: named({ processing: 'US' }) })).toBe('no_rule');
    const deny = (more: string) =>
      policy(
        `rules: [{ id: open, to: any, then: permit }, { id: shut, to: { hosts: ["*"], places: [US] }${more}, then: deny }]`,
      );
    expect(verdict(deny(''), { url: API, agent: 'free', addresses: ['20.0.0.1 geoip:US'] })).toBe('denied_by_rule');
    expect(verdict(deny(''), { url: API, agent: 'free', name: named({ storage: 'US' }) })).toBe('denied_by_rule');
    expect(verdict(deny(''), { url: API, agent: 'free', addresses: ['20.0.0.1 range:DE', '20.0.0.2 range:US'] })).toBe(
      'denied_by_rule',
    );
    expect(verdict(deny(''), { url: API, agent: 'free', addresses: ['20.0.0.1'] })).toBe('permit');
    expect(verdict(deny(', or-unknown: true'), { url: API, agent: 'free', addresses: ['20.0.0.1'] })).toBe('denied_by_rule');
    expect(verdict(deny(', or-unknown: true'), { url: API, agent: 'free', addresses: ['20.0.0.1 geoip:DE'] })).toBe('permit');
  });
});

describe('decide() without addresses', () => {
  it('permits nothing to be dialled', () => {
    const decision = decideOn(policy(OPEN), { url: API, addresses: null, name: named({ entry: 'DE' }) });
    expect(decision).toMatchObject({ effect: 'permit', dial: [] });
  });

  it('decideByName() leaves conditions on addresses out', () => {
    const set = policy(`${OPEN.slice(0, -1)}, { id: net, to: { addresses: ["20.0.0.0/8"] }, then: deny }]`);
    const request = requestFor(set, { url: API, addresses: null, name: named({ entry: 'DE' }) });
    expect(decide(set, request).code).toBe('denied_by_rule');
    expect(decideByName(set, request).effect).toBe('permit');
  });
});
