import { readFileSync, realpathSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { LoadedSettings } from '../../config/load-settings.ts';
import { namedTlsFiles } from '../../policy/tls-files.ts';
import type { LocalPolicy } from '../local/local-policy.ts';

/** Files and directories that the command finds empty, absolute, those that are there alone. */
export function hiddenPaths(loaded: LoadedSettings, policy: LocalPolicy): readonly string[] {
  const own = [...ofSettings(loaded), ...ofPolicy(policy)].filter(isThere);
  return [...new Set([...own, ...listeningSockets()].map((path) => realpathSync(path)))];
}

/** Secrets of the gateway, and what decides: an agent that can write its own rules has none. */
function ofSettings({ settings, file }: LoadedSettings): readonly string[] {
  const { data, rules, tls, recordings, listen, secrets } = settings;
  const optional = [
    file,
    secrets.directory,
    secrets.vault?.['token-file'],
    secrets.vault?.['app-role']?.['secret-id-file'],
    secrets.vault?.jwt?.file,
    tls.ca?.key,
    recordings['key-file'],
    ...recordings.stores.map((store) => store['key-file']),
    listen.admin.tls?.key,
    ...listen.proxy.map(({ tls }) => tls?.key),
  ];
  const former = [recordings, ...recordings.stores].flatMap((each) => each['former-keys']);
  const stores = recordings.stores.map(({ directory }) => directory);
  return [data.directory, rules, ...stores, ...former, ...optional.filter((path) => path !== undefined)];
}

/** Keys of client certificates. Relative paths start at the policy file that names them. */
function ofPolicy({ source: { files } }: LocalPolicy): readonly string[] {
  return namedTlsFiles(files).flatMap(({ file, use, path }) => {
    const directory = files.find((each) => each.file === file)?.directory;
    return use === 'client-certificate' && directory !== undefined ? [resolve(directory, path)] : [];
  });
}

/** Unix sockets that somebody on the machine listens on; `/run` is hidden whole. */
function listeningSockets(): readonly string[] {
  let table: string;
  try {
    table = readFileSync('/proc/net/unix', 'latin1');
  } catch {
    return [];
  }
  const paths = table.split('\n').flatMap((line) => /^(?:\S+\s+){7}(\/.*)$/.exec(line)?.[1] ?? []);
  return paths.filter((path) => !/^\/(?:var\/)?run\//.test(path) && isThere(path));
}

function isThere(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    // Whoever may not reach it here cannot reach it there.
    return false;
  }
}
