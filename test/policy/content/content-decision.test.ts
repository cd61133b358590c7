import { describe, expect, it } from 'vitest';
import type { ContentFacts } from '../../../src/core/exchange/decision.ts';
import type { PreparedPolicy } from '../../../src/policy/target-index.ts';
import { decideOn, policy, posted, read, verdict } from '../support/decision-case.ts';

const URL = 'https://api.example.com/';
const TO = 'to: { hosts: ["api.example.com"] }';
const OPEN = `{ id: open, ${TO}, then: permit }`;
const UNREADABLE: ContentFacts = { kind: 'unreadable', detail: 'Found a broken gzip' };
const TOO_LARGE: ContentFacts = { kind: 'too-large' };
const OPAQUE: ContentFacts = { kind: 'opaque' };

function withRule(rule: string, others = OPEN): PreparedPolicy {
  return policy(`rules: [${others}, { id: cards, ${TO}, ${rule} }]`);
}

/** What is decided about a POST with this content. */
function on(set: PreparedPolicy, content: ContentFacts | undefined, type = 'text/plain', agent = 'bot'): string {
  return verdict(set, { url: URL, agent, ...posted(content, type) });
}

const CONTENT = 'content: { entities: [payment-card, iban], max: 1KiB }';
const HOLD = 'then: hold, approval: { by: [privacy] }';
const CLEAN = read({ 'payment-card': 0, iban: 0 });
const DIRTY = read({ 'payment-card': 0, iban: 2 });

describe('decide() with a condition on content', () => {
  it.each<[what: string, content: ContentFacts | undefined, deny: string, hold: string, permit: string]>([
    ['found', DIRTY, 'denied_by_rule', 'hold', 'permit'],
    ['looked for in vain', CLEAN, 'permit', 'permit', 'no_rule'],
    ['not known yet', undefined, 'denied_by_rule', 'hold', 'no_rule'],
    ['not looked for', read({ iban: 0 }), 'denied_by_rule', 'hold', 'no_rule'],
    ['found beside what was not looked for', read({ iban: 1 }), 'denied_by_rule', 'hold', 'permit'],
    ['longer than was to be read', TOO_LARGE, 'content_too_large', 'content_too_large', 'no_rule'],
    [
      'read further than this rule reads',
      read({ 'payment-card': 0, iban: 0 }, 1025),
      'content_too_large',
      'content_too_large',
      'no_rule',
    ],
    ['unreadable', UNREADABLE, 'unreadable_content', 'unreadable_content', 'no_rule'],
    ['an image', OPAQUE, 'unreadable_content', 'unreadable_content', 'no_rule'],
  ])('that is %s', (_, content, deny, hold, permit) => {
    expect(on(withRule(`${CONTENT}, then: deny`), content)).toBe(deny);
    expect(on(withRule(`${CONTENT}, ${HOLD}`), content)).toBe(hold);
    expect(on(withRule(`${CONTENT}, then: permit`, '{ id: other, to: { hosts: [b.example] } }'), content)).toBe(permit);
  });

  it('that reads exactly as far as the content goes', () => {
    expect(on(withRule(`${CONTENT}, then: deny`), read({ 'payment-card': 0, iban: 0 }, 1024))).toBe('permit');
  });

  it('does not match a request without content', () => {
    expect(verdict(withRule(`${CONTENT}, then: deny`), { url: URL })).toBe('permit');
  });

  it('takes what an upgraded connection will carry for unknown', () => {
    const upgrade = { url: URL, action: { kind: 'upgrade' } } as const;
    expect(verdict(withRule(`${CONTENT}, then: deny`), upgrade)).toBe('denied_by_rule');
    expect(verdict(withRule(`${CONTENT}, ${HOLD}`), upgrade)).toBe('hold');
    const masks = decideOn(withRule(`${CONTENT}, mask: { request: [iban] }`), upgrade);
    expect(masks).toMatchObject({ effect: 'permit', obligations: [{ kind: 'mask' }] });
    const permit = withRule(`${CONTENT}, then: permit`, '{ id: other, to: { hosts: [b.example] } }');
    expect(verdict(permit, upgrade)).toBe('no_rule');
  });

  it('adds its obligations to what it cannot read, but for images', () => {
    const set = withRule(`${CONTENT}, limits: [{ requests: 1, every: 1m }]`);
    const kinds = (content: ContentFacts): string =>
      decideOn(set, { url: URL, ...posted(content) })
        .obligations.map(({ kind }) => kind)
        .join();
    expect([CLEAN, DIRTY, TOO_LARGE, UNREADABLE].map(kinds)).toEqual(['', 'limit', 'limit', 'limit']);
    expect(on(set, OPAQUE)).toBe('unreadable_content');
    expect(kinds(OPAQUE)).toBe('');
  });

  it('narrows permits and obligations by `types`, and no deny and no hold', () => {
    const typed = 'content: { entities: [iban], types: ["text/*"] }';
    expect(on(withRule(`${typed}, then: deny`), DIRTY, 'application/json')).toBe('denied_by_rule');
    expect(on(withRule(`${typed}, ${HOLD}`), DIRTY, 'application/json')).toBe('hold');
    const permit = withRule(`${typed}, then: permit`, '{ id: other, to: { hosts: [b.example] } }');
    expect(on(permit, DIRTY, 'application/json')).toBe('no_rule');
    expect(on(permit, DIRTY, 'text/csv')).toBe('permit');
    const masks = withRule(`${typed}, mask: { request: [iban] }`);
    const masked = (type: string) => decideOn(masks, { url: URL, ...posted(DIRTY, type) }).obligations.length;
    expect([masked('application/json'), masked('text/csv')]).toEqual([0, 1]);
  });

  it('names the rules and what kept them from judging', () => {
    const decision = decideOn(withRule(`${CONTENT}, then: deny`), { url: URL, ...posted(UNREADABLE) });
    expect(decision.rules).toEqual(['cards']);
    expect(decision.reason).toBe('Denied by cards: the content cannot be read: Found a broken gzip');
  });

  it('lets the codes of rules and of the place come first', () => {
    const deny = `${CONTENT}, then: deny`;
    expect(on(withRule(deny, `{ id: shut, ${TO}, then: deny }`), TOO_LARGE)).toBe('denied_by_rule');
    expect(on(withRule(deny, '{ id: other, to: { hosts: [b.example] }, then: permit }'), TOO_LARGE)).toBe('no_rule');
    const outside = { url: URL, addresses: ['20.0.0.1 range:US'], ...posted(TOO_LARGE) };
    expect(verdict(withRule(deny), outside)).toBe('outside_home');
  });

  it('is observed as far as denies go: holds stay', () => {
    const deny = decideOn(withRule(`${CONTENT}, then: deny`), { url: URL, agent: 'watched', ...posted(TOO_LARGE) });
    expect(deny).toMatchObject({ effect: 'permit', wouldDeny: { code: 'content_too_large' } });
    expect(on(withRule(`${CONTENT}, ${HOLD}`), TOO_LARGE, 'text/plain', 'watched')).toBe('content_too_large');
  });
});

