import { LAYERS } from '../../scripts/layers.ts';
import { codeLines, codeOf, type SourceFile } from './source-tree.ts';

/** A sentence per violation; empty when the tree keeps the rule. */
export type Guard = (tree: readonly SourceFile[]) => readonly string[];

const TABLE = new Map(LAYERS.map((layer) => [layer.folder, layer]));

/** Every import stays within what the row of its folder in `scripts/layers.ts` names. */
const importsFollowLayers: Guard = (tree) =>
  tree.flatMap(({ path, layer, imports }) => {
    const row = TABLE.get(layer);
    if (row === undefined) return [`${path} lies in a folder that scripts/layers.ts does not name`];
    const allowed = new Set([layer, ...row.mayImport]);
    return imports
      .filter(({ target }) => target !== undefined && !allowed.has('*') && !allowed.has(target.split('/')[0] ?? ''))
      .map(({ specifier }) => `${path} imports ${specifier}; ${layer} may import ${row.mayImport.join(', ') || 'nothing'}`);
  });

/** The browser knows of the admin API what it takes and gives, as types: nothing of the server gets into the bundle. */
const consoleKnowsTheContractAlone: Guard = (tree) =>
  tree
    .filter(({ layer }) => layer === 'console')
    .flatMap(({ path, text, imports }) =>
      imports
        .filter(({ target }) => target !== undefined && !target.startsWith('console/'))
        .filter(({ specifier, target = '' }) => {
          const isContract = /^admin\/contract(?:\.ts$|\/)/.test(target);
          const isType = text.split('\n').some((line) => line.startsWith('import type ') && line.includes(`'${specifier}'`));
          return !isContract || !isType;
        })
        .map(({ specifier }) => `${path} imports ${specifier}; expected a type of src/admin/contract`),
    );

/** Packages that neither read nor write anything, so that pure folders may use them. */
const PURE_PACKAGES: ReadonlySet<string> = new Set([
  'typebox/type',
  'yaml',
  'ajv',
  'ajv/dist/2020.js',
  '@noble/hashes/sha2.js',
  '@noble/hashes/sha3.js',
  '@scure/base',
  '@scure/bip39/wordlists/english.js',
]);

/** Pure folders import no module of Node and no package that could do I/O. */
const pureFoldersImportNoIo: Guard = (tree) =>
  pureFiles(tree).flatMap(({ path, imports }) =>
    imports
      .filter(({ specifier, target }) => target === undefined && !PURE_PACKAGES.has(specifier))
      .map(({ specifier }) => `${path} imports ${specifier}, but its folder is pure`),
  );

const IMPURE =
  /(?<![.\w$])(process|Buffer|globalThis|fetch|setTimeout|setInterval|setImmediate|queueMicrotask|performance|crypto|console|eval|Function|__dirname|require)\b(?!\s*[?]?:)|\bMath\.random\b|\bnew Date\(\s*\)|\bDate\.now\b|\bimport\.meta\b/g;

/** Pure folders use no global that reads the world: clock, randomness, environment, network, console. */
const pureFoldersUseNoWorld: Guard = (tree) =>
  pureFiles(tree).flatMap(({ path, text }) =>
    [...codeOf(text).matchAll(IMPURE)].map((match) => `${path} uses ${match[0]}, but its folder is pure`),
  );

function pureFiles(tree: readonly SourceFile[]): readonly SourceFile[] {
  return tree.filter(({ layer }) => TABLE.get(layer)?.pure === true);
}

/** No import is hidden behind an expression that a reader, the linter or these guards cannot follow. */
const importsAreLiteral: Guard = (tree) =>
  tree.flatMap(({ path, imports }) =>
    imports.filter(({ specifier }) => specifier === '<expression>').map(() => `${path} imports something that is no literal`),
  );

/** No barrels: a file is imported where it is; and no default exports, so that a thing has one name. */
const noBarrels: Guard = (tree) =>
  tree.flatMap(({ path, text }) => {
    const code = codeOf(text);
    return [
      ...(/(?:^|\/)index\.ts$/.test(path) ? [`${path} is a barrel by name`] : []),
      ...(/^export\s*(?:type\s*)?\*/m.test(code) ? [`${path} re-exports a whole module`] : []),
      ...(/^export default\b|\bas default\b/m.test(code) ? [`${path} has a default export`] : []),
    ];
  });

const DRAWERS = /(?:^|[/-])(?:utils?|helpers?|common|misc|managers?)(?:\.ts|\/)|(?:^|\/)(?:shared|lib|types)(?:\.ts|\/)/;

/** No drawers: a name says what is inside. */
const noDrawers: Guard = (tree) =>
  tree.filter(({ path }) => DRAWERS.test(path)).map(({ path }) => `${path} is named after no thing of its own`);

/** Files of at most 400 lines of code. */
const filesAreShort: Guard = (tree) =>
  tree
    .map(({ path, text }) => ({ path, lines: codeLines(text) }))
    .filter(({ lines }) => lines > 400)
    .map(({ path, lines }) => `${path} has ${lines} lines of code, more than 400`);

const FOLDER_LIMIT = 14;

/** Folders of at most 14 files of their own. */
const foldersAreSmall: Guard = (tree) => {
  const counts = new Map<string, number>();
  for (const { path } of tree) {
    const folder = path.slice(0, path.lastIndexOf('/'));
    counts.set(folder, (counts.get(folder) ?? 0) + 1);
  }
  return [...counts]
    .filter(([, count]) => count > FOLDER_LIMIT)
    .map(([folder, count]) => `src/${folder} has ${count} files, more than ${FOLDER_LIMIT}`);
};

/** No import cycle, types included. */
const noCycles: Guard = (tree) => {
  const byPath = new Map(tree.map((file) => [file.path, file]));
  const state = new Map<string, 'open' | 'done'>();
  const found: string[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    if (state.get(path) === 'done') return;
    const here = [...trail, path];
    if (state.get(path) === 'open') {
      found.push(`${here.slice(trail.indexOf(path)).join(' → ')} is a cycle`);
      return;
    }
    state.set(path, 'open');
    for (const { target } of byPath.get(path)?.imports ?? []) {
      if (target !== undefined && byPath.has(target)) visit(target, here);
    }
    state.set(path, 'done');
  };
  for (const { path } of tree) visit(path, []);
  return found;
};

/** Every relative import names a file that exists, with its extension. */
const importsResolve: Guard = (tree) => {
  const paths = new Set(tree.map(({ path }) => path));
  return tree.flatMap(({ path, imports }) =>
    imports
      .filter(({ specifier, target }) => specifier.startsWith('.') && target !== undefined && !paths.has(target))
      .filter(({ target }) => !/\.(?:json|wasm)$/.test(target ?? ''))
      .map(({ specifier }) => `${path} imports ${specifier}, which is no file of src`),
  );
};

export const GUARDS: Readonly<Record<string, Guard>> = {
  importsFollowLayers,
  consoleKnowsTheContractAlone,
  pureFoldersImportNoIo,
  pureFoldersUseNoWorld,
  importsAreLiteral,
  noBarrels,
  noDrawers,
  filesAreShort,
  foldersAreSmall,
  noCycles,
  importsResolve,
};
