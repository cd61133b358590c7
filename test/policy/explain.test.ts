import { describe, expect, it } from 'vitest';
import type { ContentFacts } from '../../src/core/exchange/decision.ts';
import { GROUPS } from '../../src/masking/catalogue.ts';
import { explain, type Explanation } from '../../src/policy/explain.ts';
import { named, policy, posted, read, requestFor, type CaseOf } from './support/decision-case.ts';

const SET = policy(`rules:
  - { id: open, to: { hosts: ["api.example.com"] }, paths: ["/v1/**"], then: permit }
  - { id: other-host, to: { hosts: ["other.example"] }, then: permit }
  - { id: other-port, to: { hosts: ["api.example.com"], ports: [8443] }, then: permit }
  - { id: other-agent, agents: [free], to: { hosts: ["api.example.com"] }, then: deny }
  - { id: other-method, to: { hosts: ["api.example.com"] }, methods: [DELETE], then: deny }
  - { id: cards, to: { hosts: ["api.example.com"] }, content: { entities: [payment-card] }, then: hold, approval: { by: [p] } }
  - { id: us, to: { hosts: ["*"], places: [US] }, then: deny }
  - { id: net, to: { addresses: ["30.0.0.0/8"] }, mask: { request: [pii] } }`);

function explainOn(given: CaseOf): Explanation {
  return explain(SET, requestFor(SET, given));
}

describe('explain()', () => {
  it('gives the verdict on every rule, with the first condition that fails', () => {
    const given = { url: 'https://api.example.com/v2', method: 'POST', action: { mediaType: 'text/plain' } };
    const rules = explainOn(given).rules.map(({ id, verdict, counts, because }) => [id, verdict, counts, because]);
    expect(rules).toEqual([
      ['open', 'not', false, 'the path is /v2, the rule is for /v1/**'],
      ['other-host', 'not', false, 'api.example.com is not one of the hosts of other-host#1'],
      ['other-port', 'not', false, 'api.example.com:443 has port 443, other-port#1 has 8443'],
      ['other-agent', 'not', false, 'it is not for the agent bot'],
      ['other-method', 'not', false, 'the method is POST, the rule is for DELETE'],
      ['cards', 'unknown', true, 'what the content holds is not known'],
      ['us', 'not', false, expect.stringMatching(/^the place \(entry DE, .*\) does not fit places US of us#1$/)],
      ['net', 'not', false, 'the addresses of api.example.com are not those of net#1, or are excepted'],
    ]);
  });

  it.each<[what: string, content: ContentFacts, because: string | undefined]>([
    ['holds none', read({ 'payment-card': 0 }), 'the content holds no payment-card'],
    ['was not looked through', read({}), 'the content was not looked through for payment-card'],
    ['is longer', read({ 'payment-card': 0 }, 10_485_761), 'the content is not read: it is longer than 10485760 bytes'],
    ['is too large', { kind: 'too-large' }, 'the content is not read: it is longer than 10485760 bytes'],
    ['is unreadable', { kind: 'unreadable', detail: 'no gzip' }, 'the content is not read: no gzip'],
    ['is opaque', { kind: 'opaque' }, 'the content is not read: it is an image, an archive or an unknown medium'],
    ['holds one', read({ 'payment-card': 1 }), undefined],
  ])('says of content what kept a condition from holding: it %s', (_, content, because) => {
    const { rules } = explainOn({ url: 'https://api.example.com/v1/x', ...posted(content) });
    expect(rules.find(({ id }) => id === 'cards')?.because).toBe(because);
  });

  it('names a few of many entities', () => {
    const set = policy('rules: [{ id: r, to: any, content: { entities: [pii] }, then: deny }]');
    const facts = read(Object.fromEntries((GROUPS.get('pii') ?? []).map((id) => [id, 0])));
    const { rules } = explain(set, requestFor(set, { url: 'https://api.example.com/', ...posted(facts) }));
    expect(rules[0]?.because).toMatch(/^the content holds no (?:[a-z0-9-]+, ){4}[a-z0-9-]+ and \d+ more$/);
  });

  it('counts what was found, without any of it', () => {
    const given = { url: 'https://api.example.com/v1/x', ...posted(read({ 'payment-card': 2, iban: 0 })) };
    expect(explainOn(given).findings).toEqual({ 'payment-card': 2 });
    expect(explainOn({ ...given, ...posted({ kind: 'opaque' }) }).findings).toBeUndefined();
    expect(explainOn({ ...given, ...posted(undefined) }).findings).toBeUndefined();
  });

  it('says what is not known yet', () => {
    const { rules } = explainOn({ url: 'https://api.example.com/', addresses: null, action: { path: undefined } });
    const of = (id: string) => rules.find((rule) => rule.id === id);
    expect(of('open')).toMatchObject({
      verdict: 'unknown',
      counts: false,
      because: expect.stringContaining('not known yet') as string,
    });
    expect(of('net')).toMatchObject({ verdict: 'unknown', counts: true });
  });

  it('tells the judgement in words, with all evidence', () => {
    const { judgement } = explainOn({
      url: 'https://api.example.com/',
      addresses: ['20.0.0.1 range:FR geoip:US'],
      name: named({ entry: 'DE', processing: 'global' }),
    });
    expect(judgement.places.entry).toBe('DE, by endpoint-name (catalogue:test)');
    expect(judgement.places.processing).toContain('global');
    expect(judgement.evidence).toHaveLength(3);
    expect(judgement.contradictions.join('; ')).toContain('recorded only');
    expect(explainOn({ url: 'https://api.example.com/', addresses: ['20.0.0.1 geoip:DE'] }).judgement.places.entry).toContain(
      'proves outside only',
    );
  });

  it('shows all of it in JSON', () => {
    const explanation = explainOn({ url: 'https://api.example.com/v1/x', ...posted(read({ 'payment-card': 0, iban: 1 })) });
    expect(JSON.parse(JSON.stringify(explanation))).toEqual(explanation);
    expect(explanation.decision.effect).toBe('permit');
  });
});
