import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ApprovalDigests,
  type DecidedTerms,
  type FingerprintedRequest,
  type ScopedRequest,
} from '../../../src/approval/fingerprint/approval-digests.ts';
import type { Obligation, SubjectAttributes } from '../../../src/core/exchange/decision.ts';
import type { AgentId, RuleId } from '../../../src/core/ids.ts';
import { countryPlace, GLOBAL, UNKNOWN, type Place } from '../../../src/core/place/place.ts';
import type { CountryCode } from '../../../src/core/place/country.ts';
import { askedRule, countries } from '../support/approvals.ts';

const digests = new ApprovalDigests(new Uint8Array(32).fill(1));

const SUBJECT: SubjectAttributes = {
  agent: 'support-bot' as AgentId,
  home: { any: false, countries: countries('DE', 'FR'), label: 'eu' },
  mode: 'enforce',
};
const US = countryPlace('US' as CountryCode);
const RULE = askedRule();
const MASK: Obligation = {
  kind: 'mask',
  direction: 'request',
  masks: [{ entities: ['email'], as: 'token', in: ['content'], unreadable: 'deny' }],
  length: 'spool',
  signed: 'deny',
  opaque: 'deny',
  rules: [RULE.rule],
};
const CREDENTIAL: Obligation = { kind: 'credential', id: 'openai-key', rules: [RULE.rule] };

function terms(values: Partial<DecidedTerms> & { readonly places?: readonly Place[] } = {}): DecidedTerms {
  const { places = [US, US, US], ...rest } = values;
  const [entry = US, processing = US, storage = US] = places;
  const judgement = { places: { entry, processing, storage }, winners: {}, evidence: [], contradictions: [], stale: false };
  const transfer = { rule: RULE.rule, basis: 'scc', reference: 'TIA-2026-04' };
  return { judgement, obligations: [MASK, CREDENTIAL], transfer, ...rest };
}

const CONTENT = digests.content('application/json').finish();

const REQUEST: FingerprintedRequest = {
  subject: SUBJECT,
  rules: [RULE],
  method: 'POST',
  target: 'https://api.anthropic.com/v1/messages?a=1',
  fields: [
    ['X-Model', 'one'],
    ['Accept', 'application/json'],
    ['X-Model', 'two'],
  ],
  boundFields: ['x-model'],
  content: CONTENT,
  terms: terms(),
};

const { content: _, ...WITHOUT_CONTENT } = REQUEST;
const withRule = (values: Parameters<typeof askedRule>[0]): FingerprintedRequest => ({
  ...REQUEST,
  rules: [askedRule(values)],
});
const withFields = (...fields: FingerprintedRequest['fields']): FingerprintedRequest => ({ ...REQUEST, fields });
const withHome = (home: Partial<SubjectAttributes['home']>): SubjectAttributes => ({
  ...SUBJECT,
  home: { ...SUBJECT.home, ...home },
});
const withTerms = (values: Parameters<typeof terms>[0]): FingerprintedRequest => ({ ...REQUEST, terms: terms(values) });

