import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { architecturePage } from '../../scripts/docs/architecture.ts';
import { LAYERS } from '../../scripts/layers.ts';

const ROOT = join(import.meta.dirname, '../..');
/** What is never committed. */
const IGNORED: ReadonlySet<string> = new Set(['node_modules', '.git', 'data', 'dist', 'coverage', '.bench']);
const BINARY = /\.(?:mmdb|png|jpg|gz|p12|der|bin)$/;

const files = walk(ROOT);
const pages = files.filter((file) => file.endsWith('.md'));

/** Every file that is or will be committed, relative to the project. */
function walk(directory: string): string[] {
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) return IGNORED.has(entry.name) ? [] : walk(path);
    return entry.isFile() ? [relative(ROOT, path)] : [];
  });
}

function read(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8');
}

/** Markdown without the contents of code blocks, where brackets mean other things. */
function prose(text: string): string {
  return text.replaceAll(/^```[\s\S]*?^```$/gm, '');
}

function anchorsOf(text: string): string[] {
  const headings = [...prose(text).matchAll(/^#{1,6} (.+)$/gm)];
  return headings.map(([, title = '']) =>
    title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/** Links of a page that lead to no file, or to no heading of it. */
function brokenLinks(page: string, text: string): string[] {
  return [...prose(text).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, link = '']) => link)
    .filter((link) => !/^(?:https?|mailto):/.test(link))
    .filter((link) => {
      const [path = '', anchor] = link.split('#', 2);
      const target = path === '' ? page : normalize(join(dirname(page), path));
      if (path !== '' && (target.startsWith('..') || !existsSync(join(ROOT, target)))) return true;
      return anchor !== undefined && !anchorsOf(path === '' ? text : read(target)).includes(anchor);
    });
}

/** Paths of this project that a page names in code spans and that do not exist. */
function missingPaths(text: string): string[] {
  const named = [...prose(text).matchAll(/`((?:src|test|scripts|docs|geoip-data)\/[A-Za-z0-9._/-]+)`/g)];
  return named.map(([, path = '']) => path).filter((path) => !existsSync(join(ROOT, path)));
}

/** Traces of the machine that something was written on: home directories, this workshop's folder, a registry of its own. */
function machineTraces(text: string): string[] {
  const found = [...text.matchAll(/(?<![\w.~/-])\/(?:work|root|home|Users)\/[A-Za-z0-9._-]+/g)].map(([path]) => path);
  const registry = privateRegistry();
  return registry !== undefined && text.includes(registry) ? [...found, registry] : found;
}

/** The host of the registry that npm uses here, where it is not the public one. */
function privateRegistry(): string | undefined {
  const url = process.env['npm_config_registry'];
  const host = url !== undefined && URL.canParse(url) ? new URL(url).host : undefined;
  return host === 'registry.npmjs.org' ? undefined : host;
}

describe('pages', () => {
  it('are found', () => {
    expect(pages).toEqual(expect.arrayContaining(['README.md', 'SECURITY.md', 'CONTRIBUTING.md', 'CHANGELOG.md']));
    expect(pages.filter((page) => page.startsWith('docs/adr/')).length).toBeGreaterThanOrEqual(7);
  });

  it.each(pages)('%s links to what exists', (page) => {
    expect(brokenLinks(page, read(page))).toEqual([]);
  });

  it.each(pages)('%s names paths that exist', (page) => {
    expect(missingPaths(read(page))).toEqual([]);
  });

  it('brokenLinks() sees a missing file, a missing heading, and a way out', () => {
    const text = '# A b\n[x](no.md) [y](#c) [z](../../etc) [ok](#a-b) [ok](README.md) [ok](https://example.org)';
    expect(brokenLinks('planted.md', text)).toEqual(['no.md', '#c', '../../etc']);
  });

  it('missingPaths() sees a file that was moved', () => {
    expect(missingPaths('`src/core/nothing.ts`, `src/core/result.ts`')).toEqual(['src/core/nothing.ts']);
  });

  it('numbers every decision once, in its name and its title', () => {
    const decisions = pages.filter((page) => page.startsWith('docs/adr/'));
    const numbers = decisions.map((page) => Number(/(\d{4})-/.exec(page)?.[1]));
    expect(new Set(numbers).size).toBe(decisions.length);
    expect(decisions.filter((page, i) => !read(page).startsWith(`# ${numbers[i]}. `))).toEqual([]);
  });

  it.each(pages.filter((page) => page.startsWith('docs/adr/')))('%s has the four parts, on one page', (page) => {
    const text = read(page);
    expect([...text.matchAll(/^## (.+)$/gm)].map(([, title]) => title)).toEqual([
      'Context',
      'Decision',
      'Consequences',
      'Alternatives',
    ]);
    expect(text.split(/\s+/).length).toBeLessThanOrEqual(500);
  });
});

describe('docs/invariants.md', () => {
  const sections = read('docs/invariants.md').split(/^## /m).slice(1);

  it('holds the twelve invariants in order', () => {
    expect(sections.map((section) => Number.parseInt(section, 10))).toEqual(Array.from({ length: 12 }, (_, i) => i + 1));
  });

  it.each(sections.map((section) => [section.split('\n', 1)[0] ?? '', section]))('%s names tests', (_title, section) => {
    const tests = [...section.matchAll(/\]\(\.\.\/(test\/[^)]+\.test\.ts)\)/g)].map(([, path = '']) => path);
    expect(tests).not.toEqual([]);
    for (const path of tests) expect(statSync(join(ROOT, path)).size).toBeGreaterThan(0);
  });
});

describe('docs/architecture.md', () => {
  const page = read('docs/architecture.md');

  it('shows the layer table as it is', () => {
    expect(page).toBe(architecturePage());
    const folders = [...page.matchAll(/^\| `([a-z]+)`(?: \(pure\))? \|/gm)].map(([, folder]) => folder);
    expect(folders).toEqual(LAYERS.map(({ folder }) => folder));
  });
});

describe('committed files', () => {
  it.each(
    files
      .filter((file) => !BINARY.test(file))
      .map((file) => [dirname(file).split('/').slice(0, 2).join('/'), file] as const)
      .reduce(byFolder, []),
  )('in %s hold no trace of a machine', (_folder, members) => {
    expect(members.flatMap((file) => machineTraces(read(file)).map((trace) => `${file}: ${trace}`))).toEqual([]);
  });

  it('machineTraces() sees a path of a person', () => {
    // Put together here, so that this file holds none itself.
    const path = ['', 'home', 'ada'].join('/');
    expect(machineTraces(`see ${path}/x`)).toEqual([path]);
    expect(machineTraces(`https://example.org${path} and /etc/resolv.conf`)).toEqual([]);
  });

  it('package-lock.json names no registry, and pins every package that is installed here by hash', () => {
    const { packages } = JSON.parse(read('package-lock.json')) as {
      packages: Readonly<Record<string, { resolved?: string; integrity?: string }>>;
    };
    const rows = Object.entries(packages).filter(([path]) => path !== '');
    expect(rows.length).toBeGreaterThan(100);
    expect(rows.filter(([, { resolved }]) => resolved !== undefined).map(([path]) => path)).toEqual([]);
    const installed = rows.filter(([path]) => existsSync(join(ROOT, path)));
    expect(installed.length).toBeGreaterThan(100);
    expect(installed.filter(([, { integrity }]) => integrity?.startsWith('sha512-') !== true).map(([path]) => path)).toEqual(
      [],
    );
  });

  // `npm ci` refuses a lockfile that leaves out the optional packages of other platforms.
  it('package-lock.json has a row for every optional package that another one names', () => {
    const { packages } = JSON.parse(read('package-lock.json')) as {
      packages: Readonly<Record<string, { optionalDependencies?: Readonly<Record<string, string>> }>>;
    };
    const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies).filter(
        (name) => packages[`node_modules/${name}`] === undefined && packages[`${path}/node_modules/${name}`] === undefined,
      ),
    );
    expect(missing).toEqual([]);
  });

  it('.npmrc names no registry and no credential', () => {
    expect(read('.npmrc')).not.toMatch(/registry\s*=\s*http|_auth|_password/i);
  });
});

function byFolder(groups: [string, string[]][], [folder, file]: readonly [string, string]): [string, string[]][] {
  const group = groups.find(([name]) => name === folder);
  if (group === undefined) groups.push([folder, [file]]);
  else group[1].push(file);
  return groups;
}
