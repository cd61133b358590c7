import { readFileSync, statSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { fail, ok, type Result } from '../core/result.ts';
import { didYouMean } from '../policy/text/nearest.ts';
import { withListedSections } from './listed-section.ts';
import { type Reading, readSection } from './read-settings.ts';
import { recordStoreIssues, withWrittenStores } from './sections/record-store-issues.ts';
import { withWrittenHomes } from './sections/retention-homes.ts';
import {
  environmentLayer,
  fileLayer,
  flagLayer,
  type Origin,
  type SettingLayer,
  type SettingsIssue,
} from './setting-layers.ts';
import { environmentName, settingLeaves } from './setting-node.ts';
import { isLoopback, socketAddressText } from './setting-text.ts';
import { SETTINGS_NODE, type Settings } from './settings-schema.ts';
import { upstreamProxyIssues, withWrittenProxy } from './sections/upstream-proxy.ts';
import { vaultIssues } from './sections/vault-issues.ts';

export interface SettingsSources {
  /** `--config`; absent: `cordon.yaml` in the working directory, if there is one. */
  readonly file?: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Dotted path → text, as `--set` gives them. */
  readonly flags: Readonly<Record<string, string>>;
  readonly cwd: string;
}

export interface LoadedSettings {
  readonly settings: Settings;
  /** Where each setting came from, by dotted path; settings without a value are absent. */
  readonly origins: ReadonlyMap<string, Origin>;
  /** Absolute path of the settings file; absent when there is none. */
  readonly file?: string;
  /** Sentences for the operator; nothing here stops a start. */
  readonly warnings: readonly string[];
}

/** Larger than any real settings file, small enough to parse at once. */
const MAX_FILE_BYTES = 1024 * 1024;

/**
 * The settings in force: flag > environment > file > default, member by member (contract §6).
 *
 * @failure every issue at once, each with the place where the value is written
 */
export function loadSettings(sources: SettingsSources): Result<LoadedSettings, readonly SettingsIssue[]> {
  const file = readSettingsFile(sources);
  const environment = environmentLayer(SETTINGS_NODE, sources.env, sources.cwd);
  const flags = flagLayer(SETTINGS_NODE, sources.flags, sources.cwd);
  const issues = [...file.issues, ...unknownFlags(sources.flags)];
  const layers = [flags, environment, file.layer && withListedSections(file.layer, SETTINGS_NODE)].filter(
    (layer) => layer !== undefined,
  );
  const reading: Reading = { layers, directory: sources.cwd, issues, origins: new Map() };
  const read = readSection(SETTINGS_NODE, [], reading) as Settings;
  if (issues.length > 0) return fail(issues);
  const followed = withWrittenProxy(withFollowedPlaces(read), layers);
  const settings = withWrittenHomes(withWrittenStores(followed, layers), layers);
  const contradicting = [
    adminExposure(settings, layers),
    ...recordStoreIssues(settings, layers),
    ...upstreamProxyIssues(settings, layers),
    ...vaultIssues(settings, layers),
  ];
  const contradictions = contradicting.filter((issue) => issue !== undefined);
  if (contradictions.length > 0) return fail(contradictions);
  return ok({
    settings,
    origins: reading.origins,
    ...(file.path !== undefined && { file: file.path }),
    warnings: unknownVariables(sources.env),
  });
}

function readSettingsFile(sources: SettingsSources): { path?: string; layer?: SettingLayer; issues: SettingsIssue[] } {
  const path = resolve(sources.cwd, sources.file ?? 'cordon.yaml');
  const name = relative(sources.cwd, path).startsWith('..') ? path : relative(sources.cwd, path);
  const refused = (message: string) => ({ issues: [{ where: name, path: '', message }] });
  try {
    if (statSync(path).size > MAX_FILE_BYTES) return refused(`The settings file is larger than ${MAX_FILE_BYTES} bytes`);
    const text = new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path));
    return { path, ...fileLayer(text, name, dirname(path)) };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' && sources.file === undefined) return { issues: [] };
    return refused(`The settings file cannot be read: ${message}`);
  }
}

function unknownFlags(flags: Readonly<Record<string, string>>): SettingsIssue[] {
  const known = new Set(settingLeaves(SETTINGS_NODE).map((leaf) => leaf.path.join('.')));
  return Object.keys(flags)
    .filter((path) => !known.has(path))
    .map((path) => {
      const hint = didYouMean(path, known);
      return { where: `--set ${path}`, path, message: `Unknown setting "${path}"`, ...(hint !== undefined && { hint }) };
    });
}

/** Variables of ours that are no settings, values of secrets among them, and those Kubernetes makes for a service that is named `cordon`. */
const OTHER_VARIABLES = /^CORDON_(?:TOKEN|SECRET_.+|SERVICE_(?:HOST|PORT.*)|PORT(?:_.*)?)$/;

// Only a warning: the environment is shared with others, who may use our prefix.
function unknownVariables(env: Readonly<Record<string, string | undefined>>): string[] {
  const known = new Set(settingLeaves(SETTINGS_NODE).map((leaf) => environmentName(leaf.path)));
  return Object.keys(env)
    .filter((name) => name.startsWith('CORDON_') && !known.has(name) && !OTHER_VARIABLES.test(name))
    .map((name) => {
      const hint = didYouMean(name, known);
      return `The environment variable ${name} is no setting${hint === undefined ? '' : `; ${hint}`}`;
    });
}

/**
 * `data.place` defaults to `node.place`, `recordings.place` to `data.place`, and so does `store.place` where the store is a file
 * in that directory: where a server lies has to be said.
 */
function withFollowedPlaces(settings: Settings): Settings {
  const place = settings.data.place ?? settings.node.place;
  if (place === undefined) return settings;
  return {
    ...settings,
    data: { ...settings.data, place },
    store: { ...settings.store, ...(settings.store.url === 'sqlite' && { place: settings.store.place ?? place }) },
    // Stores say for themselves where they lie.
    ...(settings.recordings.stores.length === 0 && {
      recordings: { ...settings.recordings, place: settings.recordings.place ?? place },
    }),
  };
}

/** ADM-04: an admin API that others can reach must not be in the clear. */
function adminExposure(settings: Settings, layers: readonly SettingLayer[]): SettingsIssue | undefined {
  const { address, tls } = settings.listen.admin;
  if (tls !== undefined || isLoopback(address)) return undefined;
  const path = ['listen', 'admin'];
  const layer = layers.find((candidate) => candidate.value(path) !== undefined);
  return {
    where: layer?.where(path) ?? 'settings',
    path: 'listen.admin',
    message: `Found ${socketAddressText(address)} without tls, expected a loopback address or { address, tls: { certificate, key } }`,
    hint: 'The admin API shows and changes policy; it never listens in the clear where others can reach it',
  };
}
