import { describe, expect, it } from 'vitest';
import type { Record } from '../../src/core/exchange/record.ts';
import { faultsPage, faultsTable } from '../../scripts/faults/page.ts';
import { audit } from '../long/faults/audit.ts';
import { DE, Traffic, US } from '../long/faults/traffic.ts';
import type { Lab } from '../support/lab.ts';

const ROW = { requests: 80, records: 300, recoveredAfter: 1_260 };

it('faultsTable() has a row for each fault, in order, with what agents saw of it', () => {
  const rows = [
    { ...ROW, fault: 'sink: answers 503', seen: {} },
    { ...ROW, fault: 'disk: full', seen: { held: ['503 audit_unavailable'], token: ['503 audit_unavailable', 'no answer'] } },
  ];
  expect(faultsTable(rows).split('\n').slice(2)).toEqual([
    '| disk: full | held: 503 audit_unavailable; token: 503 audit_unavailable, no answer | 80 | 1.3 s |',
    '| sink: answers 503 | nothing | 80 | 1.3 s |',
  ]);
});

it('faultsPage() replaces what stands in the block, and nothing else', () => {
  const [begin, end] = ['<!-- begin faults: npm run faults -- --write -->', '<!-- end faults -->'];
  expect(faultsPage(`before\n${begin}\n\nold\n\n${end}\nafter`, 'new')).toBe(`before\n${begin}\n\nnew\n\n${end}\nafter`);
  expect(() => faultsPage('nothing', 'new')).toThrow('docs/faults.md has no block');
});

describe('audit()', () => {
  const PERMITTED = [
    { kind: 'decision', exchange: 'x', target: 'http://api.de.lab.example:1/address/0', decision: 'permit' },
    { kind: 'outcome', exchange: 'x' },
  ];

  /** A laboratory in which one request was answered with 200, and what a record and its servers have of it. */
  function audited({ records = PERMITTED, arrived = ['/address/0'], abroad = [] as object[], asked = [] as object[], ...may }) {
    const traffic = new Traffic('');
    traffic.answers.set('/address/0', '200');
    const origins = {
      [DE]: { requests: arrived.map((target) => ({ target })), connections: [] },
      [US]: { requests: [], connections: abroad },
    };
    const lab = { origin: (name: typeof DE) => origins[name], dns: { queries: asked } } as unknown as Lab;
    return audit(lab, traffic, records as unknown as Record[], may);
  }

  it('finds nothing where there is nothing to find', () => {
    expect(audited({})).toEqual([]);
  });

  it('finds what is on no record, or twice on it', () => {
    expect(audited({ records: [], arrived: [] })).toEqual(['/address/0 (200) is not on the record']);
    const twice = [...PERMITTED, ...PERMITTED.map((each) => ({ ...each, exchange: 'y' }))];
    expect(audited({ records: twice })).toEqual(['/address/0 (200) is on the record 2 times']);
  });

  it('finds what has no outcome, unless a process was killed or a gap tells of it', () => {
    const records = PERMITTED.slice(0, 1);
    const problem = ['exchange x has 0 outcomes'];
    expect(audited({ records })).toEqual(problem);
    expect(audited({ records, killed: true })).toEqual([]);
    expect(audited({ records, unwritable: true })).toEqual(problem);
    expect(audited({ records: [...records, { kind: 'gap', exchange: '' }], unwritable: true })).toEqual([]);
  });

  it('finds what came without a permit, or abroad, and names that were looked up', () => {
    expect(audited({ arrived: ['/held/1'] })).toEqual(['/held/1 came without a permit']);
    expect(audited({ abroad: [{ bytesReceived: 7 }] })).toEqual(['somebody came abroad, with 7 bytes']);
    expect(audited({ asked: [{ name: 'n1.unnamed.example' }] })).toEqual(['n1.unnamed.example was looked up']);
  });
});
