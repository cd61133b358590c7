import { describe, expect, it } from 'vitest';
import { loosenings } from '../../src/policy/loosening.ts';
import { policyOf } from './support/compile-text.ts';

const BASE = `
jurisdictions: { dach: [DE, AT, CH] }
agents: [{ id: a, home: dach, owners: [anna], identify: [{ token: true, cidr: ["10.0.0.0/8"] }] }]
destinations:
  - { id: d, hosts: [a.example, b.example], attest: { place: eu, covers: [entry], basis: x, until: 2027-01-01 } }
  - { id: e, hosts: [e.example] }
credentials: [{ id: k, for: [d], inject: { bearer: true } }]
entities: [{ id: staff, pattern: "EMP-[0-9]{6}", max: 10 }]
rules:
  - { id: p, to: [d], methods: [GET], then: permit }
  - { id: n, to: { hosts: ["*.evil.example"] }, then: deny }
  - { id: h, to: [d], methods: [POST], then: hold, approval: { by: [x] } }
  - { id: m, to: any, mask: { request: [pii] }, limits: [{ requests: 1, every: 1m }] }
`;

function changes(...replacements: [from: string, to: string][]): readonly string[] {
  const after = replacements.reduce((text, [from, to]) => {
    expect(text).toContain(from);
    return text.replace(from, to);
  }, BASE);
  return loosenings(policyOf(BASE), policyOf(after));
}

