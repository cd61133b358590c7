import { describe, expect, it } from 'vitest';
import { unknownHomes } from '../../../../src/app/loading/warnings/unknown-homes.ts';
import { loadSettings } from '../../../../src/config/load-settings.ts';
import { compilePolicy } from '../../../../src/policy/compile.ts';
import { policyFiles } from '../../../../src/config/policy-files.ts';
import { directoryWith } from '../../../config/temporary-directory.ts';
import { WORLD } from '../../../policy/support/world.ts';

function warned(yaml: string): readonly string[] {
  const loaded = loadSettings({ cwd: directoryWith({ 'cordon.yaml': yaml }), env: {}, flags: {} });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.failure));
  const text =
    'cordon: 1\nagents:\n  - { id: a, home: eu, identify: [{ token: true }] }\n  - { id: b, home: CH, identify: [{ token: true }] }\nrules: []\n';
  const { files, digest } = policyFiles([{ file: 'a.yaml', text }]);
  const { policy, issues } = compilePolicy(files, WORLD, { digest, authority: [], now: Date.UTC(2026, 10, 22) });
  if (policy === undefined) throw new Error(JSON.stringify(issues));
  return unknownHomes(loaded.value.settings, policy);
}

describe('unknownHomes()', () => {
  it('names file, line and setting of a home that no agent has', () => {
    const yaml =
      'recordings:\n  retention:\n    metadata: 400d\n    homes:\n      eu: { metadata: 30d }\n      EU: { metadata: 20d }\n';
    expect(warned(yaml)).toEqual([
      expect.stringContaining(
        'cordon.yaml:6:7: recordings.retention.homes.EU: Found "EU", where no agent of the policy is at home, expected CH or eu',
      ),
    ]);
  });

  it('looks at the stores too', () => {
    const yaml =
      'recordings:\n  - { for: eu, directory: a, place: DE, default: true, retention: { metadata: 9d, homes: { SE: { metadata: 8d } } } }\n';
    expect(warned(yaml)).toEqual([
      expect.stringMatching(/^cordon\.yaml:2:\d+: recordings\.stores\.0\.retention\.homes\.SE: Found "SE"/),
    ]);
  });

  it('says nothing where every home is known, or none has terms of its own', () => {
    expect(warned('recordings: { retention: { metadata: 9d, homes: { CH: { metadata: 8d } } } }\n')).toEqual([]);
    expect(warned('recordings: { retention: 9d }\n')).toEqual([]);
  });
});
