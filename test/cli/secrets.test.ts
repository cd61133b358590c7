import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { directoryWith } from '../config/temporary-directory.ts';
import { recordsOf } from '../support/record-files.ts';
import { cordon } from './cordon.ts';

const ENTRY = fileURLToPath(new URL('../../scripts/cordon.mjs', import.meta.url));
const VALUE = 'a value that nobody sees';

describe('cordon secrets', () => {
  it('sets, lists and removes, says no value, and puts it on the record', async () => {
    const cwd = directoryWith({});
    expect(await cordon(['secrets', 'set', 'hook'], cwd, {}, `${VALUE}\n`)).toEqual({ code: 0, out: 'set hook\n', err: '' });
    expect(await cordon(['secrets', 'list'], cwd)).toEqual({ code: 0, out: 'hook\n', err: '' });
    expect(JSON.parse((await cordon(['secrets', 'list', '--json'], cwd)).out)).toEqual({ items: [{ name: 'hook' }] });
    expect(await readFile(join(cwd, 'data/secrets/hook'), 'latin1')).not.toContain(VALUE);
    expect(await cordon(['secrets', 'remove', 'hook'], cwd)).toEqual({ code: 0, out: 'removed hook\n', err: '' });
    expect(await cordon(['secrets', 'remove', 'hook'], cwd)).toMatchObject({
      code: 1,
      err: 'cordon: there is no secret hook\n',
    });
    const writers = readdirSync(join(cwd, 'data/recordings'));
    const records = writers.flatMap((writer) => recordsOf(join(cwd, 'data/recordings', writer)));
    const done = records.flatMap((each) =>
      each['kind'] === 'admin' ? [`${String(each['action'])} ${String(each['subject'])}`] : [],
    );
    expect(done.sort()).toEqual(['secret.removed secret:hook', 'secret.set secret:hook']);
    expect(JSON.stringify(records)).not.toContain(VALUE);
  });

  it('ends with 2 for a name that is none, for nothing, and where a person would have to type', async () => {
    const cwd = directoryWith({});
    const ended = await Promise.all([
      cordon(['secrets', 'set', '../x'], cwd, {}, VALUE),
      cordon(['secrets', 'set', 'hook'], cwd, {}, '\n'),
      cordon(['secrets', 'set', 'hook'], cwd),
    ]);
    expect(ended.map(({ code }) => code)).toEqual([2, 2, 2]);
    expect(JSON.stringify(ended)).not.toContain(VALUE);
  });

  it('reads stdin of a process', async () => {
    const cwd = directoryWith({});
    const done = new Promise<string>((resolve, reject) => {
      const child = execFile(process.execPath, [ENTRY, 'secrets', 'set', 'hook'], { cwd }, (error, out) =>
        error === null ? resolve(out) : reject(error),
      );
      child.stdin?.end(VALUE);
    });
    expect(await done).toBe('set hook\n');
  });
});
