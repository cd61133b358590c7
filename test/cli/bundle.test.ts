import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isProgramFresh } from '../../scripts/fresh-program.mjs';
import { directoryWith } from '../config/temporary-directory.ts';

const SCRIPTS = ['cordon.mjs', 'fresh-program.mjs', 'source-stacks.mjs', 'compile-cache-directory.mjs'];

/** What the real entry runs in an installation whose program and bundle only say which of them they are. */
function installation(): { readonly directory: string; readonly runs: () => string; readonly bundle: () => void } {
  const directory = directoryWith({
    'package.json': '{"type":"module"}',
    'src/cli/main.ts': "export const main = (): void => void process.stdout.write('sources');",
    'src/core/unit.ts': 'export const UNIT = 1;',
    'dist/program/cli/main.js': "export const main = () => void process.stdout.write('bundle');",
  });
  for (const script of SCRIPTS) {
    mkdirSync(join(directory, 'scripts'), { recursive: true });
    copyFileSync(join(import.meta.dirname, '../../scripts', script), join(directory, 'scripts', script));
  }
  const stamps = `
    import { writeFileSync } from 'node:fs';
    import { stampOf } from './scripts/fresh-program.mjs';
    const stamps = ['src/cli/main.ts', 'src/core/unit.ts'].map((file) => [file, stampOf(file)]);
    writeFileSync('dist/program/sources.json', JSON.stringify(stamps));`;
  const node = (args: string[]): string => execFileSync(process.execPath, args, { cwd: directory, encoding: 'utf8' });
  return {
    directory,
    runs: () => node(['scripts/cordon.mjs']),
    bundle: () => void node(['--input-type=module', '--eval', stamps]),
  };
}

describe('the bundle (docs/adr/0026-bundle.md)', () => {
  it('is what the tests start', () => {
    expect(isProgramFresh()).toBe(true);
  });

  it('has stack traces name the sources', () => {
    const failing = `
      import { PROGRAM } from './scripts/fresh-program.mjs';
      import { nameSourcesInStacks } from './scripts/source-stacks.mjs';
      nameSourcesInStacks(PROGRAM);
      const { main } = await import(new URL('cli/main.js', PROGRAM));
      await main(null, { err: (text) => process.stdout.write(text) });`;
    const said = execFileSync(process.execPath, ['--input-type=module', '--eval', failing], { encoding: 'utf8' });
    const [, line] = /^ {4}at programFor \(file:\S+\/src\/cli\/main\.ts:(\d+):\d+\)$/m.exec(said) ?? [];
    expect(readFileSync('src/cli/main.ts', 'utf8').split('\n')[Number(line) - 1]).toContain('argv');
  });

  it('runs while each source is as it was', () => {
    const { runs, bundle } = installation();
    expect(runs()).toBe('sources');
    bundle();
    expect(runs()).toBe('bundle');
  });

  it.each([
    ['has been edited', (file: string) => writeFileSync(file, 'export const UNIT = 2;')],
    ['has gone', (file: string) => rmSync(file)],
  ])('never runs where a source %s', (_, change) => {
    const { directory, runs, bundle } = installation();
    bundle();
    change(join(directory, 'src/core/unit.ts'));
    expect(runs()).toBe('sources');
  });

  it('never runs where its build was interrupted', () => {
    const { directory, runs } = installation();
    writeFileSync(join(directory, 'dist/program/sources.json'), '[["src/cli/main.ts"');
    expect(runs()).toBe('sources');
  });

  it('runs where there are no sources, as in the package', () => {
    const { directory, runs, bundle } = installation();
    bundle();
    rmSync(dirname(join(directory, 'src/cli')), { recursive: true });
    expect(runs()).toBe('bundle');
  });
});