describe('decide() with `opaque`', () => {
  const permits = (opaque: string): PreparedPolicy =>
    policy(`rules: [{ id: r, ${TO}, then: permit, mask: { request: [iban] }, opaque: ${opaque} }]`);

  it('denies, holds or passes images under a mask', () => {
    expect(on(permits('deny'), OPAQUE)).toBe('unreadable_content');
    const hold = 'hold, approval: { by: [privacy] }';
    expect(on(permits(hold), OPAQUE)).toBe('hold');
    expect(on(permits('pass'), OPAQUE)).toBe('permit');
    for (const opaque of ['deny', hold, 'pass']) expect(on(permits(opaque), CLEAN)).toBe('permit');
  });

  it('asks the approvers of the rule', () => {
    const decision = decideOn(permits('hold, approval: { by: [privacy] }'), { url: URL, ...posted(OPAQUE) });
    expect(decision.obligations[0]).toMatchObject({ kind: 'approval', by: ['privacy'], rules: ['r'] });
    expect(decision.rules).toEqual(['r']);
  });

  it.each([
    ['deny', 'then: deny', 'unreadable_content'],
    ['deny', HOLD, 'unreadable_content'],
    ['hold', 'then: deny, approval: { by: [privacy] }', 'hold'],
    ['hold', HOLD, 'hold'],
    ['hold', 'approval: { by: [privacy] }', 'hold'],
    ['pass', 'then: deny', 'permit'],
    ['pass', HOLD, 'permit'],
  ])('%s decides for a rule with content and %s: %s', (opaque, effect, expected) => {
    expect(on(withRule(`${CONTENT}, ${effect}, opaque: ${opaque}`), OPAQUE)).toBe(expected);
  });

  it('takes a permit on content for a hold where it says so, and for nothing else', () => {
    const permit = (opaque: string) =>
      withRule(`${CONTENT}, then: permit, opaque: ${opaque}`, '{ id: other, to: { hosts: [b.example] } }');
    expect(on(permit('hold, approval: { by: [privacy] }'), OPAQUE)).toBe('hold');
    expect(on(permit('deny'), OPAQUE)).toBe('no_rule');
    expect(on(permit('pass'), OPAQUE)).toBe('no_rule');
  });

  it('lets nothing out by itself: without a permit there is no rule', () => {
    const set = policy(`rules: [{ id: m, to: any, mask: { request: [iban] }, opaque: hold, approval: { by: [privacy] } }]`);
    expect(on(set, OPAQUE)).toBe('no_rule');
  });

  it('denies what masks cannot read, unless they let it pass, and nothing where they leave content alone', () => {
    const mask = (text: string) => withRule(`mask: { request: { entities: [iban], ${text} } }`);
    expect(on(mask('unreadable: deny'), UNREADABLE)).toBe('unreadable_content');
    expect(on(mask('unreadable: pass'), UNREADABLE)).toBe('permit');
    expect(on(mask('in: [query]'), UNREADABLE)).toBe('permit');
    expect(on(mask('in: [query]'), OPAQUE)).toBe('permit');
    expect(on(mask('unreadable: deny'), TOO_LARGE)).toBe('permit');
  });
});
