import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LAYERS } from '../../scripts/layers.ts';
import { GUARDS } from './guards.ts';
import { readSourceTree, specifiersIn } from './source-tree.ts';

const ROOT = join(import.meta.dirname, '../..');

describe('the source tree', () => {
  const tree = readSourceTree(ROOT);

  it('is really read: files of every layer, and imports in them', () => {
    const layers = new Set(tree.map(({ layer }) => layer));
    expect(LAYERS.map(({ folder }) => folder).filter((folder) => !layers.has(folder))).toEqual([]);
    expect(tree.length).toBeGreaterThan(100);
    expect(tree.flatMap(({ imports }) => imports).length).toBeGreaterThan(tree.length);
  });

  it.each(Object.keys(GUARDS))('keeps %s', (name) => {
    expect(GUARDS[name]?.(tree)).toEqual([]);
  });
});

describe('the layer table', () => {
  it('lets no stage import another, and no pure folder an impure one', () => {
    const pure = new Set(LAYERS.filter((layer) => layer.pure).map(({ folder }) => folder));
    const stages = new Set(['identity', 'destination', 'approval', 'transform', 'tls', 'upstream', 'recording']);
    for (const { folder, mayImport } of LAYERS) {
      if (pure.has(folder)) expect(mayImport.filter((other) => !pure.has(other))).toEqual([]);
      if (stages.has(folder)) expect(mayImport.filter((other) => !pure.has(other))).toEqual([]);
    }
  });

  it('has no cycle between folders', () => {
    const below = (folder: string, seen: readonly string[]): boolean =>
      seen.includes(folder) ||
      (LAYERS.find((layer) => layer.folder === folder)?.mayImport ?? []).some((other) => below(other, [...seen, folder]));
    expect(LAYERS.filter(({ mayImport }) => !mayImport.includes('*')).filter(({ folder }) => below(folder, []))).toEqual([]);
  });
});

describe('specifiersIn()', () => {
  it.each([
    ["import { a } from './a.ts';", ['./a.ts']],
    ["import type { A } from './a.ts';", ['./a.ts']],
    ["import {\n  a,\n  type B,\n} from './a.ts';", ['./a.ts']],
    ["import './a.ts';", ['./a.ts']],
    ["import * as a from './a.ts';", ['./a.ts']],
    ["export { a } from './a.ts';", ['./a.ts']],
    ["export * from './a.ts';", ['./a.ts']],
    ["const x = 1; import { a } from './a.ts';", ['./a.ts']],
    ['import{a}from"./a.ts";', ['./a.ts']],
    ["type A = import('./a.ts').A;", ['./a.ts']],
    ["const a = await import('./a.ts');", ['./a.ts']],
    ['await import(`./a.ts`);', ['./a.ts']],
    ["await import('./' + name);", ['<expression>']],
    ['await import(name);', ['<expression>']],
    ['await import(`./${name}.ts`);', ['<expression>']],
    ["import('./a.ts', { with: {} });", ['./a.ts']],
    ["const fs = process.getBuiltinModule('fs');", ['fs']],
    ["export const a = 'from';", []],
    ["export const text = 'x';\nconst from = 'y';", []],
    ['const here = import.meta.dirname;', []],
  ])('reads %j', (text, expected) => {
    expect(specifiersIn(text)).toEqual(expected);
  });
});

