import { mkdirSync, renameSync, rmSync, symlinkSync, truncateSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readPolicyFiles, type PolicyFiles } from '../../src/config/policy-files.ts';
import { type Compilation, type PolicyWatch, watchPolicy } from '../../src/config/policy-watch.ts';
import type { PolicyDigest } from '../../src/core/ids.ts';
import { directoryWith } from './temporary-directory.ts';

/** Texts joined are the policy; a file with `bad` in it is an error, one with `crash` a defect. */
function compile({ files }: PolicyFiles): Compilation<string, string> {
  const text = files.map((file) => file.text).join('+');
  if (text.includes('crash')) throw new Error('crashed');
  return text.includes('bad') ? { issues: [`bad in ${text}`] } : { policy: text, issues: [] };
}

interface Watched {
  readonly watch: PolicyWatch;
  readonly loaded: string[];
  readonly refused: string[];
  /** Resolves when that many callbacks have come in all. */
  readonly until: (count: number) => Promise<void>;
}

async function watching(
  directory: string,
  timing: { debounce?: number; poll?: number; settle?: number } = {},
): Promise<Watched> {
  const first = await readPolicyFiles(directory);
  const inForce = first.ok ? first.value.digest : ('sha256:none' as PolicyDigest);
  const loaded: string[] = [];
  const refused: string[] = [];
  let wake = (): void => {};
  const told = (list: string[], text: string): void => {
    list.push(text);
    wake();
  };
  const watch = watchPolicy({
    directory,
    inForce,
    read: () => readPolicyFiles(directory),
    compile,
    debounce: 10,
    poll: 60_000,
    ...timing,
    onLoaded: (policy: string) => told(loaded, policy),
    onRefused: (issues) => told(refused, issues.map((issue) => (typeof issue === 'string' ? issue : issue.message)).join()),
  });
  onTestFinished(() => watch.close());
  // The first look is over once this one is.
  await watch.reload();
  const until = async (count: number): Promise<void> => {
    while (loaded.length + refused.length < count) await new Promise<void>((resolve) => (wake = resolve));
  };
  return { watch, loaded, refused, until };
}

