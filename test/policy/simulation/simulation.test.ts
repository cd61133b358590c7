import { describe, expect, it } from 'vitest';
import type { DecisionEvent, Record as RecordOf } from '../../../src/core/exchange/record.ts';
import type { ExchangeId, RuleId } from '../../../src/core/ids.ts';
import type { DecisionRequest } from '../../../src/core/exchange/decision.ts';
import { Simulation, type SimulationOptions } from '../../../src/policy/simulation/simulation.ts';
import type { SimulationResult } from '../../../src/policy/simulation/simulation-result.ts';
import { connect, policy, requestFor, type CaseOf } from '../support/decision-case.ts';
import { decided, recordOf, worldOf } from './recorded.ts';

const PERMITS = `
rules:
  - { id: api, to: { hosts: ["api.example"] }, then: permit }
  - { id: ask, to: { hosts: ["ask.example"] }, then: hold, approval: { by: [privacy] } }
`;
const NOTHING = '\nrules:\n  - { id: never, to: { hosts: ["other.example"] }, then: permit }\n';

let count = 0;

/** What a gateway under the rules `PERMITS` records of a request. */
function recorded(given: CaseOf, more: Partial<DecisionEvent> = {}): [RecordOf, DecisionRequest] {
  const inForce = policy(PERMITS);
  const request = requestFor(inForce, given);
  const event = recordOf(request, decided(inForce, request));
  count += 1;
  const frame = {
    v: 1,
    seq: count,
    time: `2026-11-20T10:00:${String(count % 60).padStart(2, '0')}.000Z`,
    writer: 'w',
    prev: '',
  } as const;
  return [{ ...frame, ...event, exchange: `x${count}` as ExchangeId, ...more }, request];
}

function simulation(
  candidate: string,
  [, request]: [RecordOf, DecisionRequest],
  more: Partial<SimulationOptions> = {},
): Simulation {
  return new Simulation({ policy: policy(candidate), world: worldOf(request), refusedAfter: () => undefined, ...more });
}

function resultOf(
  candidate: string,
  records: readonly [RecordOf, DecisionRequest][],
  more: Partial<SimulationOptions> = {},
): SimulationResult {
  const simulated = simulation(candidate, records[0]!, more);
  for (const [record] of records) simulated.take(record);
  return simulated.result();
}

const API: CaseOf = { url: 'https://api.example/v1' };
const ASK: CaseOf = { url: 'https://ask.example/v1' };

