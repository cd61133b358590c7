import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Figures } from '../../src/reporting/report.ts';
import { Ajv } from 'ajv';
import { decision, figuresOf, linesOf, outcome, QUESTION, type Written } from './records.ts';

const US = { entry: 'US', processing: 'US', storage: 'US' };

describe('the figures of a report', () => {
  it('count what was carried by place and by what it rests on, with its bytes', () => {
    const split = { entry: 'DE', processing: 'US', storage: 'DE' };
    const { flows, totals, destinations } = figuresOf({
      w1: linesOf([
        decision('x1'),
        outcome('x1'),
        decision('x2', { place: split, evidence: [{ kind: 'attestation', places: split, source: 'us' }] }),
        outcome('x2', { bytes: { sent: 1000, received: 1 } }),
        decision('x3'),
        outcome('x3', { dialled: undefined, code: 'connect_failed' }),
        decision('x4'),
      ]),
    });
    const filter = { since: QUESTION.since, until: QUESTION.until, decision: 'permit', place: 'DE' };
    expect(flows.items).toEqual([
      {
        place: { entry: 'DE', processing: 'DE', storage: 'DE' },
        basis: { entry: 'endpoint-name', processing: 'follows entry', storage: 'follows entry' },
        isInside: true,
        exchanges: 1,
        sent: 10,
        received: 20,
        filter,
      },
      {
        place: split,
        basis: { entry: 'attestation', processing: 'attestation', storage: 'attestation' },
        isInside: false,
        exchanges: 1,
        sent: 1000,
        received: 1,
        filter,
      },
    ]);
    expect(totals).toMatchObject({
      exchanges: 4,
      permitted: 4,
      carried: 2,
      notCarried: 1,
      withoutOutcome: 1,
      sent: 1010,
      sentOutside: 1000,
    });
    expect(destinations.items.map(({ host, place, sent }) => [host, place.processing, sent])).toEqual([
      ['api.example', 'DE', 10],
      ['api.example', 'US', 1000],
    ]);
  });

  it('let stale evidence prove nothing', () => {
    const evidence = [
      { kind: 'cloud-range', places: { entry: 'DE' }, source: 'aws', stale: true },
      { kind: 'geoip', places: { entry: 'DE' }, source: 'dbip' },
    ];
    expect(figuresOf({ w: linesOf([decision('x', { evidence }), outcome('x')]) }).flows.items[0]?.basis.entry).toBe('geoip');
    const none = figuresOf({ w: linesOf([decision('x', { evidence: evidence.slice(0, 1) }), outcome('x')]) });
    expect(none.flows.items[0]?.basis.entry).toBe('none');
  });

  it.each([
    ['DE', 'here'],
    ['duo', 'here'],
    ['DE, AT', 'here'],
    ['eu', 'elsewhere'],
    ['FR', 'elsewhere'],
    ['any', 'elsewhere'],
    ['gone', 'gone'],
    [undefined, 'unidentified'],
  ])('count an agent at home in %s as %s', (home, belongs) => {
    const { totals, notCounted } = figuresOf({ w1: linesOf([decision('x', { home }), outcome('x')]) });
    const counted = {
      here: totals.exchanges,
      elsewhere: notCounted?.elsewhere,
      unidentified: notCounted?.unidentified,
      gone: notCounted?.unknownHomes.items.find((each) => each.home === 'gone')?.exchanges ?? 0,
    };
    expect(counted).toEqual({ here: 0, elsewhere: 0, unidentified: 0, gone: 0, [belongs]: 1 });
  });

  it('take a decision within the period with its outcome behind it, and nothing else', () => {
    const at = (time: string, event: object): Written => ({ time, event });
    const { totals } = figuresOf({
      w1: linesOf([
        at('2026-10-31T23:59:59.999Z', decision('x1')),
        at('2026-11-01T00:00:00.000Z', outcome('x1')),
        at('2026-11-01T00:00:00.000Z', decision('x2')),
        at('2026-11-30T23:59:59.999Z', decision('x3')),
        at('2026-12-01T00:00:00.000Z', outcome('x3')),
        at('2026-12-01T00:00:00.000Z', decision('x4')),
      ]),
    });
    expect(totals).toMatchObject({ exchanges: 2, carried: 1, withoutOutcome: 1 });
  });

  it('name transfers with their clause, denials with host and code, findings by entity', () => {
    const transfer = { rule: 'to-us', basis: 'scc', reference: 'TIA 1' };
    const figures = figuresOf({
      w1: linesOf([
        decision('x1', { place: US, transfer }),
        outcome('x1', { findings: { email: 2, iban: 1 } }),
        decision('x2', { target: 'https://[2001:db8::1]:8443/a', decision: 'deny', code: 'no_rule', place: US }),
        outcome('x2', { dialled: undefined, findings: { email: 1 } }),
        decision('x3', {
          target: 'plain.example:80',
          decision: 'deny',
          code: 'outside_home',
          place: US,
          contradictions: ['entry: a and b'],
        }),
        decision('x4', {
          decision: 'deny',
          code: 'unknown_place',
          place: { entry: 'anycast', processing: 'unknown', storage: 'DE' },
        }),
        decision('x5', { wouldDeny: 'no_rule' }),
      ]),
    });
    expect(figures.transfers.items).toMatchObject([
      { ...transfer, place: US, exchanges: 1, sent: 10, filter: { rule: 'to-us', place: 'US' } },
    ]);
    expect(figures.denials.items.map(({ code, host, exchanges }) => [code, host, exchanges])).toEqual([
      ['no_rule', '[2001:db8::1]', 1],
      ['outside_home', 'plain.example', 1],
      ['unknown_place', 'api.example', 1],
    ]);
    expect(figures.refusals.items.map(({ place, exchanges }) => [place.entry, exchanges])).toEqual([
      ['US', 2],
      ['anycast', 1],
    ]);
    expect(figures.findings.map(({ entity, values, exchanges }) => [entity, values, exchanges])).toEqual([
      ['email', 3, 2],
      ['iban', 1, 1],
    ]);
    expect(figures.contradictions.items).toMatchObject([{ statement: 'entry: a and b', host: 'plain.example', exchanges: 1 }]);
    expect(figures.openPlaces.items).toMatchObject([{ host: 'api.example', exchanges: 1 }]);
    expect(figures.totals).toMatchObject({ denied: 3, wouldDeny: 1 });
  });

  it('join a hold with who decided, in the chain of whichever writer, and with what was let go', () => {
    const held = decision('x1', { decision: 'hold', approval: 'ap1', target: 'https://held.example/' });
    const decided = (action: string, more: object = {}): object => ({
      kind: 'admin',
      actor: 'paul',
      role: 'approver',
      action,
      subject: 'approval:ap1',
      details: { agent: 'bot', rules: ['a'], reason: 'fine' },
      ...more,
    });
    const at = (minute: number, event: object): Written => ({ time: `2026-11-10T00:0${minute}:00.000Z`, event });
    const one = linesOf([at(1, held), at(4, decision('x1', { approval: 'ap1' })), at(5, outcome('x1'))]);
    const other = linesOf(
      [
        at(2, decided('approval.denied')),
        at(2, decided('approval.denied', { failed: 'approval_stale' })),
        at(3, decided('approval.approved')),
      ],
      'w2',
    );
    const { holds, totals } = figuresOf({ w2: other, w1: one });
    expect(holds).toMatchObject({ asked: 1, approved: 1, denied: 0, others: 0 });
    expect(holds.items).toMatchObject([
      {
        approval: 'ap1',
        heldAt: '2026-11-10T00:01:00.000Z',
        host: 'held.example',
        released: 1,
        decisions: [
          { person: 'paul', decision: 'denied', cameAbout: false },
          { person: 'paul', role: 'approver', decision: 'approved', reason: 'fine', cameAbout: true },
        ],
      },
    ]);
    expect(totals).toMatchObject({ exchanges: 1, held: 1, permitted: 1, carried: 1 });
  });

  it('leave out what people decided about agents at home elsewhere', () => {
    const event = {
      kind: 'admin',
      actor: 'p',
      action: 'approval.approved',
      subject: 'approval:a',
      details: { agent: 'other' },
    };
    expect(figuresOf({ w: linesOf([decision('x', { subject: 'other', home: 'FR' }), { event }]) }).holds.items).toEqual([]);
  });

  it('count folded denials of agents whose home is known, and list policies and gaps', () => {
    const folded = (subject: string): object => ({
      kind: 'folded',
      subject,
      client: '::1',
      code: 'no_rule',
      count: 40,
      since: '',
    });
    const {
      folded: counted,
      totals,
      policy,
      gaps,
    } = figuresOf({
      w1: linesOf([
        { event: folded('folder') },
        { event: folded('stranger') },
        decision('x'),
        { event: { kind: 'policy', policy: 'sha256:aa', change: 'loaded', loosened: ['rule a was added'] } },
        { event: { kind: 'gap', reason: 'torn write after a crash', droppedBytes: 7 } },
      ]),
    });
    expect([counted.items, totals.folded]).toEqual([
      [{ subject: 'folder', code: 'no_rule', host: '', exchanges: 40, sent: 0, received: 0 }],
      40,
    ]);
    expect(policy.versions).toMatchObject([{ digest: 'sha256:aa', decisions: 1 }]);
    expect(policy.changes).toMatchObject([{ change: 'loaded', loosened: ['rule a was added'], writer: 'w1' }]);
    expect(gaps.items).toMatchObject([{ reason: 'torn write after a crash', droppedBytes: 7 }]);
  });

  it('say how many records could not be understood', () => {
    const lines = [...linesOf([decision('x')]), 'not JSON', '{"a":1}', ...linesOf([{ event: { kind: 'novel' } }])];
    expect(figuresOf({ w1: lines }).totals).toMatchObject({ records: 4, unreadable: 3 });
  });

  it('lose no count in what is left out', () => {
    const events = Array.from({ length: 12_000 }, (_, i) =>
      decision(`x${i}`, { target: `https://h${i}.example/`, decision: 'deny', code: 'no_rule' }),
    );
    const { denials, totals } = figuresOf({ w1: linesOf(events) });
    const listed = denials.items.reduce((sum, { exchanges }) => sum + exchanges, 0);
    expect([denials.items.length, denials.others.isAtLeast, listed + denials.others.exchanges]).toEqual([200, true, 12_000]);
    expect(totals.denied).toBe(12_000);
  });
});