describe('watchPolicy()', () => {
  it('watchPolicy() loads a file that was written in place', async () => {
    const directory = directoryWith({ 'a.yaml': 'one' });
    const { loaded, refused, until } = await watching(directory);
    writeFileSync(join(directory, 'a.yaml'), 'two');
    await until(1);
    expect([loaded, refused]).toEqual([['two'], []]);
  });

  it('watchPolicy() does not load a file that was emptied to be written', async () => {
    const directory = directoryWith({ 'a.yaml': 'one' });
    const { loaded, until } = await watching(directory, { settle: 60_000 });
    truncateSync(join(directory, 'a.yaml'));
    await pause(100);
    writeFileSync(join(directory, 'a.yaml'), 'two');
    await until(1);
    expect(loaded).toEqual(['two']);
  });

  it('watchPolicy() loads a file that stays empty, and at once when asked to', async () => {
    const directory = directoryWith({ 'a.yaml': 'one', 'b.yaml': 'x' });
    const { watch, loaded, until } = await watching(directory, { settle: 50 });
    truncateSync(join(directory, 'a.yaml'));
    await until(1);
    truncateSync(join(directory, 'b.yaml'));
    expect(await watch.reload()).toBe('loaded');
    expect(loaded).toEqual(['+x', '+']);
  });

  it('watchPolicy() loads a file that an editor renamed into place, again and again', async () => {
    const directory = directoryWith({ 'a.yaml': 'one' });
    const { loaded, until } = await watching(directory);
    for (const [index, text] of ['two', 'three', 'four'].entries()) {
      writeFileSync(join(directory, '.a.yaml.tmp'), text);
      renameSync(join(directory, '.a.yaml.tmp'), join(directory, 'a.yaml'));
      await until(index + 1);
    }
    expect(loaded).toEqual(['two', 'three', 'four']);
  });

  it('watchPolicy() sees the swap of a ConfigMap as one change', async () => {
    const directory = directoryWith({ '..v1/a.yaml': 'a1', '..v1/b.yaml': 'b1', '..v2/a.yaml': 'a2', '..v2/b.yaml': 'b2' });
    symlinkSync('..v1', join(directory, '..data'));
    for (const name of ['a.yaml', 'b.yaml']) symlinkSync(`..data/${name}`, join(directory, name));
    const { loaded, until } = await watching(directory);
    symlinkSync('..v2', join(directory, '..data_tmp'));
    renameSync(join(directory, '..data_tmp'), join(directory, '..data'));
    await until(1);
    expect(loaded).toEqual(['a2+b2']);
  });

  it('POL-12: watchPolicy() refuses a set with an error whole, and loads the next good one', async () => {
    const directory = directoryWith({ 'a.yaml': 'one', 'b.yaml': 'x' });
    const { loaded, refused, until } = await watching(directory);
    writeFileSync(join(directory, 'b.yaml'), 'bad');
    await until(1);
    expect([loaded, refused]).toEqual([[], ['bad in one+bad']]);
    writeFileSync(join(directory, 'b.yaml'), 'y');
    await until(2);
    expect(loaded).toEqual(['one+y']);
  });

  it('POL-12: watchPolicy() refuses a directory whose files are gone', async () => {
    const directory = directoryWith({ 'a.yaml': 'one' });
    const { loaded, refused, until } = await watching(directory);
    unlinkSync(join(directory, 'a.yaml'));
    await until(1);
    expect([loaded, refused]).toEqual([[], ['Found no *.yaml file, expected at least one policy file']]);
  });

  it('POL-12: watchPolicy() survives a defect of the compiler', async () => {
    const directory = directoryWith({ 'a.yaml': 'one' });
    const { loaded, refused, until } = await watching(directory);
    writeFileSync(join(directory, 'a.yaml'), 'crash');
    await until(1);
    writeFileSync(join(directory, 'a.yaml'), 'two');
    await until(2);
    expect([loaded, refused]).toEqual([['two'], ['The policy cannot be loaded: crashed']]);
  });

  it('watchPolicy() tells of a refused set once, and again when asked to reload', async () => {
    const directory = directoryWith({ 'a.yaml': 'one' });
    const { watch, refused, until } = await watching(directory, { poll: 15 });
    writeFileSync(join(directory, 'a.yaml'), 'bad');
    await until(1);
    await new Promise((resolve) => setTimeout(resolve, 80));
    expect(refused).toHaveLength(1);
    expect(await watch.reload()).toBe('refused');
    expect(refused).toHaveLength(2);
  });

  it('watchPolicy() goes back to the policy in force without loading it again', async () => {
    const directory = directoryWith({ 'a.yaml': 'one' });
    const { watch, loaded, until } = await watching(directory);
    writeFileSync(join(directory, 'a.yaml'), 'bad');
    await until(1);
    writeFileSync(join(directory, 'a.yaml'), 'one');
    expect(await watch.reload()).toBe('unchanged');
    expect(loaded).toEqual([]);
  });

  it('watchPolicy() reloads on SIGHUP', async () => {
    const directory = directoryWith({ 'a.yaml': 'one' });
    const { loaded, until } = await watching(directory, { debounce: 60_000 });
    writeFileSync(join(directory, 'a.yaml'), 'two');
    process.emit('SIGHUP');
    await until(1);
    expect(loaded).toEqual(['two']);
  });

  it('watchPolicy() finds by polling what the watch cannot see: a directory that was replaced', async () => {
    const parent = directoryWith({ 'rules/a.yaml': 'one' });
    const directory = join(parent, 'rules');
    const { loaded, until } = await watching(directory, { poll: 20 });
    mkdirSync(join(parent, 'next'));
    writeFileSync(join(parent, 'next/a.yaml'), 'two');
    renameSync(directory, join(parent, 'old'));
    renameSync(join(parent, 'next'), directory);
    while (!loaded.includes('two')) await until(loaded.length + 1);
    rmSync(join(directory, 'a.yaml'));
    writeFileSync(join(directory, 'a.yaml'), 'three');
    while (!loaded.includes('three')) await until(loaded.length + 1);
    expect(loaded).toEqual(['two', 'three']);
  });

  it('watchPolicy() loads at once what changed between the first load and the watch', async () => {
    const directory = directoryWith({ 'a.yaml': 'one' });
    const loaded: string[] = [];
    const inForce = 'sha256:older' as PolicyDigest;
    const watch = watchPolicy({
      directory,
      inForce,
      read: () => readPolicyFiles(directory),
      compile,
      onLoaded: (policy: string) => void loaded.push(policy),
      onRefused: () => {},
    });
    onTestFinished(() => watch.close());
    await watch.reload();
    expect(loaded).toEqual(['one']);
  });

  it('watchPolicy() calls nobody after it was closed', async () => {
    const directory = directoryWith({ 'a.yaml': 'one' });
    const { watch, loaded, refused } = await watching(directory);
    watch.close();
    writeFileSync(join(directory, 'a.yaml'), 'two');
    expect(await watch.reload()).toBe('unchanged');
    expect([loaded, refused]).toEqual([[], []]);
    expect(process.listenerCount('SIGHUP')).toBe(0);
  });
});
