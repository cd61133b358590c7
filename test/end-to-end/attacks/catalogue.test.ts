import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CATALOGUE, LATER_CASES } from './later.ts';

const HERE = import.meta.dirname;
/** The catalogue itself is not part of the project; beside a checkout it may be there. */
const SOURCE = join(HERE, '../../../../shared/data/attacks.json');

const ids: readonly string[] = Object.entries(CATALOGUE).flatMap(([group, numbers]) =>
  numbers.split(' ').map((number) => `${group}-${number}`),
);

/** Where attacks are tried: here, against holds, and in the pages of the console. */
const FOLDERS = ['.', '../holding', '../console'].map((folder) => join(HERE, folder)).filter((folder) => existsSync(folder));

/** Ids in the titles of the tests of these folders and in their tables; comments do not count. */
function idsInTests(): ReadonlySet<string> {
  const files = FOLDERS.flatMap((folder) => readdirSync(folder).map((file) => join(folder, file)));
  const tests = files.filter((file) => file.endsWith('.ts') && !/\/(?:later|catalogue\.test)\.ts$/.test(file));
  const text = tests.map((file) => readFileSync(file, 'utf8')).join('\n');
  const code = text.replaceAll(/^\s*(?:\/\/|\/?\*).*$/gm, '');
  const anId = new RegExp(`\\b(?:${Object.keys(CATALOGUE).join('|')})-\\d\\d\\b`, 'g');
  return new Set([...code.matchAll(anId)].map(([id]) => id));
}

describe('the catalogue of attacks', () => {
  it('every case is tried against the running gateway, or waits for an issue by name', () => {
    const tried = idsInTests();
    const waiting = new Set(LATER_CASES.map(({ id }) => id));
    expect(ids.filter((id) => !tried.has(id) && !waiting.has(id))).toEqual([]);
  });

  it('no case both waits and is tried, and none is unknown', () => {
    const tried = idsInTests();
    expect(LATER_CASES.filter(({ id }) => tried.has(id) || !ids.includes(id))).toEqual([]);
    expect([...tried].filter((id) => !ids.includes(id))).toEqual([]);
  });

  it.skipIf(!existsSync(SOURCE))('the committed list of ids is that of the catalogue', () => {
    const cases = JSON.parse(readFileSync(SOURCE, 'utf8')) as readonly { readonly id: string; readonly group: string }[];
    const wanted = cases.filter(({ group }) => group in CATALOGUE).map(({ id }) => id);
    expect(ids.toSorted()).toEqual(wanted.toSorted());
  });
});