const PLACES = ['DE', 'AT', 'US', 'unknown', 'aws:eu-central-1'] as const;
const exchange = fc.record({
  home: fc.constantFrom('DE', 'duo', 'US', 'any', undefined),
  subject: fc.constantFrom('bot', 'crawler'),
  effect: fc.constantFrom('permit', 'deny', 'hold'),
  place: fc.constantFrom(...PLACES),
  host: fc.constantFrom('a.example', 'b.example', 'odd"quote.example'),
  approval: fc.constantFrom(undefined, 'ap1', 'ap2'),
  ends: fc.boolean(),
  sent: fc.nat(5000),
  findings: fc.dictionary(fc.constantFrom('email', 'iban'), fc.integer({ min: 1, max: 9 })),
});
const minutes = fc.integer({ min: 0, max: 59 });
const writer = fc.array(fc.tuple(exchange, minutes), { maxLength: 12 });

function eventsOf(name: string, exchanges: readonly (readonly [Exchange, number])[]): Written[] {
  return exchanges.flatMap(([{ home, subject, effect, place, host, approval, ends, sent, findings }, minute], index) => {
    const id = `${name}-${index}`;
    const time = `2026-11-10T00:${String(minute).padStart(2, '0')}:00.000Z`;
    const facts = {
      home,
      subject,
      decision: effect,
      target: `https://${host}/${id}`,
      place: { entry: place, processing: place, storage: place },
    };
    const decided = decision(id, { ...facts, ...(effect === 'deny' ? { code: 'no_rule' } : { approval }) });
    const ended = outcome(id, { bytes: { sent, received: 1 }, findings });
    return [{ time, event: decided }, ...(ends ? [{ time, event: ended }] : [])];
  });
}

