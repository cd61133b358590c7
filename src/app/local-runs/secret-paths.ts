import { resolve } from 'node:path';
import type { Settings } from '../../config/settings-schema.ts';
import { namedTlsFiles } from '../../policy/tls-files.ts';
import type { PolicySource } from '../loading/policy-source.ts';

/** Secrets of a gateway, and what decides: an agent that can write its own rules has none. Absolute. */
export function secretPaths(settings: Settings, { files }: Pick<PolicySource, 'files'>): readonly string[] {
  return [...ofSettings(settings), ...ofPolicy(files)];
}

function ofSettings({ data, rules, tls, recordings, listen, secrets }: Settings): readonly string[] {
  const optional = [
    secrets.directory,
    secrets.vault?.['token-file'],
    secrets.vault?.['app-role']?.['secret-id-file'],
    secrets.vault?.jwt?.file,
    tls.ca?.key,
    recordings['key-file'],
    ...recordings.stores.map((store) => store['key-file']),
    listen.admin.tls?.key,
    ...listen.proxy.map((listener) => listener.tls?.key),
  ];
  const former = [recordings, ...recordings.stores].flatMap((each) => each['former-keys']);
  const stores = recordings.stores.map(({ directory }) => directory);
  return [data.directory, rules, ...stores, ...former, ...optional.filter((path) => path !== undefined)];
}

/** Keys of client certificates. Relative paths start at the policy file that names them. */
function ofPolicy(files: PolicySource['files']): readonly string[] {
  return namedTlsFiles(files).flatMap(({ file, use, path }) => {
    const directory = files.find((each) => each.file === file)?.directory;
    return use === 'client-certificate' && directory !== undefined ? [resolve(directory, path)] : [];
  });
}
