import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
  readonly author?: string | { readonly name?: string };
}

/** Of a module of `node_modules`, the folder of its package. */
const PACKAGE = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//;

/**
 * The licences of the libraries whose code is in a bundle, each with its text: nearly all of them ask for that wherever they are
 * passed on.
 *
 * @param modules absolute paths of what was bundled
 * @param more folders of packages that came in another way
 */
export function thirdPartyNotices(modules: Iterable<string>, more: readonly string[] = []): string {
  const folders = new Set(more);
  for (const module of modules) {
    const folder = PACKAGE.exec(module)?.[1];
    if (folder !== undefined && existsSync(join(folder, 'package.json'))) folders.add(folder);
  }
  const parts = [...folders].map(noticeOf).toSorted();
  return ['This program contains the following libraries.', ...new Set(parts)].join(`\n\n${'-'.repeat(78)}\n\n`) + '\n';
}

function noticeOf(folder: string): string {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
  const { name, version, license, author } = manifest;
  const texts = globSync('{LICEN[CS]E,LICEN[CS]E.*,LICEN[CS]E-*,licen[cs]e,licen[cs]e.*,NOTICE,NOTICE.*,COPYING}', {
    cwd: folder,
  })
    .filter((file) => !/\.[cm]?[jt]s$/.test(file))
    .toSorted();
  const by = typeof author === 'string' ? author : author?.name;
  const said = texts.map((file) => readFileSync(join(folder, file), 'utf8').trim());
  if (said.length === 0 && license === undefined) throw new Error(`${name} states no licence`);
  return [
    `${name} ${version}${license === undefined ? '' : ` (${license})`}${by === undefined ? '' : `, ${by}`}`,
    ...said,
  ].join('\n\n');
}
