import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Mask, RequestMasks } from '../../src/core/exchange/decision.ts';
import { uniteObligations } from '../../src/policy/decision/obligations.ts';
import { uniteMasks } from '../../src/policy/decision/unite-masks.ts';
import { decideOn, policy, verdict } from './support/decision-case.ts';

const URL = 'https://api.example.com/';
const CREDENTIALS = `
destinations: [{ id: api, hosts: ["api.example.com"] }]
credentials:
  - { id: one, for: [api], inject: { bearer: true } }
  - { id: two, for: [api], inject: { bearer: true } }`;
const to = 'to: [api]';

describe('obligations of matching rules', () => {
  it('add up, whatever the effect of the rule', () => {
    const set = policy(`${CREDENTIALS}
rules:
  - { id: permit, ${to}, then: permit, credential: one, headers: { set: { x-a: "1" }, remove: [x-b] } }
  - { id: masks, ${to}, mask: { request: { entities: [email], as: token } }, record: content }
  - { id: limits, ${to}, limits: [{ requests: 5, every: 1m }, { bytes: 1MiB, every: 1d }] }
  - { id: other, to: { hosts: ["other.example"] }, record: content }`);
    const { obligations } = decideOn(set, { url: URL });
    expect(obligations.map(({ kind, rules }) => `${kind} ${rules.join()}`)).toEqual([
      'mask masks',
      'credential permit',
      'drop-agent-credentials permit',
      'headers permit',
      'limit limits',
      'limit limits',
      'record masks',
    ]);
  });

  it('say how often a credential may be used, by all rules together', () => {
    const set = policy(`
destinations: [{ id: api, hosts: ["api.example.com"] }]
credentials: [{ id: one, for: [api], inject: { bearer: true }, uses: { most: 3, every: 1h } }]
rules:
  - { id: a, ${to}, then: permit, credential: one }
  - { id: b, ${to}, credential: one }`);
    const { obligations } = decideOn(set, { url: URL });
    expect(obligations.find(({ kind }) => kind === 'credential')).toEqual({
      kind: 'credential',
      id: 'one',
      uses: { most: 3, every: 3_600_000, per: 'agent' },
      rules: ['a', 'b'],
    });
  });

  it('ask for the approval of each hold on its own', () => {
    const hold = (id: string, approval: string) =>
      `{ id: ${id}, to: { hosts: ["api.example.com"] }, then: hold, approval: { ${approval} } }`;
    const terms =
      'by: [finance], quorum: 2, wait: 5s, expires: 10m, reason: required, fields: [X-Case], step-up: true, grant: { max: 8h }';
    const { obligations } = decideOn(policy(`rules: [${hold('a', 'by: [privacy]')}, ${hold('b', terms)}]`), { url: URL });
    expect(obligations).toEqual([
      {
        kind: 'approval',
        by: ['privacy'],
        quorum: 1,
        wait: 55_000,
        expires: 1_800_000,
        reason: 'optional',
        fields: [],
        stepUp: false,
        rules: ['a'],
      },
      {
        kind: 'approval',
        by: ['finance'],
        quorum: 2,
        wait: 5000,
        expires: 600_000,
        reason: 'required',
        fields: ['x-case'],
        stepUp: true,
        grant: { max: 28_800_000 },
        rules: ['b'],
      },
    ]);
  });

  it('conflict when two credentials or two values of a field are asked for', () => {
    const permits = (a: string, b: string) =>
      policy(`${CREDENTIALS}\nrules: [{ id: a, ${to}, then: permit, ${a} }, { id: b, ${to}, then: permit, ${b} }]`);
    expect(verdict(permits('credential: one', 'credential: two'), { url: URL })).toBe('obligation_conflict');
    expect(verdict(permits('credential: one', 'credential: one'), { url: URL })).toBe('permit');
    const set = (value: string) => `headers: { set: { x-a: "${value}" } }`;
    expect(verdict(permits(set('1'), set('2')), { url: URL })).toBe('obligation_conflict');
    expect(verdict(permits(set('1'), 'headers: { remove: [x-a] }'), { url: URL })).toBe('obligation_conflict');
    expect(verdict(permits(set('1'), set('1')), { url: URL })).toBe('permit');
  });

  it('hand nothing out on a guess, and restrict on one', () => {
    const set = policy(`${CREDENTIALS}
rules:
  - { id: open, ${to}, then: permit }
  - { id: some, ${to}, paths: ["/v1/**"], then: permit, credential: one, mask: { request: [pii] }, headers: { set: { x-a: "1" }, remove: [x-b] } }`);
    const { obligations } = decideOn(set, { url: URL, action: { path: undefined } });
    expect(obligations.map(({ kind }) => kind)).toEqual(['mask', 'headers']);
    expect(obligations[1]).toMatchObject({ set: {}, remove: ['x-b'] });
  });

  it('say of masks how content is sent, and what gets by unmasked: the strictest wins', () => {
    const masks = (id: string, rest: string) => `{ id: ${id}, ${to}, mask: { request: [email], response: [jwt] }, ${rest} }`;
    const united = (...rules: string[]) => {
      const set = policy(`${CREDENTIALS}\nrules: [{ id: open, ${to}, then: permit }, ${rules.join(', ')}]`);
      return decideOn(set, { url: URL }).obligations;
    };
    const loose = 'length: chunked, signed: pass, opaque: pass';
    expect(united(masks('a', loose))).toMatchObject([
      { direction: 'request', length: 'chunked', signed: 'pass', opaque: 'pass' },
      { direction: 'response', opaque: 'pass' },
    ]);
    expect(
      united(masks('a', loose), masks('b', 'length: spool, signed: pass, opaque: hold, approval: { by: [privacy] }')),
    ).toMatchObject([
      { direction: 'request', length: 'spool', signed: 'pass', opaque: 'hold', rules: ['a', 'b'] },
      // Nobody can be asked about a response.
      { direction: 'response', opaque: 'deny', rules: ['a', 'b'] },
    ]);
    expect(united(masks('a', loose), masks('b', 'length: chunked'))[0]).toMatchObject({ signed: 'deny', opaque: 'deny' });
  });

  it('leave images alone where masks leave content alone', () => {
    const set = policy(
      `rules: [{ id: r, to: { hosts: ["api.example.com"] }, then: permit, mask: { request: { entities: [email], in: [query] } } }]`,
    );
    expect(decideOn(set, { url: URL }).obligations).toMatchObject([{ opaque: 'pass' }]);
  });

  it('are none on a deny', () => {
    const set = policy('rules: [{ id: shut, to: any, then: deny }, { id: mask, to: any, mask: { request: [pii] } }]');
    expect(decideOn(set, { url: URL }).obligations).toEqual([]);
  });
});