/** One entry for each thing that an approval covers (contract §4.1.11), changed by the least that is possible. */
const CHANGES: Readonly<Record<string, FingerprintedRequest>> = {
  subject: { ...REQUEST, subject: { ...SUBJECT, agent: 'support-bot2' as AgentId } },
  'home, its countries': { ...REQUEST, subject: withHome({ countries: countries('DE') }) },
  'home, its label': { ...REQUEST, subject: withHome({ label: 'eea' }) },
  'home, any': { ...REQUEST, subject: withHome({ any: true }) },
  mode: { ...REQUEST, subject: { ...SUBJECT, mode: 'observe' } },
  rule: withRule({ id: 'us-model2' }),
  'one more rule': { ...REQUEST, rules: [RULE, askedRule({ id: 'other' })] },
  'groups of the rule': withRule({ by: ['privacy', 'security'] }),
  quorum: withRule({ quorum: 2 }),
  'step-up': withRule({ stepUp: true }),
  method: { ...REQUEST, method: 'PUT' },
  scheme: { ...REQUEST, target: 'http://api.anthropic.com/v1/messages?a=1' },
  authority: { ...REQUEST, target: 'https://api.anthropic.com:8443/v1/messages?a=1' },
  path: { ...REQUEST, target: 'https://api.anthropic.com/v1/messages/?a=1' },
  query: { ...REQUEST, target: 'https://api.anthropic.com/v1/messages?a=2' },
  'a line of a bound field': withFields(['X-Model', 'one'], ['X-Model', 'three']),
  'the order of its lines': withFields(['X-Model', 'two'], ['X-Model', 'one']),
  'lines put into one': withFields(['X-Model', 'one, two']),
  'one line less': withFields(['X-Model', 'one']),
  'a content coding': withFields(...REQUEST.fields, ['Content-Encoding', 'br']),
  'a method in a field': withFields(...REQUEST.fields, ['X-HTTP-Method-Override', 'DELETE']),
  'an operation in a field': withFields(...REQUEST.fields, ['X-Amz-Target', 'DynamoDB_20120810.DeleteTable']),
  'where a copy goes': withFields(...REQUEST.fields, ['Destination', 'https://api.anthropic.com/public']),
  'what is copied': withFields(...REQUEST.fields, ['x-amz-copy-source', '/hr/salaries.csv']),
  'a media type, as CGI reads it': withFields(...REQUEST.fields, ['Content_Type', 'text/xml']),
  'what a WebSocket speaks': withFields(...REQUEST.fields, ['Sec-WebSocket-Protocol', 'v5.channel.k8s.io']),
  'a line of a bound field, as CGI reads it': withFields(...REQUEST.fields, ['X_Model', 'three']),
  'media type': { ...REQUEST, content: { ...CONTENT, mediaType: 'application/json; charset=utf-8' } },
  content: { ...REQUEST, content: { ...CONTENT, digest: 'another' } },
  'form of content': { ...REQUEST, content: { ...CONTENT, form: 'parts' } },
  'no content': WITHOUT_CONTENT,
  'no content, of another media type': { ...WITHOUT_CONTENT, fields: [...REQUEST.fields, ['Content-Type', 'text/plain']] },
  credential: withTerms({ obligations: [MASK, { ...CREDENTIAL, id: 'other-key' }] }),
  'one mask less': withTerms({ obligations: [CREDENTIAL] }),
  'a weaker mask': withTerms({ obligations: [{ ...MASK, masks: [{ ...MASK.masks[0]!, as: 'partial' }] }, CREDENTIAL] }),
  'one obligation more': withTerms({ obligations: [MASK, CREDENTIAL, { kind: 'drop-agent-credentials', rules: [RULE.rule] }] }),
  'place of entry': withTerms({ places: [GLOBAL, US, US] }),
  'place of processing': withTerms({ places: [US, UNKNOWN, US] }),
  'place of storage': withTerms({ places: [US, US, countryPlace('CA' as CountryCode)] }),
  'countries of a place': withTerms({ places: [{ ...US, countries: countries('US', 'CA') }, US, US] }),
  'region of a place': withTerms({ places: [{ ...US, region: 'aws:us-east-1' }, US, US] }),
  'basis of the transfer': withTerms({ transfer: { rule: RULE.rule, basis: 'bcr', reference: 'TIA-2026-04' } }),
  'no transfer': { ...REQUEST, terms: { judgement: terms().judgement, obligations: terms().obligations } },
  'trust toward the origin': withTerms({ tls: { key: 'k', trust: 'ca.pem', destinations: [] } }),
};

