import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { parse } from 'yaml';

// No Docker runs here: what can be seen in the files is held.
const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

/** Instructions of each stage of a Dockerfile, its continued lines joined. */
function stagesOf(text: string): string[][] {
  const lines = text
    .replaceAll(/^#.*\n/gm, '')
    .replaceAll(/\\\n/g, ' ')
    .split('\n')
    .filter((line) => line.trim() !== '');
  const stages: string[][] = [];
  for (const line of lines) {
    if (line.startsWith('FROM ')) stages.push([line]);
    else stages.at(-1)?.push(line);
  }
  return stages;
}

/** What a stage takes from the build context. */
function copiedFromContext(stage: readonly string[]): string[] {
  return stage.flatMap((line) => {
    const [instruction, ...words] = line.split(/\s+/);
    return instruction === 'COPY' && !words.some((word) => word.startsWith('--from=')) ? words.slice(0, -1) : [];
  });
}

/** Those of a script's own files that it cannot be started without and a stage does not have. */
function missingImports(copied: readonly string[], textOf: (file: string) => string): string[] {
  const scripts = copied.filter((file) => /^scripts\/[^/]+\.m?[jt]s$/.test(file));
  const imported = scripts.flatMap((file) =>
    [...textOf(file).matchAll(/^import [^;]*? from '(\.[^']+)'/gm)].map(([, path = '']) => join(dirname(file), path)),
  );
  return [...new Set(imported)].filter((file) => !copied.includes(file));
}

const stages = stagesOf(read('Dockerfile'));

it('missingImports() names a file that a copied script imports and its stage lacks', () => {
  const text = "import { a } from './a.ts';\nimport { b } from 'node:fs';\n";
  expect(missingImports(['scripts/main.ts'], () => text)).toEqual(['scripts/a.ts']);
  expect(missingImports(['scripts/main.ts', 'scripts/a.ts'], (file) => (file === 'scripts/main.ts' ? text : ''))).toEqual([]);
});

it('Dockerfile copies what is there, what .dockerignore lets through, and all that its scripts import', () => {
  const letThrough = read('.dockerignore')
    .split('\n')
    .flatMap((line) => (line.startsWith('!') ? [line.slice(1)] : []));
  const copied = stages.map(copiedFromContext);
  expect(copied.flat().length).toBeGreaterThan(10);
  for (const source of copied.flat()) {
    expect(existsSync(join(ROOT, source)), `${source} exists`).toBe(true);
    expect(
      letThrough.some((path) => source === path || source.startsWith(`${path}/`)),
      `.dockerignore lets ${source} through`,
    ).toBe(true);
  }
  for (const stage of copied) expect(missingImports(stage, read)).toEqual([]);
});

it('the image runs as a user without rights', () => {
  const users = stages.at(-1)?.filter((line) => line.startsWith('USER ')) ?? [];
  expect(users.at(-1)).toMatch(/^USER [1-9]\d*$/);
});

interface Compose {
  readonly services: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly networks: Readonly<Record<string, { readonly internal?: boolean }>>;
}

it('docker-compose.yml gives the gateway no more than it needs, and agents no way but through it', () => {
  const { services, networks } = parse(read('docker-compose.yml')) as Compose;
  expect(services['cordon']).toMatchObject({ read_only: true, cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] });
  expect(services['cordon']?.['user']).toMatch(/^[1-9]\d*:[1-9]\d*$/);
  for (const name of ['privileged', 'cap_add', 'network_mode', 'ports']) expect(services['cordon']).not.toHaveProperty(name);
  expect(services['agent']?.['networks']).toEqual(['agents']);
  expect(services['agent']).not.toHaveProperty('network_mode');
  expect(networks['agents']?.internal).toBe(true);
});
