/**
 * Builds the program into `dist/program`: `npm run build:program`, which `prepare` runs (docs/adr/0026-bundle.md). Where there is
 * nothing to build it with, as in an installation without development packages, it says so and fails nothing.
 */
import { existsSync, globSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { OutputChunk, Plugin } from 'rolldown';
import { isProgramFresh, PROGRAM, stampOf } from './fresh-program.mjs';
import { thirdPartyNotices } from './third-party-notices.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const BUILT = fileURLToPath(PROGRAM);
/** Beside the sources that are bundled: what decides how they are, and which libraries they are bundled with. */
const DECIDING = ['scripts/build-program.ts', 'tsconfig.json', 'package.json', 'node_modules/.package-lock.json'];

/** Files that are started by their paths, and keep their places below `dist/program` for those who start them. */
function entries(): string[] {
  return [
    'cli/main.ts',
    'store/sqlite-worker.ts',
    ...globSync('app/{records,reporting,verifying}/*-thread.ts', { cwd: join(ROOT, 'src') }).toSorted(),
  ];
}

/** Bundles what a start of the program reads: about a thousand modules of sources and libraries become some tens of files. */
export async function buildProgram(): Promise<void> {
  // Before anything is read: what is edited meanwhile is newer than what is noted.
  const stamps = new Map(filesBelow('src').map((file) => [file, stampOf(file)]));
  for (const file of DECIDING.filter((name) => existsSync(join(ROOT, name)))) stamps.set(file, stampOf(file));
  rmSync(BUILT, { recursive: true, force: true });
  const chunks = await bundle();
  for (const entry of entries()) writeFacade(entry);
  const modules = chunks.flatMap(({ moduleIds }) => moduleIds);
  // What the console is made of, which Vite builds.
  writeFileSync(join(BUILT, 'THIRD-PARTY-NOTICES'), thirdPartyNotices(modules, [join(ROOT, 'node_modules/preact')]));
  const read = new Set([...DECIDING, ...modules.map((id) => relative(ROOT, id))]);
  const sources = [...stamps].filter(([file]) => read.has(file));
  // The last file: what was interrupted is not there.
  writeFileSync(join(BUILT, 'sources.json'), JSON.stringify(sources));
}

async function bundle(): Promise<readonly OutputChunk[]> {
  const { rolldown } = await import('rolldown');
  const bundled = await rolldown({
    cwd: ROOT,
    input: Object.fromEntries(entries().map((entry) => [chunkName(entry), join(ROOT, 'src', entry)])),
    platform: 'node',
    plugins: [sourcePlaces, plainBuiltins],
    // It takes calls out whose value nobody reads, and with them every check that is made by asking whether something throws:
    // `decodeURIComponent` in a `try`, `new URL`, `new X509Certificate`.
    treeshake: false,
    // Asked for by pg, in a `try`, where somebody has installed it.
    external: ['pg-native'],
    tsconfig: false,
  });
  const { output } = await bundled.write({
    dir: join(BUILT, 'chunks'),
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: '[name]-[hash].js',
    sourcemap: true,
    // The default is to remove what is thought to be dead, by the same reasoning.
    minify: false,
  });
  await bundled.close();
  return output.filter((file) => file.type === 'chunk');
}

/**
 * A module goes on finding files where its source would find them, though all chunks lie in one folder. Threads alone are found
 * in the bundle.
 */
const sourcePlaces: Plugin = {
  name: 'source-places',
  transform(code, id) {
    const path = relative(ROOT, id);
    if (!path.startsWith('src/') || !code.includes('import.meta.url')) return null;
    const place = code.includes('new Worker(') ? `../${path.slice('src/'.length, -'.ts'.length)}.js` : `../../../${path}`;
    // On one line, so that a stack trace names the line of the source.
    return { code: code.replaceAll('import.meta.url', `new URL(${JSON.stringify(place)}, import.meta.url).href`), map: null };
  },
};

const BUILTIN_IMPORT =
  /^import (?:\* as (?<all>[\w$]+)|(?<whole>[\w$]+)?(?:, )?(?:\{(?<members>(?:(?!\bdefault as\b)[^}])*)\})?) from "(?<module>node:[\w/]+)";$/gm;

/**
 * What an `import` of a module of Node gives is every member of it, read once: also those that Node makes when they are first
 * asked for, such as the whole of its own undici, streams or workers, a fifth of the start of `cordon run`. Asked for by name,
 * they stay unmade.
 */
const plainBuiltins: Plugin = {
  name: 'plain-builtins',
  renderChunk(code) {
    if (!code.includes('from "node:')) return null;
    const changed = code.replaceAll(BUILTIN_IMPORT, (...matched) => asked(matched.at(-1) as Partial<Record<string, string>>));
    // On one line, as before: the source map holds. An import of another form is to be seen here, not in a figure.
    if (/^(?:import|export)\b.*from "node:/m.test(changed))
      throw new Error('An import of node: has a form that is not known here');
    return { code: changed, map: null };
  },
};

function asked({ all, whole, members, module }: Partial<Record<string, string>>): string {
  const builtin = `globalThis.process.getBuiltinModule(${JSON.stringify(module)})`;
  const names = [all, whole].filter((name) => name !== undefined).map((name) => `${name} = ${builtin}`);
  const picked = members === undefined ? [] : [`{${members.replaceAll(' as ', ': ')}} = ${builtin}`];
  return `const ${[...names, ...picked].join(', ')};`;
}

function chunkName(entry: string): string {
  return entry.replaceAll('/', '-').slice(0, -'.ts'.length);
}

function writeFacade(entry: string): void {
  const file = join(BUILT, `${entry.slice(0, -'.ts'.length)}.js`);
  const target = relative(dirname(file), join(BUILT, 'chunks', `${chunkName(entry)}.js`));
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `export * from ${JSON.stringify(target)};\n`);
}

/** Relative to the root. */
function filesBelow(directory: string): string[] {
  return globSync(`${directory}/**`, { cwd: ROOT }).filter((file) => statSync(join(ROOT, file)).isFile());
}

/** Builds what is not there or older than its sources. */
export async function refreshProgram(): Promise<void> {
  if (!isProgramFresh()) await buildProgram();
}

if (import.meta.main) {
  if (!existsSync(join(ROOT, 'src/cli/main.ts'))) process.stdout.write('The program is not built: its source is not here\n');
  else if (!existsSync(join(ROOT, 'node_modules/rolldown')))
    process.stdout.write('The program is not built: rolldown is not installed\n');
  else {
    await buildProgram();
    process.stdout.write('The program is built: dist/program\n');
  }
}