const mask: fc.Arbitrary<Mask> = fc.record({
  entities: fc.uniqueArray(fc.constantFrom('email', 'iban', 'jwt'), { minLength: 1 }),
  as: fc.constantFrom('redact', 'partial', 'hash', 'token'),
  in: fc.uniqueArray(fc.constantFrom('content', 'query', 'fields', 'path'), { minLength: 1 }),
  unreadable: fc.constantFrom('deny', 'pass'),
});
const STRENGTH = ['token', 'partial', 'hash', 'redact'];

describe('uniteMasks()', () => {
  it('prefers redact over hash over partial over token, and deny on unreadable', () => {
    const united = uniteMasks([
      { entities: ['email', 'iban'], as: 'token', in: ['content'], unreadable: 'pass' },
      { entities: ['iban'], as: 'hash', in: ['query'], unreadable: 'deny' },
    ]);
    expect(united).toEqual([
      { entities: ['email'], as: 'token', in: ['content'], unreadable: 'deny' },
      { entities: ['iban'], as: 'hash', in: ['content', 'query'], unreadable: 'deny' },
    ]);
  });

  it('is never weaker than any mask it unites, and blind to their order', () => {
    fc.assert(
      fc.property(fc.array(mask, { minLength: 2, maxLength: 5 }), (masks) => {
        const united = uniteMasks(masks);
        expect(uniteMasks(masks.toReversed())).toEqual(united);
        for (const each of masks) {
          for (const entity of each.entities) {
            const found = united.filter(({ entities }) => entities.includes(entity));
            expect(found).toHaveLength(1);
            expect(STRENGTH.indexOf(found[0]?.as ?? '')).toBeGreaterThanOrEqual(STRENGTH.indexOf(each.as));
            expect(found[0]?.in).toEqual(expect.arrayContaining([...each.in]));
            if (each.unreadable === 'deny') expect(found[0]?.unreadable).toBe('deny');
          }
        }
      }),
    );
  });
});

const requestMasks: fc.Arbitrary<RequestMasks> = fc.record({
  kind: fc.constant('mask'),
  direction: fc.constant('request'),
  masks: fc.tuple(mask),
  length: fc.constantFrom('spool', 'chunked'),
  signed: fc.constantFrom('deny', 'pass'),
  opaque: fc.constantFrom('deny', 'hold', 'pass'),
  rules: fc.constant([]),
});

describe('uniteObligations()', () => {
  it('is blind to the order of masks, takes the strictest of each, and changes nothing when done again', () => {
    fc.assert(
      fc.property(fc.array(requestMasks, { minLength: 2, maxLength: 5 }), (all) => {
        const united = uniteObligations(all.map((each) => [each]));
        expect(uniteObligations(all.toReversed().map((each) => [each]))).toEqual(united);
        if (!united.ok) throw new Error(united.failure);
        const [one, ...others] = united.value as readonly RequestMasks[];
        expect(others).toEqual([]);
        const has = <K extends 'length' | 'signed' | 'opaque'>(key: K, value: RequestMasks[K]): boolean =>
          all.some((each) => each[key] === value);
        expect(one?.length).toBe(has('length', 'spool') ? 'spool' : 'chunked');
        expect(one?.signed).toBe(has('signed', 'deny') ? 'deny' : 'pass');
        expect(one?.opaque).toBe(has('opaque', 'deny') ? 'deny' : has('opaque', 'hold') ? 'hold' : 'pass');
        expect(uniteObligations([united.value, united.value])).toEqual(united);
      }),
    );
  });
});
