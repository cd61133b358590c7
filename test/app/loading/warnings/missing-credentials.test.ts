import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { missingCredentials } from '../../../../src/app/loading/warnings/missing-credentials.ts';
import { systemRandom } from '../../../../src/app/system.ts';
import { createFileSecrets } from '../../../../src/store/secrets/file-secrets.ts';
import { policyOf } from '../../../policy/support/compile-text.ts';

const POLICY = policyOf(`
destinations: [{ id: d, hosts: [a.example] }]
credentials:
  - { id: there, for: [d], inject: { bearer: true } }
  - { id: absent, for: [d], inject: { query: key } }
  - { id: broken, for: [d], inject: { basic: robot } }
  - { id: abroad, for: [d], inject: { oauth2: { token-url: "https://login.example/token", client: c } } }
rules: [{ id: p, to: [d], then: permit, credential: there }]
`);

describe('missingCredentials()', () => {
  it('names each credential that cannot be injected, and why', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'cordon-missing-'));
    const secrets = createFileSecrets(directory, Buffer.alloc(32, 7), systemRandom);
    await secrets.set('there', 'value');
    await secrets.set('broken', 'value');
    await secrets.set('abroad', 'value');
    await writeFile(join(directory, 'broken'), 'not sealed');
    const missing = await missingCredentials(POLICY, secrets, {
      problem: ({ tokenUrl }) => Promise.resolve(`${tokenUrl} is elsewhere`),
    });
    expect(missing).toEqual([
      'credential absent: it has no value: cordon secrets set absent',
      expect.stringMatching(/^credential broken: /),
      'credential abroad: https://login.example/token is elsewhere',
    ]);
  });
});
