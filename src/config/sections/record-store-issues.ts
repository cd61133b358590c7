import { relative } from 'node:path';
import type { SettingLayer, SettingsIssue } from '../setting-layers.ts';
import type { SettingPath } from '../setting-node.ts';
import type { RecordStoreSetting, Settings } from '../settings-schema.ts';

const STORES = ['recordings', 'stores'] as const;

/** Of `recordings`, what each store says for itself. */
const OF_EACH = ['place', 'key', 'key-file', 'former-keys'] as const;

/** The settings with each store told where it is written, so that what is found out later can be told there. */
export function withWrittenStores(settings: Settings, layers: readonly SettingLayer[]): Settings {
  const { recordings } = settings;
  if (recordings.stores.length === 0) return settings;
  const stores = recordings.stores.map((store, index): RecordStoreSetting => {
    const at = (member: string): string => whereIn(layers, [...STORES, index, member]);
    return { ...store, written: { for: at('for'), directory: at('directory'), place: at('place') } };
  });
  return { ...settings, recordings: { ...recordings, stores } };
}

/** What can be told of the stores of the record by what is written alone; the rest needs the world, or the disk. */
export function recordStoreIssues({ recordings }: Settings, layers: readonly SettingLayer[]): SettingsIssue[] {
  const { stores } = recordings;
  if (stores.length === 0) return [];
  const where = (path: SettingPath): string => whereIn(layers, path);
  return [
    ...besideStores(layers),
    ...withoutHomes(stores, where),
    ...defaults(stores, where),
    ...sharedDirectories(stores, where),
  ];
}

function besideStores(layers: readonly SettingLayer[]): SettingsIssue[] {
  return OF_EACH.flatMap((member) => {
    const path = ['recordings', member];
    const layer = layers.find((each) => (each.value(path) ?? undefined) !== undefined);
    if (layer === undefined) return [];
    const message = 'Found it beside recordings.stores, expected it in each of them';
    return [{ where: layer.where(path), path: path.join('.'), message }];
  });
}

type Where = (path: SettingPath) => string;

function withoutHomes(stores: readonly RecordStoreSetting[], where: Where): SettingsIssue[] {
  return stores.flatMap((store, index) =>
    store.for.length > 0
      ? []
      : [issue(index, 'for', where, 'Found an empty list, expected the homes whose records lie there, such as eu')],
  );
}

function defaults(stores: readonly RecordStoreSetting[], where: Where): SettingsIssue[] {
  const found = stores.flatMap((store, index) => (store.default ? [index] : []));
  const expected = 'expected one with `default: true`: what concerns no agent is recorded there';
  if (found.length === 0) {
    return [{ where: where(STORES), path: STORES.join('.'), message: `Found no default store, ${expected}` }];
  }
  return found.slice(1).map((index) => issue(index, 'default', where, `Found a second default store, ${expected}`));
}

/** By name alone; whether two names are one directory is seen on the disk, at the start. */
function sharedDirectories(stores: readonly RecordStoreSetting[], where: Where): SettingsIssue[] {
  const issues: SettingsIssue[] = [];
  for (const [index, { directory }] of stores.entries()) {
    for (const [other, { directory: earlier }] of stores.slice(0, index).entries()) {
      const relation = relationOf(directory, earlier);
      if (relation === undefined) continue;
      const message = `Found ${directory}, ${relation} recordings[${other}], expected a directory of its own`;
      issues.push(issue(index, 'directory', where, message));
    }
  }
  return issues;
}

/** How one directory lies to another, by their names; undefined where they lie apart. */
function relationOf(directory: string, other: string): string | undefined {
  if (directory === other) return 'the directory of';
  if (!relative(other, directory).startsWith('..')) return 'which lies inside that of';
  return relative(directory, other).startsWith('..') ? undefined : 'which holds that of';
}

function issue(index: number, member: string, where: Where, message: string): SettingsIssue {
  const path = [...STORES, index, member];
  return { where: where(path), path: path.join('.'), message };
}

function whereIn(layers: readonly SettingLayer[], path: SettingPath): string {
  return layers.find((layer) => (layer.value(STORES) ?? undefined) !== undefined)?.where(path) ?? 'settings';
}
