import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { cordon } from './cordon.ts';

const GLASS = ['token', 'mint', '--break-glass'];
const EVA = ['--person', 'eva@acme.example'];
const WHY = ['--reason', 'IdP is down'];

describe('cordon token mint --break-glass', () => {
  it.each([
    [[...EVA], 'expected --reason with --break-glass'],
    [[...EVA, '--reason', 'two\nlines'], 'expected --reason with --break-glass'],
    [WHY, 'expected --agent, or --role and --person'],
    [[...EVA, ...WHY, '--ttl', '2h'], '--ttl: expected at most 1h for --break-glass'],
    [[...EVA, ...WHY, '--role', 'viewer'], 'Found --role beside --break-glass'],
    [[...EVA, ...WHY, '--place', 'DE'], 'Found --place beside --break-glass'],
    [['--agent', 'bot', ...WHY], 'Found --break-glass beside --agent'],
  ])('refuses %j', async (args, sentence) => {
    const directory = mkdtempSync(join(tmpdir(), 'cordon-token-'));
    onTestFinished(() => rmSync(directory, { recursive: true }));
    const { code, err, out } = await cordon([...GLASS, ...args], directory);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain(sentence);
  });

  it('wants no reason of other tokens', async () => {
    const { code, err } = await cordon(['token', 'mint', '--role', 'viewer', ...EVA, ...WHY], tmpdir());
    expect([code, err]).toEqual([2, expect.stringContaining('Found --reason, expected it with --break-glass alone')]);
  });
});