describe('Simulation', () => {
  it('counts what is the same once for each exchange, and shows one of them', () => {
    const records = [recorded(API), recorded(API), recorded({ ...API, method: 'POST' })];
    const { decided: asked, changed, changes, groups } = resultOf(NOTHING, records);
    expect([asked, changed, changes]).toEqual([3, 3, [{ change: 'permit->deny', count: 3 }]]);
    expect(groups).toEqual([
      {
        change: 'permit->deny',
        subject: 'bot',
        destination: 'api.example:443',
        before: { effect: 'permit', rules: ['api'], obligations: [] },
        after: { effect: 'deny', code: 'no_rule', rules: [], obligations: [] },
        count: 3,
        exchange: (records[0]![0] as DecisionEvent).exchange,
        first: records[0]![0].time,
        last: records[2]![0].time,
      },
    ]);
  });

  it('counts what was held once, though it was recorded again when it was let go', () => {
    const [held, request] = recorded(ASK);
    const released = { ...held, decision: 'permit', reason: 'Approved' } as RecordOf;
    const { decided: asked, changes } = resultOf(PERMITS.replace('hold', 'deny').replace(', approval: { by: [privacy] }', ''), [
      [held, request],
      [released, request],
    ]);
    expect([asked, changes]).toEqual([1, [{ change: 'hold->deny', count: 1 }]]);
    // What grants let go has a record of its release alone, and was held all the same.
    expect(resultOf(PERMITS, [[released, request]])).toMatchObject({ decided: 1, changed: 0 });
  });

  it('keeps apart what cannot be asked again', () => {
    const more = (part: Partial<DecisionEvent>): [RecordOf, DecisionRequest] => recorded(API, part);
    const folded = { ...more({})[0], kind: 'folded', count: 40, code: 'no_rule', since: '' } as unknown as RecordOf;
    const result = resultOf(PERMITS, [
      more({ client: 'self', subject: 'cordon' as never }),
      more({ policy: undefined, code: 'dns_failed', decision: 'deny' }),
      more({ subject: undefined }),
      more({ decision: 'deny', code: 'limit_exceeded' }),
      more({ evidence: ['...[+3 items]' as never] }),
      more({ target: 'https://api.example/v1...[+9000 characters]' }),
      [folded, requestFor(policy(PERMITS), API)],
      [{ ...folded, subject: undefined } as unknown as RecordOf, requestFor(policy(PERMITS), API)],
    ]);
    expect(result).toMatchObject({ own: 1, unasked: 42, same: 1, changed: 0 });
    expect(result.untold).toEqual([
      { because: 'folded', count: 40 },
      { because: 'ended otherwise', count: 1 },
      { because: 'record', count: 1 },
    ]);
  });

  it('denies an agent that the candidate does not declare', () => {
    const candidate = `\nagents:\n  - { id: another, home: eu, identify: [{ token: true }] }${PERMITS}`;
    const { groups } = resultOf(candidate, [recorded(API)]);
    expect(groups[0]?.after).toEqual({ effect: 'deny', code: 'unidentified', rules: [], obligations: [] });
  });

  it('does not look into a tunnel that nobody has looked into', () => {
    const tunnel = recorded(
      { url: 'https://api.example', action: connect() },
      { decision: 'permit', code: undefined, rules: ['opaque' as RuleId] },
    );
    expect(resultOf(PERMITS, [tunnel]).untold).toEqual([{ because: 'inside the tunnel', count: 1 }]);
    // What was looked into shows in the requests inside.
    const inspected = recorded(
      { url: 'https://api.example', action: connect() },
      { decision: 'permit', code: undefined, rules: [] },
    );
    expect(resultOf(PERMITS, [inspected])).toMatchObject({ same: 1, untold: [] });
    expect(resultOf(NOTHING, [inspected]).changes).toEqual([{ change: 'permit->deny', count: 1 }]);
  });

  it('says so where the tables that the evidence came from have changed', () => {
    const [record, request] = recorded({ ...API, addresses: ['20.0.0.1+ geoip:DE'] });
    const known = worldOf(request);
    const changed = {
      ...known,
      tables: {
        ...known.tables,
        collectAddress: (...given: Parameters<typeof known.tables.collectAddress>) => ({
          ...known.tables.collectAddress(...given),
          evidence: [],
          geoipProvesInside: false,
        }),
      },
    };
    expect(resultOf(PERMITS, [[record, request]])).toMatchObject({ same: 1 });
    const { untold } = resultOf(PERMITS, [[record, request]], { world: changed });
    expect(untold).toEqual([{ because: 'evidence', count: 1 }]);
    const elsewhere = {
      ...(record as DecisionEvent & RecordOf),
      evidence: [{ kind: 'geoip', places: { entry: 'atlantis' }, source: 'x', address: '20.0.0.1' }],
    };
    expect(resultOf(PERMITS, [[elsewhere, request]]).untold).toEqual([{ because: 'evidence', count: 1 }]);
  });

  it('refuses what the gateway cannot do, whatever the candidate says', () => {
    const { groups } = resultOf(PERMITS, [recorded(API)], { refusedAfter: () => 'obligation_unsupported' });
    expect(groups[0]?.after.code).toBe('obligation_unsupported');
  });

  it('tells apart as many groups as it may, and counts the others', () => {
    const records = ['a', 'b', 'c', 'c'].map((host) => recorded({ url: `https://${host}.example/` }));
    const anything = '\nrules:\n  - { id: all, to: { hosts: ["*"] }, then: permit }\n';
    const result = resultOf(anything, records, { groups: 2 });
    expect([result.untold, result.changed]).toEqual([[{ because: 'addresses', count: 4 }], 0]);
    const permitted = ['api', 'api'].map((name, index) =>
      recorded({ url: `https://${name}.example/`, agent: index === 0 ? 'bot' : 'free' }),
    );
    const { groups, ungrouped, changed } = resultOf(NOTHING, permitted, { groups: 1 });
    expect([groups.length, ungrouped, changed]).toEqual([1, 1, 2]);
  });

  it('comes to the same however few answers it remembers', () => {
    const records = Array.from({ length: 40 }, (_, index) =>
      recorded({ url: `https://api.example/${index % 7}`, method: index % 2 === 0 ? 'GET' : 'POST' }),
    );
    const { groups, ...rest } = resultOf(NOTHING, records, { remembered: 1 });
    expect({ groups, ...rest }).toEqual(resultOf(NOTHING, records));
    expect(groups[0]?.count).toBe(40);
  });

  it('tells paths apart by the patterns of the candidate', () => {
    const records = ['/v1/a', '/v1/b', '/v2/a', '/v1/c'].map((path) => recorded({ url: `https://api.example${path}` }));
    const narrower = '\nrules:\n  - { id: api, to: { hosts: ["api.example"] }, paths: ["/v1/**"], then: permit }\n';
    const { same, groups } = resultOf(narrower, records);
    expect([same, groups.map(({ count, after }) => [count, after.code])]).toEqual([3, [[1, 'no_rule']]]);
  });
});
