import { describe, expect, it } from 'vitest';
import type { Record as RecordLine } from '../../src/core/exchange/record.ts';
import { reconcile } from '../../scripts/soak/accounts.ts';
import { Ledger, type Kind } from '../../scripts/soak/ledger.ts';
import { kindsInTurn } from '../../scripts/soak/pace.ts';
import { readMetric } from '../../scripts/soak/samples.ts';
import { growth, lowest } from '../../scripts/soak/slope.ts';

/** What one request of a kind leaves in the books when all is well. */
function asked(ledger: Ledger, kind: Kind, answer = '200'): string {
  const path = ledger.path(kind);
  if (answer.startsWith('200')) ledger.arrived(path);
  ledger.answered(path, answer);
  return path;
}

/** What a gateway records of it; of records only what is read is made. */
function recorded(path: string, decisions: readonly string[], exchange = path): RecordLine[] {
  const target = `http://plain.de.soak.example:1${path}`;
  const all = [
    ...decisions.map((decision) => ({ kind: 'decision', exchange, target, decision })),
    { kind: 'outcome', exchange },
  ];
  return all as unknown as RecordLine[];
}

describe('reconcile()', () => {
  const permitted = (): readonly [Ledger, string] => {
    const ledger = new Ledger();
    return [ledger, asked(ledger, 'plain')];
  };

  it('finds nothing where every request is recorded once', () => {
    const [ledger, path] = permitted();
    const held = asked(ledger, 'held');
    const denied = asked(ledger, 'abroad', '403 outside_home');
    const records = [...recorded(path, ['permit']), ...recorded(held, ['hold', 'permit']), ...recorded(denied, ['deny'])];
    expect(reconcile(ledger, records)).toEqual([]);
  });

  it('finds a request without a record, and one that arrived without a permit', () => {
    const [ledger] = permitted();
    expect(reconcile(ledger, [])).toEqual(['/plain/0 is recorded 0 times', '/plain/0 arrived without a permit on the record']);
  });

  it('finds a request that is recorded twice', () => {
    const [ledger, path] = permitted();
    const records = [...recorded(path, ['permit']), ...recorded(path, ['permit'], 'again')];
    expect(reconcile(ledger, records)).toEqual(['/plain/0 is recorded 2 times']);
  });

  it('finds a decision without an outcome, and one that was made twice', () => {
    const [ledger, path] = permitted();
    expect(reconcile(ledger, recorded(path, ['permit']).slice(0, 1))).toEqual([
      'exchange /plain/0 (/plain/0): decisions [permit], 0 outcomes',
    ]);
    expect(reconcile(ledger, recorded(path, ['permit', 'permit']))).toEqual([
      'exchange /plain/0 (/plain/0): decisions [permit,permit], 1 outcomes',
    ]);
  });

  it('finds a request that arrived twice, and one that was to arrive nowhere', () => {
    const [ledger, path] = permitted();
    ledger.arrived(path);
    const abroad = asked(ledger, 'abroad', '403 outside_home');
    ledger.arrived(abroad);
    expect(reconcile(ledger, [...recorded(path, ['permit']), ...recorded(abroad, ['permit'])])).toEqual([
      '/plain/0 arrived 2 times',
      '/abroad/0 arrived',
    ]);
  });

  it('counts folded denials, and misses none', () => {
    const ledger = new Ledger();
    asked(ledger, 'unnamed', '403 no_rule');
    const folded = { kind: 'folded', code: 'no_rule', count: 1 } as unknown as RecordLine;
    expect(reconcile(ledger, [folded])).toEqual([]);
    expect(reconcile(ledger, [])).toEqual(['1 of unnamed have no record, and 0 are folded']);
  });
});

it('Ledger tells answers that are not what their kind has to be answered with', () => {
  const ledger = new Ledger();
  asked(ledger, 'plain', '502 connect_failed');
  asked(ledger, 'abroad', '200');
  asked(ledger, 'abroad', '403 outside_home');
  expect(ledger.unexpected()).toEqual(['/plain/0: 502 connect_failed', '/abroad/0: 200']);
});

it('growth() is the slope of least squares over the whole time, and needs two times', () => {
  const points = [0, 10, 20, 30].map((at) => ({ at, value: 5 + at / 2 }));
  expect(growth(points)).toBeCloseTo(15);
  expect(growth(points.map(({ at }) => ({ at, value: at % 20 })))).toBeCloseTo(6);
  expect(() => growth(points.slice(0, 1))).toThrow('Found 1 points');
});

it('lowest() keeps the least of each window', () => {
  const points = [3, 1, 2, 9, 7, 8].map((value, at) => ({ at, value }));
  expect(lowest(points, 3).map(({ value }) => value)).toEqual([1, 7]);
});

it('kindsInTurn() gives each kind its share of every hundred', () => {
  const kinds = kindsInTurn();
  const hundred = Array.from({ length: 100 }, () => kinds.next().value);
  expect(hundred.filter((kind) => kind === 'plain')).toHaveLength(46);
  expect(hundred.filter((kind) => kind === 'held')).toHaveLength(1);
});

it('readMetric() adds what differs by labels, and tells of a metric that is not there', () => {
  const text = '# HELP a\na{sink="1"} 2\na{sink="2"} 3\nab 7\n';
  expect(readMetric(text, 'a')).toBe(5);
  expect(() => readMetric(text, 'b')).toThrow('Found no metric b');
});