type Exchange = typeof exchange extends fc.Arbitrary<infer T> ? T : never;

describe('for all records', () => {
  it('the order of writers makes no difference', () => {
    fc.assert(
      fc.property(fc.array(writer, { minLength: 2, maxLength: 4 }), (writers) => {
        const named = writers.map((each, i) => [`w${i}`, linesOf(eventsOf(`w${i}`, each), `w${i}`)] as const);
        expect(figuresOf(Object.fromEntries(named.toReversed()))).toEqual(figuresOf(Object.fromEntries(named)));
      }),
    );
  });

  it('a line that is put otherwise comes to the same', () => {
    fc.assert(
      fc.property(writer, (exchanges) => {
        const lines = linesOf(eventsOf('w', exchanges));
        const otherwise = lines.map((line) =>
          JSON.stringify(Object.fromEntries(Object.entries(JSON.parse(line) as object).reverse())),
        );
        expect(figuresOf({ w: otherwise })).toEqual(figuresOf({ w: lines }));
      }),
    );
  });

  it('the tables add up to the totals, and have the shape that is documented', () => {
    const isFigures = new Ajv({ strict: false }).compile(Figures);
    fc.assert(
      fc.property(writer, (exchanges) => {
        const figures = figuresOf({ w: linesOf(eventsOf('w', exchanges)) });
        const { totals, flows, destinations, denials, notCounted } = figures;
        const sum = (table: {
          items: readonly { exchanges: number; sent: number }[];
          others: { exchanges: number; sent: number };
        }) => {
          const all = [...table.items, table.others];
          return [all.reduce((n, each) => n + each.exchanges, 0), all.reduce((n, each) => n + each.sent, 0)];
        };
        expect(sum(flows)).toEqual([totals.carried, totals.sent]);
        expect(sum(destinations)).toEqual([totals.carried, totals.sent]);
        expect(sum(denials)[0]).toBe(totals.denied + totals.refusedHolds);
        expect(totals.carried + totals.notCarried + totals.withoutOutcome).toBeLessThanOrEqual(totals.exchanges);
        expect(totals.exchanges + notCounted!.elsewhere + notCounted!.unidentified).toBe(exchanges.length);
        expect([isFigures(figures), isFigures.errors]).toEqual([true, null]);
      }),
    );
  });
});
