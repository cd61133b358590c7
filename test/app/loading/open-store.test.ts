import { describe, expect, it } from 'vitest';
import { openStore } from '../../../src/app/loading/open-store.ts';
import { loadSettings } from '../../../src/config/load-settings.ts';
import type { Settings } from '../../../src/config/settings-schema.ts';
import { ok } from '../../../src/core/result.ts';
import { tables } from '../../destination/support/tables.ts';
import { MACHINE_CLOCK } from '../../support/clock.ts';

const GEO = await tables();
const ELSEWHERE = 'postgres://cordon:hunter2@db.example/state';
/** It gets as far as connecting: nobody listens there. */
const HERE = 'postgres://cordon:hunter2@/state?host=/nowhere';

function settings(flags: Readonly<Record<string, string>>): Settings {
  const loaded = loadSettings({ env: {}, flags, cwd: import.meta.dirname });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.failure));
  return loaded.value.settings;
}

describe('openStore() of a PostgreSQL database', () => {
  it.each([
    ['no place of the node', ELSEWHERE, {}, 'node.place: Found none, expected where this machine stands'],
    [
      'no place of the store',
      ELSEWHERE,
      { 'node.place': 'DE' },
      'store.place: Found none, expected where the PostgreSQL database',
    ],
    [
      'a store across the border',
      ELSEWHERE,
      { 'node.place': 'DE', 'store.place': 'US' },
      'store.place: Found US, expected a place inside DE',
    ],
    [
      'a store that may be across it',
      ELSEWHERE,
      { 'node.place': 'DE', 'store.place': 'eu' },
      'store.place: Found eu, expected',
    ],
    [
      'a place that is none',
      ELSEWHERE,
      { 'node.place': 'DE', 'store.place': 'atlantis' },
      'store.place: Found "atlantis", expected a country',
    ],
    ['no place of a store on a machine that has one', HERE, { 'node.place': 'DE' }, 'store.place: Found none'],
    ['another place than the machine it is on', HERE, { 'node.place': 'DE', 'store.place': 'FR' }, 'store.place: Found FR'],
    ['a URL that is none', 'postgres://cordon:hunter2@[::1', {}, 'store.url: Found a URL that cannot be read'],
  ])('is refused before anything is dialled: %s', async (_what, url, places, expected) => {
    const opened = await openStore(settings({ 'store.url': url, ...places }), parts());
    expect(opened.ok ? '' : opened.failure).toContain(expected);
    expect(JSON.stringify(opened)).not.toContain('hunter2');
  });

  it.each([
    ['on this machine, with nothing stated', {}],
    ['inside the country of the node', { 'node.place': 'DE', 'store.place': 'aws:eu-central-1' }],
    ['inside the set of the node', { 'node.place': 'eu', 'store.place': 'DE' }],
  ])('is dialled: %s', async (_what, places) => {
    const opened = await openStore(settings({ 'store.url': HERE, ...places }), parts());
    expect(opened.ok ? '' : opened.failure).toMatch(/^PostgreSQL database "state" at \/nowhere:5432: .*ENOENT/);
  });
});

function parts(): Parameters<typeof openStore>[1] {
  return { clock: MACHINE_CLOCK, tables: () => Promise.resolve(ok(GEO)) };
}
