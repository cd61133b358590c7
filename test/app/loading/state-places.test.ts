import { describe, expect, it } from 'vitest';
import { identifyAtHome, reidentifyAtHome, statePlaces } from '../../../src/app/loading/state-places.ts';
import { loadSettings } from '../../../src/config/load-settings.ts';
import type { Failure } from '../../../src/core/codes.ts';
import type { Subject } from '../../../src/core/exchange/exchange.ts';
import type { AgentId, SessionId } from '../../../src/core/ids.ts';
import { parseCountryCode } from '../../../src/core/place/country.ts';
import { CountrySet } from '../../../src/core/place/country-set.ts';
import { fail, ok, type Result } from '../../../src/core/result.ts';
import { address, tables } from '../../destination/support/tables.ts';

const { world } = await tables();
const CHAIN = {};
const INPUT = { clientAddress: address('127.0.0.1') };

function places(flags: Readonly<Record<string, string>>): ReturnType<typeof statePlaces> {
  const loaded = loadSettings({ env: {}, flags, cwd: import.meta.dirname });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.failure));
  return statePlaces(loaded.value.settings, world);
}

function subject(home: 'any' | 'DE' | 'CH'): Subject {
  const any = home === 'any';
  const countries = any ? CountrySet.ALL : CountrySet.of([parseCountryCode(home)!]);
  const attributes = { agent: 'bot' as AgentId, home: { any, countries, label: home }, mode: 'enforce' as const };
  return { attributes, session: 's-1' as SessionId, by: 'cidr' };
}

/** Whether a subject is served with state at these places, by both ways in which it can be identified. */
async function answers(found: Result<Subject, Failure>, flags: Readonly<Record<string, string>>): Promise<string[]> {
  const stated = places(flags);
  if (!stated.ok) throw new Error(stated.failure);
  const kept = { places: stated.value, records: { chainOf: () => ok(CHAIN) } };
  const results = [
    await identifyAtHome(() => found, kept)(INPUT),
    await identifyAtHome(() => Promise.resolve(found), kept)(INPUT),
    await reidentifyAtHome(() => Promise.resolve(found), kept)(subject('DE'), INPUT.clientAddress),
  ];
  return [...new Set(results.map((result) => (result.ok ? 'served' : `${result.failure.code}: ${result.failure.detail}`)))];
}

describe('subjects whose state lies outside their home', () => {
  it.each([
    ['DE', { 'node.place': 'DE' }],
    ['DE', { 'node.place': 'aws:eu-central-1' }],
    ['any', { 'node.place': 'US' }],
    ['CH', {}],
  ] as const)('at home in %s with %j: served', async (home, flags) => {
    expect(await answers(ok(subject(home)), flags)).toEqual(['served']);
  });

  it.each([
    ['CH', { 'node.place': 'DE' }, 'data.place is DE'],
    ['DE', { 'node.place': 'eu' }, 'data.place is eu'],
    ['DE', { 'node.place': 'DE', 'store.url': 'postgres://db/x', 'store.place': 'FR' }, 'store.place is FR'],
    ['DE', { 'node.place': 'DE', 'recordings.place': 'US' }, 'recordings.place is US'],
    ['DE', { 'node.place': 'DE', sinks: '[{ type: http, place: DE }, { type: http, place: FR }]' }, 'sinks[1].place is FR'],
  ] as const)('at home in %s with %j: refused', async (home, flags, expected) => {
    expect(await answers(ok(subject(home)), flags)).toEqual([
      `store_unavailable: ${expected}, outside the home of "bot", ${home}: nothing of it may be kept there`,
    ]);
  });

  it('are told first that nobody knows them', async () => {
    const unknown = fail({ code: 'unidentified', detail: 'Nobody' } as const);
    expect(await answers(unknown, { 'node.place': 'US' })).toEqual(['unidentified: Nobody']);
  });

  it('cannot be told from a place that is none', () => {
    expect(places({ 'node.place': 'atlantis' })).toMatchObject({
      failure: expect.stringContaining('data.place: Found "atlantis", expected a country') as string,
    });
  });

  it('are refused where no store may have their records', async () => {
    const kept = { places: [], records: { chainOf: () => fail('No store is for all of CH') } };
    const refused = fail({
      code: 'store_unavailable',
      detail: 'No store is for all of CH: nothing of "bot" may be kept there',
    } as const);
    expect(await identifyAtHome(() => ok(subject('CH')), kept)(INPUT)).toEqual(refused);
    const known = await reidentifyAtHome(() => Promise.resolve(ok(subject('CH'))), kept)(subject('CH'), INPUT.clientAddress);
    expect(known).toEqual(refused);
  });

  it('do not go on where their records came to lie elsewhere', async () => {
    const chains = new Map([
      ['DE', {}],
      ['CH', {}],
    ]);
    const kept = { places: [], records: { chainOf: ({ label }: { label: string }) => ok(chains.get(label)!) } };
    const again = (now: 'DE' | 'CH') =>
      reidentifyAtHome(() => Promise.resolve(ok(subject(now))), kept)(subject('DE'), INPUT.clientAddress);
    expect(await again('DE')).toMatchObject({ ok: true });
    expect(await again('CH')).toEqual(
      fail({
        code: 'store_unavailable',
        detail: 'The home of "bot" is CH now, whose records lie elsewhere than those of DE: connect again',
      }),
    );
  });
});
