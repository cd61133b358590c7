import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { directoryWith } from '../config/temporary-directory.ts';
import { cordonProcess, RULES } from './cordon.ts';

const ENTRY = fileURLToPath(new URL('../../scripts/cordon.mjs', import.meta.url));

describe('scripts/cordon.mjs', () => {
  it('cordon.mjs ends with the exit code of the command', async () => {
    const cwd = directoryWith({ 'rules/base.yaml': RULES });
    const denied = ['explain', 'https://a.test/', '--agent', 'local', '--json'];
    const ended = await Promise.all([['check'], denied, ['frob']].map((args) => cordonProcess(args, cwd)));
    expect(ended.map(({ code }) => code)).toEqual([0, 1, 2]);
    expect(JSON.parse(ended[1]?.out ?? '')).toMatchObject({ decision: { code: 'no_rule' } });
  });

  it('cordon.mjs survives a reader that leaves early', async () => {
    const cwd = directoryWith({ 'rules/base.yaml': RULES });
    const err = await new Promise<string>((resolve) => {
      execFile(
        'sh',
        ['-c', '"$0" "$1" serve --print-config | head -1', process.execPath, ENTRY],
        { cwd },
        (_error, _out, text) => resolve(text),
      );
    });
    expect(err).toBe('');
  });
});
