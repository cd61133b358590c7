import { describe, expect, it } from 'vitest';
import { covers, grantOffer, grantsOf } from '../../src/approval/grants.ts';
import type { GrantId, GrantScope } from '../../src/core/ids.ts';
import { approval, approved, ASKED_AT, askedRule, grant, OFFER, question } from './support/approvals.ts';

const HOUR = 3_600_000;
const AT = ASKED_AT + 60_000;

function newIds(): () => GrantId {
  let count = 0;
  return () => `g${++count}` as GrantId;
}

describe('grantOffer()', () => {
  it('shows all that is covered before it is given', () => {
    expect(grantOffer(approval(), askedRule({ grant: OFFER }))).toEqual({
      covers: grant().covers,
      scope: 'scope-1',
      max: 8 * HOUR,
    });
  });

  it('is none where the rule allows none, or nobody knows what is in the content', () => {
    expect(grantOffer(approval(), askedRule())).toBeUndefined();
    const { findings: _, ...request } = question().request;
    expect(grantOffer(approval({ request }), askedRule({ grant: OFFER }))).toBeUndefined();
  });
});

describe('grantsOf()', () => {
  it('gives one that ends once, at the time from the last decision', () => {
    const decisions = [approved('petra', { grant: { for: HOUR } })];
    const given = grantsOf(approval(), decisions, AT, newIds());
    expect(given).toEqual([grant({ by: ['petra'], createdAt: AT, endsAt: AT + HOUR })]);
  });

  it('cuts the time to what the rule allows', () => {
    const given = grantsOf(approval(), [approved('petra', { grant: { for: 365 * 24 * HOUR } })], AT, newIds());
    expect(given.map(({ endsAt }) => endsAt)).toEqual([AT + OFFER.max]);
  });

  it('takes the shortest of several, and none where one of them approved this request only', () => {
    const two = approval({ rules: [askedRule({ quorum: 2, grant: OFFER })] });
    const long = approved('petra', { grant: { for: 5 * HOUR } });
    const short = approved('paul', { grant: { for: 2 * HOUR } });
    expect(grantsOf(two, [long, short], AT, newIds())).toMatchObject([{ endsAt: AT + 2 * HOUR, by: ['petra', 'paul'] }]);
    expect(grantsOf(two, [long, approved('paul')], AT, newIds())).toEqual([]);
    expect(grantsOf(two, [], AT, newIds())).toEqual([]);
  });

  it('gives one for each rule by its own people', () => {
    const rules = [
      askedRule({ id: 'a', grant: OFFER }),
      askedRule({ id: 'b', by: ['security'], grant: { ...OFFER, max: HOUR } }),
      askedRule({ id: 'c', by: ['security'] }),
    ];
    const security = approved('sam', { groups: ['security'], grant: { for: 9 * HOUR } });
    const given = grantsOf(approval({ rules }), [approved('petra'), security], AT, newIds());
    expect(given.map(({ covers: { rule }, endsAt }) => [rule, endsAt])).toEqual([['b', AT + HOUR]]);
  });
});

describe('covers()', () => {
  const requesters = { owners: ['anna@acme.example'], minter: 'max@acme.example' };
  const request = { scope: OFFER.scope, entities: new Set(['email']), requesters };

  it('lets pass what is of the same kind, with fewer kinds of entities too', () => {
    expect(covers(grant(), request, AT)).toBe(true);
    expect(covers(grant(), { ...request, entities: new Set() }, AT)).toBe(true);
  });

  it('covers no other scope, no further kind of entity, and nothing that nobody looked into', () => {
    expect(covers(grant(), { ...request, scope: 'scope-2' as GrantScope }, AT)).toBe(false);
    expect(covers(grant(), { ...request, entities: new Set(['email', 'iban']) }, AT)).toBe(false);
    expect(covers(grant(), { ...request, entities: undefined }, AT)).toBe(false);
  });

  it('covers nothing once it is written down as ended', () => {
    expect(covers(grant({ endedAt: AT + 8 * HOUR }), request, AT)).toBe(false);
  });

  it('covers no request of one of those who gave it', () => {
    const minter = 'petra@acme.example';
    expect(covers(grant(), { ...request, requesters: { owners: [], minter } }, AT)).toBe(false);
    expect(covers(grant(), { ...request, requesters: { owners: [minter] } }, AT)).toBe(false);
  });

  it('covers no request of one who vouches for those who gave it', () => {
    const [given] = grantsOf(approval(), [approved('petra', { vouchedBy: ['otto'], grant: { for: HOUR } })], AT, newIds());
    expect(covers(given!, request, AT)).toBe(true);
    expect(covers(given!, { ...request, requesters: { owners: [], minter: 'otto' } }, AT)).toBe(false);
  });

  it('HOOP-5 ends at one instant, overnight too, and does not come back', () => {
    const night = grant({ createdAt: Date.parse('2026-11-22T22:00:00Z'), endsAt: Date.parse('2026-11-23T06:00:00Z') });
    const at = (time: string): boolean => covers(night, request, Date.parse(time));
    expect(['2026-11-22T22:00:00Z', '2026-11-23T00:00:00Z', '2026-11-23T05:59:59.999Z'].map(at)).toEqual([true, true, true]);
    expect(['2026-11-23T06:00:00Z', '2026-11-23T22:30:00Z', '2026-11-22T21:59:59Z'].map(at)).toEqual([false, false, false]);
    expect(covers(night, request, Number.NaN)).toBe(false);
  });

  it('covers nothing once it was revoked', () => {
    expect(covers(grant({ revoked: { at: AT, by: 'otto' } }), request, AT - 1)).toBe(false);
  });
});
