import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

/** One source file as the guards see it. */
export interface SourceFile {
  /** Relative to `src`, with `/`. */
  readonly path: string;
  /** Its layer: the first segment of the path; empty for files directly in `src`. */
  readonly layer: string;
  readonly text: string;
  readonly imports: readonly Import[];
}

export interface Import {
  /** As written; `<expression>` for an `import()` of something else than a literal. */
  readonly specifier: string;
  /** Path relative to `src` when the import stays inside it. */
  readonly target?: string;
}

/** Folders of AssemblyScript: another language in files of the same name. A module of theirs imports nothing. */
const OTHER_LANGUAGE = /[\\/]assembly$/;

/** Every TypeScript file below `<root>/src`, declarations aside. */
export function readSourceTree(root: string): readonly SourceFile[] {
  const src = join(root, 'src');
  return readdirSync(src, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.[cm]?[jt]sx?$/.test(entry.name) && !entry.name.endsWith('.d.ts'))
    .filter((entry) => !OTHER_LANGUAGE.test(entry.parentPath))
    .map((entry) => readSource(src, join(entry.parentPath, entry.name)))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

function readSource(src: string, path: string): SourceFile {
  const text = readFileSync(path, 'utf8');
  const name = relative(src, path).replaceAll('\\', '/');
  return {
    path: name,
    layer: name.includes('/') ? name.slice(0, name.indexOf('/')) : '',
    text,
    imports: specifiersIn(text).map((specifier) => locate(src, path, specifier)),
  };
}

function locate(src: string, from: string, specifier: string): Import {
  if (!specifier.startsWith('.') && !specifier.startsWith('/')) return { specifier };
  const target = relative(src, resolve(dirname(from), specifier)).replaceAll('\\', '/');
  return target.startsWith('..') ? { specifier } : { specifier, target };
}

// `import … from`, `export … from` and bare `import '…'` at the start of a statement, types included: a type that crosses a
// border is a border crossed.
const STATIC = /(?:^|[;}\n])[^\S\n]*(?:import|export)\b(?:[^;'"]*?\bfrom)?\s*(?:\/\*[\s\S]*?\*\/\s*)?(['"])([^'"\n]+)\1/g;
// `import('…')`, as a value or as a type, and its older relatives; anything but one plain literal is an expression.
const DYNAMIC = /\b(?:import|require|getBuiltinModule)\s*\(\s*(?:(['"`])([^'"`$\n]+)\1\s*[,)]|(?=[^\s)]))/g;

/** What a module imports, in whichever spelling. Comments that look like an import count too: the error is on the safe side. */
export function specifiersIn(text: string): readonly string[] {
  return [
    ...[...text.matchAll(STATIC)].map((match) => match[2] ?? ''),
    ...[...text.matchAll(DYNAMIC)].map((match) => match[2] ?? '<expression>'),
  ];
}

/** The code without comments and without the contents of strings, so that words in prose are not taken for identifiers. */
export function codeOf(text: string): string {
  return text
    .replaceAll(/\/\*[\s\S]*?\*\//g, '')
    .replaceAll(/(^|\s)\/\/[^\n]*/g, '$1')
    .replaceAll(/(['"`])(?:(?!\1)[^\\\n]|\\.)*\1/g, '""');
}

/** Lines that hold code: what the size limit counts. */
export function codeLines(text: string): number {
  return text
    .replaceAll(/\/\*[\s\S]*?\*\//g, '')
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.trim().startsWith('//')).length;
}
