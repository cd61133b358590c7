import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryDirectory } from './fixtures.ts';
import { writeLineChain } from './line-chain.ts';
import { segmentPaths, verified } from '../support/record-files.ts';

/** Of the first version of the format. */
function chainOf(...counts: readonly number[]): string {
  const directory = temporaryDirectory();
  writeLineChain(directory, 'w1', ...counts);
  return directory;
}

function edit(directory: string, change: (lines: string[]) => string[]): void {
  const [segment] = segmentPaths(directory);
  const lines = readFileSync(segment!, 'utf8').trimEnd().split('\n');
  writeFileSync(segment!, `${change(lines).join('\n')}\n`);
}

describe('verifyChain() of lines', () => {
  it('accepts an empty directory and an untouched chain', async () => {
    expect(await verified(temporaryDirectory())).toMatchObject({ ok: true, value: { records: 0 } });
    expect(await verified(chainOf(5))).toMatchObject({ ok: true, value: { records: 5, segments: 1 } });
  });

  it('names the record after a changed one', async () => {
    const directory = chainOf(5);
    edit(directory, (lines) => lines.with(2, lines[2]!.replace('no_rule', 'no_rulE')));
    expect(await verified(directory)).toMatchObject({
      ok: false,
      failure: { segment: '00000001.seg', record: 4, seq: 3, reason: expect.stringContaining('Found prev') as string },
    });
  });

  it.each([
    ['a removed record', (lines: string[]) => lines.toSpliced(2, 1), 3],
    ['a repeated record', (lines: string[]) => lines.toSpliced(2, 0, lines[1]!), 3],
    ['exchanged records', (lines: string[]) => lines.with(1, lines[2]!).with(2, lines[1]!), 2],
    ['a removed beginning', (lines: string[]) => lines.slice(1), 1],
    ['something that is no record', (lines: string[]) => lines.with(3, '[]'), 4],
    ['another version', (lines: string[]) => lines.with(0, lines[0]!.replace('"v":1', '"v":2')), 1],
  ])('names the line of %s', async (_, change, line) => {
    const directory = chainOf(5);
    edit(directory, change);
    expect(await verified(directory)).toMatchObject({ ok: false, failure: { record: line } });
  });

  it('refuses records of another writer, a chain of their own though they be', async () => {
    const directory = chainOf(3);
    const other = temporaryDirectory();
    writeLineChain(other, 'w2', 3);
    const [segment] = segmentPaths(other);
    renameSync(segment!, join(directory, '00000002.seg'));
    expect(await verified(directory)).toMatchObject({ ok: false, failure: { segment: '00000002.seg', record: 1 } });
  });

  it('names a missing segment', async () => {
    const directory = chainOf(5, 5, 5);
    rmSync(segmentPaths(directory)[1]!);
    expect(await verified(directory)).toMatchObject({ ok: false, failure: { segment: '00000003.seg', record: 1 } });
  });

  it('refuses a last line without newline', async () => {
    const directory = chainOf(2);
    const [segment] = segmentPaths(directory);
    writeFileSync(segment!, readFileSync(segment!).subarray(0, -1));
    expect(await verified(directory)).toMatchObject({ ok: false, failure: { record: 2 } });
  });

  it('refuses a file without newlines instead of reading it into memory', async () => {
    const directory = chainOf(1);
    writeFileSync(join(directory, '00000002.seg'), `{${'x'.repeat(3 << 20)}`);
    const report = await verified(directory);
    expect(report).toMatchObject({ ok: false, failure: { record: 1 } });
  });
});
