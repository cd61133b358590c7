import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadSettings } from '../../src/config/load-settings.ts';
import { directoryWith } from './temporary-directory.ts';

function load(text: string, env: Readonly<Record<string, string>> = {}): ReturnType<typeof loadSettings> {
  return loadSettings({ cwd: directoryWith({ 'cordon.yaml': text }), env, flags: {} });
}

function issuesOf(text: string): string[] {
  const loaded = load(text);
  return loaded.ok ? [] : loaded.failure.map(({ where, path, message }) => `${where} ${path}: ${message}`);
}

const EU = '{ for: eu, directory: a, place: DE, default: true }';

describe('recordings as a list of stores', () => {
  it('are what `stores` of a map are, and each is told where it is written', () => {
    const cwd = directoryWith({ 'cordon.yaml': `recordings:\n  - ${EU}\n  - { for: [US, CA], directory: b, place: US }\n` });
    const loaded = loadSettings({ cwd, env: { CORDON_RECORDINGS_DURABILITY: 'strict' }, flags: {} });
    if (!loaded.ok) throw new Error(JSON.stringify(loaded.failure));
    const { stores, durability, place } = loaded.value.settings.recordings;
    expect(stores.map((store) => [store.for, store.directory, store.place, store.default])).toEqual([
      [['eu'], join(cwd, 'a'), 'DE', true],
      [['US', 'CA'], join(cwd, 'b'), 'US', false],
    ]);
    expect(stores[1]!.written).toEqual({ for: 'cordon.yaml:3:12', directory: 'cordon.yaml:3:33', place: 'cordon.yaml:3:43' });
    expect([durability, place]).toEqual(['strict', undefined]);
    const same = load(`recordings: { durability: strict, stores: [${EU}] }`);
    expect(same.ok && same.value.settings.recordings.stores).toMatchObject([{ for: ['eu'], place: 'DE' }]);
  });

  it('leave the one place for all as it was', () => {
    const loaded = load('node: { place: DE }\nrecordings: { place: FR }');
    expect(loaded.ok && loaded.value.settings.recordings).toMatchObject({ place: 'FR', stores: [] });
  });

  it.each([
    [
      'no default',
      'recordings: [{ for: eu, directory: a, place: DE }]',
      ['1:13 recordings.stores: Found no default store, expected one with `default: true`'],
    ],
    [
      'two defaults',
      `recordings: [${EU}, { for: US, directory: b, place: US, default: true }]`,
      ['recordings.stores.1.default: Found a second default store'],
    ],
    ['no home', 'recordings: [{ directory: a, place: DE, default: true }]', ['1:14 recordings.stores.0.for: Found nothing']],
    ['an empty list of homes', 'recordings: [{ for: [], directory: a, place: DE, default: true }]', ['Found an empty list']],
    ['no place', 'recordings: [{ for: eu, directory: a, default: true }]', ['recordings.stores.0.place: Found nothing']],
    ['no directory', 'recordings: [{ for: eu, place: DE, default: true }]', ['recordings.stores.0.directory: Found nothing']],
    [
      'one directory twice, spelt differently',
      `recordings: [${EU}, { for: US, directory: ./x/../a/, place: US }]`,
      ['the directory of recordings[0], expected a directory of its own'],
    ],
    [
      'a directory in another',
      `recordings: [${EU}, { for: US, directory: a/b, place: US }]`,
      ['which lies inside that of recordings[0]'],
    ],
    [
      'a directory around another',
      `recordings: [${EU}, { for: US, directory: ., place: US }]`,
      ['which holds that of recordings[0]'],
    ],
    [
      'what only each store can say',
      `recordings: { place: DE, stores: [${EU}] }`,
      ['1:22 recordings.place: Found it beside recordings.stores, expected it in each of them'],
    ],
    ['a key that nobody knows', `recordings: [{ home: eu }]`, ['1:16 recordings.stores.0.home: Unknown key "home"']],
    ['a text', 'recordings: eu', ['1:13 recordings: Found "***", expected place, durability']],
  ])('refuse %s', (_name, text, expected) => {
    const issues = issuesOf(text);
    for (const each of expected) expect(issues.join('\n')).toContain(each);
    expect(issues.every((issue) => issue.startsWith('cordon.yaml:'))).toBe(true);
  });
});