describe('loosenings()', () => {
  it('finds none in the same policy, however it is ordered and split', () => {
    expect(changes()).toEqual([]);
    expect(changes(['[a.example, b.example]', '[b.example, a.example]'])).toEqual([]);
    const [head, rules] = BASE.split('rules:\n');
    const lines = (rules ?? '').trimEnd().split('\n');
    const split = policyOf(`rules:\n${lines.slice(2).join('\n')}\n`, head ?? '', `rules:\n${lines.slice(0, 2).join('\n')}\n`);
    expect(loosenings(policyOf(BASE), split)).toEqual([]);
    expect(loosenings(split, policyOf(BASE))).toEqual([]);
  });

  it('finds none in what is only stricter', () => {
    expect(changes(['home: dach', 'home: DE'])).toEqual([]);
    expect(changes(['entities: [', 'entities: [{ id: more, pattern: X, max: 1 }, '])).toEqual([]);
    expect(changes(['[pii]', '[contact, national-id, payment, network]'])).toEqual([]);
    expect(changes(['rules:\n', 'rules:\n  - { id: n2, to: { hosts: [x.example] }, then: deny }\n'])).toEqual([]);
    expect(changes(['methods: [GET], then: permit', 'methods: [GET], then: deny'])).toEqual([]);
    expect(changes(['  - { id: p, to: [d], methods: [GET], then: permit }\n', ''])).toEqual([]);
    expect(changes([', attest: { place: eu, covers: [entry], basis: x, until: 2027-01-01 }', ''])).toEqual([]);
  });

  it.each<[what: string, from: string, to: string, found: string[]]>([
    ['a permit added', 'rules:\n', 'rules:\n  - { id: q, to: [e], then: permit }\n', ['rule q: permit added']],
    ['a hold added', 'rules:\n', 'rules:\n  - { id: q, to: [e], then: hold, approval: { by: [x] } }\n', ['rule q: hold added']],
    [
      'a secret used more often',
      'inject: { bearer: true }',
      'inject: { bearer: true }, uses: { most: 9, every: 1h }',
      ['credential k: its use changed'],
    ],
    ['a secret put elsewhere', 'inject: { bearer: true }', 'inject: { query: key }', ['credential k: its use changed']],
    [
      'a secret put into more',
      'inject: { bearer: true } }',
      'inject: { bearer: true }, methods: [GET] }',
      ['credential k: its use changed'],
    ],
    ['a permit changed', 'methods: [GET]', 'methods: [GET, PUT]', ['rule p: permit changed (methods)']],
    ['a condition of a permit removed', ' methods: [GET],', '', ['rule p: permit changed (methods)']],
    ['a deny removed', '  - { id: n, to: { hosts: ["*.evil.example"] }, then: deny }\n', '', ['rule n: deny removed']],
    ['a deny narrowed', '*.evil.example', 'x.evil.example', ['rule n: deny changed (to)']],
    [
      'a deny turned',
      '*.evil.example"] }, then: deny',
      '*.evil.example"] }, then: permit',
      ['rule n: permit changed from deny (effect)'],
    ],
    [
      'a hold turned into a permit',
      'then: hold, approval: { by: [x] }',
      'then: permit',
      ['rule h: permit changed from hold (approval, effect)'],
    ],
    ['an approver added', 'by: [x]', 'by: [x, y]', ['rule h: hold changed (approval)']],
    ['a mask removed', 'mask: { request: [pii] }, ', '', ['rule m: obligations changed (masks)']],
    ['a limit raised', 'requests: 1,', 'requests: 2,', ['rule m: obligations changed (limits)']],
    [
      'obligations removed',
      '  - { id: m, to: any, mask: { request: [pii] }, limits: [{ requests: 1, every: 1m }] }\n',
      '',
      ['rule m: mask, limits removed'],
    ],
    [
      'a transfer added',
      'methods: [GET], then: permit',
      'methods: [GET], then: permit, transfer: { to: [US], basis: scc }',
      ['rule p: permit changed (transfer)'],
    ],
    ['an attestation extended', '2027-01-01', '2028-01-01', ['destination d: attest changed']],
    ['internal added', 'hosts: [e.example]', 'hosts: [e.example], internal: { place: DE }', ['destination e: internal added']],
    ['trust added', 'hosts: [e.example]', 'hosts: [e.example], tls: { trust: ca.pem }', ['destination e: tls added']],
    [
      'a certification added',
      'hosts: [e.example]',
      'hosts: [e.example], frameworks: [dpf]',
      ['destination e: frameworks added'],
    ],
    ['a home extended', 'home: dach', 'home: [dach, eu]', ['agent a: home extended from dach to dach+eu']],
    ['a home given up', 'home: dach', 'home: any', ['agent a: home extended from dach to any']],
    ['a set extended, on which a home rests', '[DE, AT, CH]', '[DE, AT, CH, US]', ['agent a: home extended from dach to dach']],
    ['observation', 'home: dach', 'home: dach, mode: observe', ['agent a: mode changed from enforce to observe']],
    [
      'a way to be identified',
      'identify: [',
      'identify: [{ cidr: ["192.168.0.0/16"] }, ',
      ['agent a: identify added or changed'],
    ],
    ['an owner removed, who may approve then', 'owners: [anna]', 'owners: []', ['agent a: owner removed']],
    ['an agent added', 'agents: [', 'agents: [{ id: b, home: eu }, ', ['agent b: added']],
    ['an own entity that finds less', '[0-9]{6}', '[0-9]{7}', ['entity staff: changed']],
    ['an own entity that asks for a context', 'max: 10 }', 'max: 10, context: [staff] }', ['entity staff: changed']],
    [
      'a mask that leaves an entity out, named by its group before',
      'mask: { request: [pii] }',
      'mask: { request: [contact, payment, network] }',
      ['rule m: obligations changed (masks)'],
    ],
    [
      'unreadable content let through',
      'request: [pii]',
      'request: { entities: [pii], unreadable: pass }',
      ['rule m: obligations changed (masks)'],
    ],
    [
      'images let through',
      'mask: { request: [pii] }',
      'mask: { request: [pii] }, opaque: pass',
      ['rule m: obligations changed (opaque)'],
    ],
    ['a credential extended', 'for: [d]', 'for: [d, e]', ['credential k: extended to e']],
  ])('reports %s', (_, from, to, found) => {
    expect(changes([from, to])).toEqual(found);
  });

  it('reports a permit whose destination changed, and the statement that moved with it', () => {
    expect(changes(['hosts: [a.example, b.example]', 'hosts: [a.example, c.example]'])).toEqual([
      'destination d: attest changed',
      'rule p: permit changed (to)',
      'rule h: hold changed (to)',
    ]);
  });
});