// A guard that cannot go red guards nothing: each is shown a tree that breaks its rule, and only its rule.
describe('guards go red', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'cordon-architecture-'));
    plant('core/result.ts', 'export const ok = 1;\n');
    plant('admin/x.ts', 'export const x = 1;\n');
    plant('admin/contract/x.ts', 'export const x = 1;\n');
    plant('policy/decide.ts', "import { ok } from '../core/result.ts';\nexport const decide = ok;\n");
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  function plant(path: string, text: string): void {
    mkdirSync(dirname(join(root, 'src', path)), { recursive: true });
    writeFileSync(join(root, 'src', path), text);
  }

  const complaints = (): Readonly<Record<string, readonly string[]>> => {
    const tree = readSourceTree(root);
    const all = Object.entries(GUARDS).map(([name, guard]) => [name, guard(tree)] as const);
    return Object.fromEntries(all.filter(([, found]) => found.length > 0));
  };

  it('and are silent on a tree that keeps the rules', () => {
    expect(complaints()).toEqual({});
  });

  it.each<[guard: string, path: string, text: string]>([
    ['importsFollowLayers', 'tls/planted.ts', "import { decide } from '../policy/decide.ts';\nexport const x = decide;\n"],
    [
      'importsFollowLayers',
      'tls/planted.ts',
      "import type { decide } from '../policy/decide.ts';\nexport type X = typeof decide;\n",
    ],
    ['importsFollowLayers', 'tls/deep/planted.ts', "export { decide } from '../../policy/decide.ts';\n"],
    ['importsFollowLayers', 'tls/planted.ts', "export const x = await import('../policy/decide.ts');\n"],
    ['importsFollowLayers', 'unnamed/planted.ts', 'export const x = 1;\n'],
    ['importsFollowLayers', 'planted.ts', 'export const x = 1;\n'],
    [
      'consoleKnowsTheContractAlone',
      'console/planted.tsx',
      "import { x } from '../admin/contract/x.ts';\nexport const y = x;\n",
    ],
    [
      'consoleKnowsTheContractAlone',
      'console/planted.tsx',
      "import type { x } from '../admin/x.ts';\nexport type Y = typeof x;\n",
    ],
    ['pureFoldersImportNoIo', 'wire/planted.ts', "import { readFileSync } from 'node:fs';\nexport const x = readFileSync;\n"],
    ['pureFoldersImportNoIo', 'wire/planted.ts', "import { readFileSync } from 'fs';\nexport const x = readFileSync;\n"],
    ['pureFoldersImportNoIo', 'policy/planted.ts', "import { request } from 'undici';\nexport const x = request;\n"],
    ['pureFoldersUseNoWorld', 'policy/planted.ts', "export const x = process.env['HOME'];\n"],
    ['pureFoldersUseNoWorld', 'policy/planted.ts', 'export const x = Date.now();\n'],
    ['pureFoldersUseNoWorld', 'policy/planted.ts', 'export const x = new Date();\n'],
    ['pureFoldersUseNoWorld', 'policy/planted.ts', 'export const x = Math.random();\n'],
    ['pureFoldersUseNoWorld', 'policy/planted.ts', "export const x = Buffer.from('');\n"],
    ['pureFoldersUseNoWorld', 'policy/planted.ts', "export const x = globalThis['process'];\n"],
    ['importsAreLiteral', 'tls/planted.ts', 'export const x = (name: string) => import(name);\n'],
    ['noBarrels', 'tls/index.ts', 'export const x = 1;\n'],
    ['noBarrels', 'policy/planted.ts', "export * from './decide.ts';\n"],
    ['noBarrels', 'policy/planted.ts', 'export default 1;\n'],
    ['noDrawers', 'tls/utils.ts', 'export const x = 1;\n'],
    ['noDrawers', 'tls/leaf-helpers.ts', 'export const x = 1;\n'],
    ['noDrawers', 'tls/helpers/x.ts', 'export const x = 1;\n'],
    ['filesAreShort', 'tls/planted.ts', 'export const x = 1;\n'.repeat(401)],
    ['noCycles', 'core/result.ts', "import type { X } from './planted.ts';\nexport const ok = 1 as X;\n"],
    ['importsResolve', 'policy/planted.ts', "import { ok } from '../core/result';\nexport const x = ok;\n"],
  ])('%s: %s', (guard, path, text) => {
    if (guard === 'noCycles') plant('core/planted.ts', "import { ok } from './result.ts';\nexport type X = typeof ok;\n");
    plant(path, text);
    expect(Object.keys(complaints())).toEqual([guard]);
  });

  it('foldersAreSmall: 15 files', () => {
    for (let i = 0; i < 15; i++) plant(`tls/part-${i}.ts`, 'export const x = 1;\n');
    expect(complaints()).toEqual({ foldersAreSmall: ['src/tls has 15 files, more than 14'] });
  });
});
