import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { checkInstallation } from '../../../src/cli/doctor/check-installation.ts';
import { loadSettings } from '../../../src/config/load-settings.ts';
import { directoryWith } from '../../config/temporary-directory.ts';
import { tables } from '../../destination/support/tables.ts';
import { freePort } from '../../support/free-port.ts';

it('checkInstallation() looks at each store of the record', async () => {
  const cwd = directoryWith({
    'cordon.yaml': `recordings:
  - { for: DE, directory: german, place: DE, default: true }
  - { for: eu, directory: european, place: DE }
`,
  });
  for (const [name, mode] of [
    ['german', 0o700],
    ['european', 0o755],
  ] as const) {
    mkdirSync(join(cwd, name));
    chmodSync(join(cwd, name), mode);
  }
  const loaded = loadSettings({ cwd, env: {}, flags: {} });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.failure));
  const { settings } = loaded.value;
  const setup = { settings, tables: await tables() } as Parameters<typeof checkInstallation>[0];
  const asked = { host: '127.0.0.1', port: await freePort(), agent: 'bot' } as Parameters<typeof checkInstallation>[1];
  const checks = await checkInstallation(setup, asked);
  const european = join(cwd, 'european');
  expect(checks.filter(({ name }) => name.startsWith('recordings'))).toMatchObject([
    { name: 'recordings[0]', state: 'ok' },
    { name: 'recordings[1]', state: 'failed', mend: `chmod go-rwx ${european}` },
  ]);
});
