import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { checkKeys, type TrustedCa } from '../../../src/app/fleet/check-keys.ts';
import { installationKeys } from '../../../src/app/fleet/installation-keys.ts';
import type { Settings } from '../../../src/config/settings-schema.ts';
import { loadSettings } from '../../../src/config/load-settings.ts';
import { createSharedKeyStore, type SharedKeyStore } from '../../../src/store/fleet/shared-key-store.ts';
import { ManualClock, MACHINE_RANDOM } from '../../support/clock.ts';
import { describeOnEveryEngine } from '../../store/engines.ts';

const CLOCK = new ManualClock('2026-11-22T10:00:00Z');
const OLD: TrustedCa = { chain: ['OLD'], published: ['OLD'], certificateFile: 'old.pem' };
const BOTH: TrustedCa = { chain: ['OLD'], published: ['OLD', 'NEW'], certificateFile: 'both.pem' };
const BOTH_NEW: TrustedCa = { chain: ['NEW'], published: ['OLD', 'NEW'], certificateFile: 'both.pem' };
const NEW: TrustedCa = { chain: ['NEW'], published: ['NEW'], certificateFile: 'new.pem' };

function settingsIn(more: Readonly<Record<string, string>> = {}): Settings {
  const directory = mkdtempSync(join(tmpdir(), 'cordon-keys-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const loaded = loadSettings({ env: {}, flags: { 'data.directory': directory, ...more }, cwd: directory });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.failure));
  return loaded.value.settings;
}

function check(store: SharedKeyStore, settings: Settings, ca = OLD): ReturnType<typeof checkKeys> {
  const keys = installationKeys(settings.data, MACHINE_RANDOM);
  return checkKeys(settings, { store, keys, clock: CLOCK, random: MACHINE_RANDOM, ca });
}

const refused = (...said: readonly string[]) => ({
  ok: false,
  failure: expect.stringMatching(new RegExp(said.join('.*'))) as string,
});

describeOnEveryEngine('checkKeys()', (engine) => {
  it('takes the keys of the first replica, and refuses others by both names', async () => {
    const store = createSharedKeyStore((await engine.open()).db);
    const first = settingsIn();
    expect(await check(store, first)).toEqual({ ok: true, value: undefined });
    expect(await check(store, first)).toEqual({ ok: true, value: undefined });
    const other = settingsIn();
    expect(await check(store, other)).toEqual(
      refused(
        'The key "approvals" is [0-9a-f]{16} here \\(',
        'approvals\\.key\\)',
        '[0-9a-f]{16} in the database \\(of ',
        '2026-11-22T10:00:00',
      ),
    );
    await store.forget();
    expect(await check(store, other)).toMatchObject({ ok: true });
    expect(await check(store, first)).toMatchObject({ ok: false });
  });

  it('follows a key of the record that takes the place of another, never the other way', async () => {
    const store = createSharedKeyStore((await engine.open()).db);
    const settings = settingsIn();
    expect(await check(store, settings)).toMatchObject({ ok: true });
    const key = Buffer.from(MACHINE_RANDOM.bytes(32)).toString('base64');
    const changed = { ...settings, recordings: { ...settings.recordings, key } };
    expect(await check(store, changed)).toEqual(refused('The key "records" is ', 'recordings\\.key'));
    const former = [join(settings.data.directory, 'keys', 'records.key')];
    const following = { ...changed, recordings: { ...changed.recordings, 'former-keys': former } };
    expect(await check(store, following)).toMatchObject({ ok: true });
    expect(await check(store, settings)).toEqual(refused('The key "records"'));
  });

  it('lets one CA follow another where agents of both sides trust both', async () => {
    const store = createSharedKeyStore((await engine.open()).db);
    const settings = settingsIn();
    expect(await check(store, settings, OLD)).toMatchObject({ ok: true });
    expect(await check(store, settings, NEW)).toEqual(
      refused('interception CA is NEW here \\(new.pem\\)', 'OLD for the database'),
    );
    expect(await check(store, settings, BOTH_NEW)).toMatchObject({ ok: false });
    expect(await check(store, settings, BOTH)).toMatchObject({ ok: true });
    // Agents of the one that starts would meet leaves of the old one, and trust the new one alone.
    expect(await check(store, settings, NEW)).toMatchObject({ ok: false });
    for (const step of [BOTH_NEW, BOTH, BOTH_NEW, NEW]) expect(await check(store, settings, step)).toMatchObject({ ok: true });
    expect(await check(store, settings, OLD)).toMatchObject({ ok: false });
  });

  it('says which file of a key set cannot be used', async () => {
    const store = createSharedKeyStore((await engine.open()).db);
    const file = join(tmpdir(), 'cordon-no-such-key-set');
    expect(await check(store, settingsIn({ 'data.keys-file': file }))).toEqual(refused('data.keys-file: ', 'ENOENT'));
    expect(await check(store, settingsIn({ 'data.keys': 'cordon-keys,1' }))).toEqual(
      refused('data.keys: Found no key for "approvals"'),
    );
  });
});