describe('ApprovalDigests.fingerprint()', () => {
  const original = digests.fingerprint(REQUEST);

  it.each(Object.entries(CHANGES))('is another when this changes: %s', (_name, changed) => {
    expect(digests.fingerprint(changed)).not.toBe(original);
  });

  it('is another for each of these changes', () => {
    expect(new Set(Object.values(CHANGES).map((changed) => digests.fingerprint(changed))).size).toBe(
      Object.keys(CHANGES).length,
    );
  });

  it('is the same for what does not matter: other fields, their case, the order of rules and groups', () => {
    const rules = [askedRule({ id: 'b', by: ['x', 'y'] }), askedRule({ id: 'a' })];
    const turned = [askedRule({ id: 'a' }), askedRule({ id: 'b', by: ['y', 'x'] })];
    expect(digests.fingerprint({ ...REQUEST, rules })).toBe(digests.fingerprint({ ...REQUEST, rules: turned }));
    const fields = [
      ['x-model', 'one'],
      ['User-Agent', 'curl'],
      ['x-MODEL', 'two'],
    ] as const;
    expect(digests.fingerprint({ ...REQUEST, fields })).toBe(original);
  });

  it('is another under another key, and tells nothing', () => {
    expect(new ApprovalDigests(new Uint8Array(32).fill(2)).fingerprint(REQUEST)).not.toBe(original);
    expect(original).toMatch(/^[\w-]{43}$/);
  });

  it('cannot be moved from one component to the next', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), fc.string(), (method, target, otherMethod, otherTarget) => {
        const same = method === otherMethod && target === otherTarget;
        const one = digests.fingerprint({ ...REQUEST, method, target });
        expect(one === digests.fingerprint({ ...REQUEST, method: otherMethod, target: otherTarget })).toBe(same);
        expect(one).not.toBe(digests.fingerprint({ ...REQUEST, method: `${method}x`, target }));
        expect(one).not.toBe(digests.fingerprint({ ...REQUEST, method, target: `x${target}` }));
      }),
    );
  });
});

const SCOPED: ScopedRequest = {
  subject: SUBJECT,
  rule: RULE,
  method: 'POST',
  origin: 'https://api.anthropic.com:443',
  path: { kind: 'pattern', text: '/v1/**' },
  fields: [['X-Model', 'one']],
  terms: terms(),
};

const SCOPE_CHANGES: Readonly<Record<string, ScopedRequest>> = {
  subject: { ...SCOPED, subject: { ...SUBJECT, agent: 'other' as AgentId } },
  home: { ...SCOPED, subject: withHome({ label: 'eea' }) },
  rule: { ...SCOPED, rule: { ...RULE, rule: 'other' as RuleId } },
  quorum: { ...SCOPED, rule: { ...RULE, quorum: 2 } },
  method: { ...SCOPED, method: 'GET' },
  origin: { ...SCOPED, origin: 'https://api.anthropic.com:8443' },
  pattern: { ...SCOPED, path: { kind: 'pattern', text: '/v1/*' } },
  'a path that looks like the pattern': { ...SCOPED, path: { kind: 'exact', text: '/v1/**' } },
  'an operation in a field': { ...SCOPED, fields: [['X-Amz-Target', 'DynamoDB_20120810.DeleteTable']] },
  'what a WebSocket speaks': { ...SCOPED, fields: [['Sec-WebSocket-Protocol', 'v5.channel.k8s.io']] },
  'where a copy goes': { ...SCOPED, fields: [['Destination', 'https://api.anthropic.com/public']] },
  place: { ...SCOPED, terms: terms({ places: [US, US, GLOBAL] }) },
  obligations: { ...SCOPED, terms: terms({ obligations: [MASK] }) },
};

describe('ApprovalDigests.grantScope()', () => {
  it.each(Object.entries(SCOPE_CHANGES))('is another when this changes: %s', (_name, changed) => {
    expect(digests.grantScope(changed)).not.toBe(digests.grantScope(SCOPED));
  });

  it('is the same whatever is in other fields, and however content is coded', () => {
    const fields = [
      ['X-Model', 'two'],
      ['Content-Encoding', 'br'],
      ['Content-Range', 'bytes 0-9/20'],
    ] as const;
    expect(digests.grantScope({ ...SCOPED, fields })).toBe(digests.grantScope(SCOPED));
  });

  it('is no fingerprint', () => {
    expect(digests.grantScope(SCOPED)).not.toBe(digests.fingerprint(REQUEST));
  });
});
