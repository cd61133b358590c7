import { describe, expect, it } from 'vitest';
import { altered, decideOn, named, NOW, policy, verdict } from './support/decision-case.ts';

const API = 'https://api.example.com/';
const DAY = 86_400_000;
const PLAIN = policy('rules: [{ id: open, to: { hosts: ["api.example.com"] }, then: permit }]');
const at = (...addresses: string[]) => ({ url: API, addresses });

function transferring(transfer: string, more = ''): ReturnType<typeof policy> {
  return policy(`${more}\nrules: [{ id: open, to: { hosts: ["api.example.com"] }, then: permit, transfer: { ${transfer} } }]`);
}

describe('decide() residency floor', () => {
  it('lets no plain permit cross a border', () => {
    expect(verdict(PLAIN, at('20.0.0.1 range:DE'))).toBe('permit');
    expect(verdict(PLAIN, at('20.0.0.1 range:US'))).toBe('outside_home');
    expect(verdict(PLAIN, { ...at('20.0.0.1 range:US'), agent: 'free' })).toBe('permit');
  });

  it('counts an unknown place and anycast as outside (POL-03, POL-04)', () => {
    expect(verdict(PLAIN, at('20.0.0.1'))).toBe('unknown_place');
    expect(verdict(PLAIN, at('1.1.1.1 anycast:anycast geoip:DE'))).toBe('outside_home');
    expect(verdict(PLAIN, at('20.0.0.1 range:global'))).toBe('outside_home');
  });

  it('lets GeoIP alone prove outside, never inside', () => {
    expect(verdict(PLAIN, at('20.0.0.1 geoip:US'))).toBe('outside_home');
    expect(verdict(PLAIN, at('20.0.0.1 geoip:DE'))).toBe('unknown_place');
    expect(verdict(PLAIN, at('20.0.0.1+ geoip:DE'))).toBe('permit');
    // Databases that disagree prove neither.
    expect(verdict(PLAIN, at('20.0.0.1 geoip:US geoip:DE'))).toBe('unknown_place');
  });

  it('asks for entry, processing and storage (POL-07)', () => {
    const by = (places: Parameters<typeof named>[0], more = {}) => verdict(PLAIN, { url: API, name: named(places, more) });
    expect(by({ entry: 'DE' })).toBe('permit');
    expect(by({ entry: 'DE', processing: 'global' })).toBe('outside_home');
    expect(by({ entry: 'DE', storage: 'US' })).toBe('outside_home');
    expect(by({ entry: 'DE', processing: 'unknown' })).toBe('unknown_place');
    expect(by({ entry: 'DE' }, { processesElsewhere: true })).toBe('unknown_place');
    expect(by({ entry: 'eu', processing: 'eu', storage: 'eu' }, { processesElsewhere: true })).toBe('permit');
    expect(by({ entry: 'DE', processing: 'eu' }, { dependsOn: { path: true, content: [] } })).toBe('unknown_place');
  });

  it('says that a stale table would have decided, and proves nothing with what stands behind it', () => {
    expect(verdict(PLAIN, at('20.0.0.1 range:DE!'))).toBe('tables_stale');
    expect(verdict(PLAIN, at('20.0.0.1+ range:US! geoip:DE'))).toBe('tables_stale');
    expect(verdict(PLAIN, { url: API, name: named({ processing: 'global' }, { stale: true }) })).toBe('tables_stale');
    // Behind what decides, age does not matter.
    expect(verdict(PLAIN, at('20.0.0.1 range:DE geoip:US!'))).toBe('permit');
  });

  it('denies a place that is contradicted, whatever a transfer says', () => {
    const contradicted = { url: 'http://api.example.com/', name: named({ entry: 'DE' }), addresses: ['20.0.0.1 range:US'] };
    const set = policy(
      'rules: [{ id: open, to: { hosts: ["api.example.com"], ports: [80] }, then: permit, transfer: { to: [US, DE], basis: scc } }]',
    );
    expect(verdict(set, contradicted)).toBe('place_contradiction');
    expect(verdict(set, { ...contradicted, agent: 'free' })).toBe('permit');
  });
});

