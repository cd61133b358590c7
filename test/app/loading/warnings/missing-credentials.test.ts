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
rules: [{ id: p, to: [d], then: permit, credential: there }]
`);

describe('missingCredentials()', () => {
  it('names each credential that cannot be injected, and why', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'cordon-missing-'));
    const secrets = createFileSecrets(directory, Buffer.alloc(32, 7), systemRandom);
    await secrets.set('there', 'value');
    await secrets.set('broken', 'value');
    await writeFile(join(directory, 'broken'), 'not sealed');
    const missing = await missingCredentials(POLICY, secrets);
    expect(missing).toEqual([
      'credential absent: it has no value: cordon secrets set absent',
      expect.stringMatching(/^credential broken: /),
    ]);
  });
});
