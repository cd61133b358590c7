import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const CONFIGURATION = ['oxlint.config.ts', 'scripts/layers.ts', 'tsconfig.json', 'tsconfig.pure.json', 'package.json'];

let root: string;

// The project's own configuration over a tree of two files: what is shown red here is what the real tools would say.
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'cordon-tools-'));
  for (const file of CONFIGURATION) cpSync(join(ROOT, file), join(root, file), { recursive: true });
  cpSync(join(ROOT, 'src/pure-globals.d.ts'), join(root, 'src/pure-globals.d.ts'), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(root, 'node_modules'));
  plant('policy/decide.ts', 'export const decide: number = 1;\n');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function plant(path: string, text: string): void {
  mkdirSync(dirname(join(root, 'src', path)), { recursive: true });
  writeFileSync(join(root, 'src', path), text);
}

function run(tool: string, ...parameters: string[]): Promise<{ status: number; output: string }> {
  const bin = join(ROOT, 'node_modules/.bin', tool);
  const PATH = `${join(ROOT, 'node_modules/node/bin')}:${process.env['PATH']}`;
  return new Promise((resolve) => {
    execFile(bin, parameters, { cwd: root, env: { ...process.env, PATH } }, (error, stdout, stderr) => {
      resolve({ status: error === null ? 0 : Number(error.code ?? -1), output: stdout + stderr });
    });
  });
}

describe('oxlint with the layer table', () => {
  it('is green on a tree that keeps it', async () => {
    expect(await run('oxlint', 'src')).toMatchObject({ status: 0 });
  });

  it('goes red for each rule that is broken, and names the file', async () => {
    const planted = [
      [
        "import { decide } from '../policy/decide.ts';\nexport const x: number = decide;\n",
        'tls/upward.ts',
        'src/tls may import',
      ],
      [
        "import { decide } from '../../policy/decide.ts';\nexport const x: number = decide;\n",
        'tls/a/deep.ts',
        'src/tls may import',
      ],
      ["import { readFileSync } from 'node:fs';\nexport const x: unknown = readFileSync;\n", 'wire/io.ts', 'src/wire is pure'],
      ["export const x: unknown = process.env['HOME'];\n", 'wire/environment.ts', "'process'"],
      ['export const x: number = Date.now();\n', 'policy/clock.ts', "'Date'"],
      [
        'async function f(): Promise<void> {}\nexport function g(): void {\n  f();\n}\n',
        'tls/floating.ts',
        'no-floating-promises',
      ],
      ['export const x: any = 1;\n', 'tls/any.ts', 'no-explicit-any'],
    ] as const;
    for (const [text, path] of planted) plant(path, text);
    const { status, output } = await run('oxlint', '--format=json', 'src');
    const { diagnostics } = JSON.parse(output) as { diagnostics: { filename: string }[] };
    const saysSo = (path: string, message: string): boolean =>
      diagnostics.some((found) => found.filename.endsWith(path) && JSON.stringify(found).includes(message));
    expect(planted.filter(([, path, message]) => !saysSo(path, message))).toEqual([]);
    expect(status).toBe(1);
  });
});

describe('tsc over the pure folders', () => {
  it('is green on a tree that keeps them pure, and goes red at once for Node, timers and the network', async () => {
    expect(await run('tsc', '-p', 'tsconfig.pure.json')).toMatchObject({ status: 0 });
    plant('policy/planted.ts', "export const x: unknown = process.env['HOME'];\n");
    plant('wire/planted.ts', 'export const x: unknown = fetch;\n');
    plant('core/planted.ts', 'export const x: unknown = setTimeout;\n');
    plant('core/planted-module.ts', "import { readFileSync } from 'node:fs';\nexport const x: unknown = readFileSync;\n");
    const { status, output } = await run('tsc', '-p', 'tsconfig.pure.json');
    expect(status).not.toBe(0);
    for (const word of ["'process'", "'fetch'", "'setTimeout'", "'node:fs'"]) expect(output).toContain(word);
  });
});
