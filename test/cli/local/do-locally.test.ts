import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { doLocally } from '../../../src/cli/local/do-locally.ts';
import { loadSettings } from '../../../src/config/load-settings.ts';
import { fail, ok } from '../../../src/core/result.ts';
import { temporaryDirectory } from '../../recording/fixtures.ts';
import { recordsOf } from '../../support/record-files.ts';

const ENTRY = { by: 'local:root', action: 'token.minted', subject: 'token:1' } as const;

function recordings() {
  const cwd = temporaryDirectory();
  const loaded = loadSettings({ env: {}, flags: {}, cwd });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.failure));
  const { settings } = loaded.value;
  const directory = join(settings.data.directory, 'recordings');
  const records = () =>
    existsSync(directory) ? readdirSync(directory).flatMap((writer) => recordsOf(join(directory, writer))) : [];
  return { settings, records };
}

describe('doLocally()', () => {
  it('does it once it is recorded', async () => {
    const { settings, records } = recordings();
    const done = await doLocally(settings, ENTRY, () => Promise.resolve(ok(records().length)));
    expect(done).toEqual({ ok: true, value: 1 });
    expect(records()).toMatchObject([{ kind: 'admin', actor: 'local:root', action: 'token.minted' }]);
  });

  it('records that it did not come about', async () => {
    const { settings, records } = recordings();
    const failure = { code: 'store_unavailable', detail: 'The disk is full' } as const;
    expect(await doLocally(settings, ENTRY, () => Promise.resolve(fail(failure)))).toEqual(fail('The disk is full'));
    expect(records().map(({ action, failed }) => [action, failed])).toEqual([
      ['token.minted', undefined],
      ['token.minted', 'store_unavailable'],
    ]);
  });
});