describe('decide() transfers', () => {
  it('carries the exchange where `to` covers every possible place', () => {
    const set = transferring('to: [US], basis: scc, reference: TIA-1');
    expect(decideOn(set, at('20.0.0.1 range:US')).transfer).toEqual({ rule: 'open', basis: 'scc', reference: 'TIA-1' });
    expect(decideOn(set, at('20.0.0.1 range:DE')).transfer).toBeUndefined();
    expect(decideOn(set, at('20.0.0.1 range:DE'))).toMatchObject({ effect: 'permit' });
    expect(verdict(set, at('20.0.0.1 range:US', '20.0.0.2 range:JP'))).toBe('outside_home');
    expect(verdict(set, { ...at('20.0.0.1 range:US'), name: named({ processing: 'global' }) })).toBe('outside_home');
  });

  it('covers open places only by name', () => {
    const open = transferring('to: [US, global, anycast], basis: contract');
    expect(verdict(open, at('20.0.0.1 anycast:anycast'))).toBe('permit');
    expect(verdict(open, at('20.0.0.1 range:global'))).toBe('permit');
    expect(verdict(open, at('20.0.0.1'))).toBe('unknown_place');
    expect(verdict(transferring('to: [unknown], basis: contract'), at('20.0.0.1'))).toBe('permit');
  });

  it('takes GeoIP alone for a place of `to` only where `unknown` is named too', () => {
    expect(verdict(transferring('to: [US], basis: scc'), at('20.0.0.1 geoip:US'))).toBe('outside_home');
    expect(verdict(transferring('to: [US, unknown], basis: scc'), at('20.0.0.1 geoip:US'))).toBe('permit');
    expect(verdict(transferring('to: [US, unknown], basis: scc'), at('20.0.0.1 geoip:RU'))).toBe('outside_home');
  });

  it('ends at `until`', () => {
    const set = transferring('to: [US], basis: scc, until: 2027-01-01');
    const until = Date.UTC(2027, 0, 1);
    expect(verdict(set, { ...at('20.0.0.1 range:US'), now: until - 1 })).toBe('permit');
    expect(verdict(set, { ...at('20.0.0.1 range:US'), now: until })).toBe('outside_home');
  });

  it('wants the framework of the destination for dpf', () => {
    const set = policy(`
destinations: [{ id: api, hosts: ["api.example.com"], frameworks: [dpf] }]
rules: [{ id: open, to: [api], then: permit, transfer: { to: [US], basis: dpf } }]`);
    expect(verdict(set, at('20.0.0.1 range:US'))).toBe('permit');
    expect(verdict(altered(set, {}, { frameworks: new Set() }), at('20.0.0.1 range:US'))).toBe('outside_home');
  });

  it('carries public data only in a GET or HEAD that is known to have no content', () => {
    const set = altered(
      policy(
        `rules: [{ id: open, to: { hosts: ["api.example.com"] }, methods: [GET, HEAD], then: permit, transfer: { to: [US], basis: public-data } }]`,
      ),
      { methods: new Set(['GET', 'HEAD', 'POST']) },
    );
    const us = at('20.0.0.1 range:US');
    expect(verdict(set, us)).toBe('permit');
    expect(verdict(set, { ...us, method: 'HEAD' })).toBe('permit');
    expect(verdict(set, { ...us, method: 'POST' })).toBe('outside_home');
    expect(verdict(set, { ...us, action: { mediaType: 'text/plain' } })).toBe('outside_home');
    expect(verdict(set, { ...us, action: { mediaType: undefined } as never })).toBe('outside_home');
  });

  it('is carried by a rule that certainly matches, by a hold as well as by a permit', () => {
    const set = (more: string) =>
      policy(`rules:
      - { id: open, to: { hosts: ["api.example.com"] }, then: permit }
      - { id: carry, to: { hosts: ["api.example.com"] }, then: hold, approval: { by: [p] }, transfer: { to: [US], basis: scc }${more} }`);
    expect(verdict(set(''), at('20.0.0.1 range:US'))).toBe('hold');
    expect(verdict(set(', paths: ["/v2/**"]'), at('20.0.0.1 range:US'))).toBe('outside_home');
    const content = { ...at('20.0.0.1 range:US'), method: 'POST', action: { mediaType: 'text/plain' } };
    expect(verdict(set(', content: { entities: [pii] }'), content)).toBe('outside_home');
  });

  it('names the carrier with the lowest id', () => {
    const rule = (id: string) =>
      `{ id: ${id}, to: { hosts: ["api.example.com"] }, then: permit, transfer: { to: [US], basis: scc } }`;
    expect(decideOn(policy(`rules: [${rule('b')}, ${rule('a')}, ${rule('c')}]`), at('20.0.0.1 range:US')).transfer?.rule).toBe(
      'a',
    );
  });

  it('lets an attestation end its service at its date', () => {
    const set = policy(`
destinations:
  - id: api
    hosts: ["api.example.com"]
    attest: { place: eu, covers: [entry, processing, storage], basis: addendum, until: 2026-12-01 }
rules: [{ id: open, to: [api], then: permit }]`);
    const us = { url: API, addresses: ['20.0.0.1 geoip:US'] };
    expect(verdict(set, { ...us, now: NOW })).toBe('permit');
    expect(verdict(set, { ...us, now: NOW + 30 * DAY })).toBe('outside_home');
  });
});

