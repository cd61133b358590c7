import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { writeFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { denial } from './events.ts';
import { journalIn, temporaryDirectory } from './fixtures.ts';
import { recordsOf, verified } from '../support/record-files.ts';

/** A file system of 256 KiB; undefined where this user may not mount one. */
function mountSmallDisk(): string | undefined {
  const directory = temporaryDirectory();
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'cordon-test', directory], { stdio: 'ignore' });
  } catch {
    return undefined;
  }
  onTestFinished(() => void execFileSync('umount', ['-l', directory]));
  return directory;
}

/** What no compression makes smaller. */
function incompressible(): string {
  return `https://x.example/${randomBytes(300).toString('base64url')}`;
}

describe('a journal on a real disk', () => {
  it('AUD-05 refuses when it is full, and goes on when there is room again', async ({ skip }) => {
    const directory = mountSmallDisk();
    if (directory === undefined) return skip('this user may not mount a tmpfs');
    const ballast = join(directory, 'ballast');
    writeFileSync(ballast, Buffer.alloc(128 * 1024));
    const journal = await journalIn(directory);
    const results = await Promise.all(
      Array.from({ length: 1500 }, (_, i) => journal.append(denial(i, { target: incompressible() }))),
    );
    const refused = results.filter((result) => !result.ok);
    expect(refused.length).toBeGreaterThan(0);
    rmSync(ballast);
    expect(await journal.append(denial(2000))).toMatchObject({ ok: true });
    const exchanges = new Set(recordsOf(journal.directory).map((record) => record['exchange']));
    for (const [i, result] of results.entries()) expect(exchanges.has(`x${i}`)).toBe(result.ok);
    expect(await verified(journal.directory)).toMatchObject({ ok: true, value: { gaps: 1 } });
  });
});
