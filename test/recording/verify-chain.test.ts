import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { verifyChain } from '../../src/recording/verify-chain.ts';
import { denial } from './events.ts';
import { journalIn, segmentPaths, temporaryDirectory } from './fixtures.ts';

async function chainOf(records: number, segmentBytes = 1 << 20): Promise<string> {
  const journal = await journalIn(temporaryDirectory(), { segmentBytes });
  for (let i = 0; i < records; i++) await journal.append(denial(i));
  await journal.close();
  return journal.directory;
}

function edit(directory: string, change: (lines: string[]) => string[]): void {
  const [segment] = segmentPaths(directory);
  const lines = readFileSync(segment!, 'utf8').trimEnd().split('\n');
  writeFileSync(segment!, `${change(lines).join('\n')}\n`);
}

describe('verifyChain()', () => {
  it('accepts an empty directory and an untouched chain', async () => {
    expect(await verifyChain(temporaryDirectory())).toMatchObject({ ok: true, value: { records: 0 } });
    expect(await verifyChain(await chainOf(5))).toMatchObject({ ok: true, value: { records: 5, segments: 1 } });
  });

  it('names the record after a changed one', async () => {
    const directory = await chainOf(5);
    edit(directory, (lines) => lines.with(2, lines[2]!.replace('no_rule', 'no_rulE')));
    expect(await verifyChain(directory)).toMatchObject({
      ok: false,
      failure: { segment: '00000001.seg', line: 4, seq: 3, reason: expect.stringContaining('Found prev') as string },
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
    const directory = await chainOf(5);
    edit(directory, change);
    expect(await verifyChain(directory)).toMatchObject({ ok: false, failure: { line } });
  });

  it('refuses records of another writer, a chain of their own though they be', async () => {
    const directory = await chainOf(3);
    const other = await chainOf(3);
    const [segment] = segmentPaths(other);
    renameSync(segment!, join(directory, '00000002.seg'));
    expect(await verifyChain(directory)).toMatchObject({ ok: false, failure: { segment: '00000002.seg', line: 1 } });
  });

  it('names a missing segment', async () => {
    const directory = await chainOf(20, 1000);
    rmSync(segmentPaths(directory)[1]!);
    expect(await verifyChain(directory)).toMatchObject({ ok: false, failure: { segment: '00000003.seg', line: 1 } });
  });

  it('refuses a last line without newline', async () => {
    const directory = await chainOf(2);
    const [segment] = segmentPaths(directory);
    writeFileSync(segment!, readFileSync(segment!).subarray(0, -1));
    expect(await verifyChain(directory)).toMatchObject({ ok: false, failure: { line: 2 } });
  });

  it('refuses a file without newlines instead of reading it into memory', async () => {
    const directory = await chainOf(1);
    writeFileSync(join(directory, '00000002.seg'), 'x'.repeat(3 << 20));
    const report = await verifyChain(directory);
    expect(report).toMatchObject({ ok: false, failure: { line: 1 } });
  });
});