describe('decide() on a name whose addresses different destinations declare', () => {
  const SITES = (second: string) =>
    policy(`
destinations:
  - { id: site-a, hosts: ["db.corp.example"], addresses: ["10.40.0.0/16"], internal: { place: DE } }
  - { id: site-b, hosts: ["db.corp.example"], addresses: ["10.50.0.0/16"], ${second} }
  - { id: sites, addresses: ["10.60.0.0/16"], internal: { place: DE } }
rules: [{ id: open, to: any, then: permit }]`);
  const on = (...addresses: string[]) => ({ url: 'https://db.corp.example/', addresses });
  const both = on('10.40.0.1', '10.50.0.1');

  it('judges the union of their places', () => {
    expect(verdict(SITES('internal: { place: US }'), both)).toBe('outside_home');
    const inside = decideOn(SITES('internal: { place: FR }'), both);
    expect(inside).toMatchObject({ effect: 'permit', dial: ['10.40.0.1', '10.50.0.1'] });
    expect(inside.judgement.places.storage.label).toBe('DE or FR');
    expect(inside.judgement.evidence.map(({ match, address }) => [match, address])).toEqual([
      ['site-a', '10.40.0.1'],
      ['site-b', '10.50.0.1'],
    ]);
  });

  it('asks a transfer to cover every one of them', () => {
    const sites = (to: string) =>
      policy(`
destinations:
  - { id: site-a, hosts: ["db.corp.example"], addresses: ["10.40.0.0/16"], internal: { place: US } }
  - { id: site-b, hosts: ["db.corp.example"], addresses: ["10.50.0.0/16"], internal: { place: CA } }
rules: [{ id: open, to: { hosts: ["db.corp.example"] }, then: permit, transfer: { to: [${to}], basis: scc } }]`);
    expect(verdict(sites('US'), both)).toBe('outside_home');
    expect(verdict(sites('US, CA'), both)).toBe('permit');
  });

  it('proves nothing about an address that none declares, nor by addresses alone for a name', () => {
    const set = SITES('attest: { place: FR, covers: [entry, processing, storage], basis: "site list", until: 2999-01-01 }');
    expect(verdict(set, on('10.40.0.1', '20.0.0.1'))).toBe('unknown_place');
    expect(verdict(set, on('10.40.0.1', '20.0.0.1 range:US'))).toBe('outside_home');
    expect(verdict(set, on('10.40.0.1', '10.60.0.1'))).toBe('private_address');
  });

  it('counts an attestation for its addresses until it ends', () => {
    const until = policy(`
destinations:
  - { id: site-a, hosts: ["db.example"], addresses: ["20.1.0.0/16"], attest: { place: DE, covers: [entry, processing, storage], basis: a, until: 2999-01-01 } }
  - { id: site-b, hosts: ["db.example"], addresses: ["20.2.0.0/16"], attest: { place: FR, covers: [entry, processing, storage], basis: b, until: 2999-06-01 } }
rules: [{ id: open, to: { hosts: ["db.example"] }, then: permit }]`);
    const given = { url: 'https://db.example/', addresses: ['20.1.0.1', '20.2.0.1'] };
    expect(verdict(until, given)).toBe('permit');
    expect(verdict(until, { ...given, now: Date.UTC(2999, 0, 1) })).toBe('unknown_place');
  });
});
