import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { AgentId, SessionId } from '../../src/core/ids.ts';
import { directoryWith } from '../config/temporary-directory.ts';
import { denial, outcome } from '../recording/events.ts';
import { journalIn } from '../recording/fixtures.ts';
import { linesOf, TEST_KEYS } from '../support/record-files.ts';
import { ManualClock } from '../support/clock.ts';
import { cordon } from './cordon.ts';
import { auditKeyText } from '../../src/recording/keys/audit-key.ts';

/** Two agents, three exchanges, in the chains of two writers; what opens them is in `key`. */
async function records(): Promise<{ cwd: string; lines: string[] }> {
  const cwd = directoryWith({ key: auditKeyText([new Uint8Array(32).fill(1)], TEST_KEYS.signer.verifier) });
  const clock = new ManualClock(new Date(Date.now() - 3_600_000).toISOString());
  const directory = join(cwd, 'data/recordings');
  const [first, second] = [
    await journalIn(directory, { writer: 'w1', clock, segmentBytes: 600 }),
    await journalIn(directory, { writer: 'w2', clock }),
  ];
  const of = (subject: string, session: string): object => ({ subject: subject as AgentId, session: session as SessionId });
  await first.append(denial(1, of('anna', 's1')));
  await first.append(denial(2, of('bert', 's2')));
  await first.append(outcome(2));
  await first.append(outcome(1));
  clock.advance(3_500_000);
  await second.append(denial(3, of('anna', 's3')));
  await second.append(outcome(3));
  return { cwd, lines: [first, second].flatMap((journal) => linesOf(journal.directory)) };
}

const exchangesOf = (out: string): string[] =>
  out
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => (JSON.parse(line) as { kind: string; exchange: string }).exchange);

describe('cordon sessions export', () => {
  it('gives every record as it was written', async () => {
    const { cwd, lines } = await records();
    const { code, out } = await cordon(['sessions', 'export', '--key', 'key'], cwd);
    expect([code, out]).toEqual([0, `${lines.join('\n')}\n`]);
    expect(lines).toHaveLength(6);
  });

  it.each([
    [
      ['--subject', 'anna'],
      ['x1', 'x1', 'x3', 'x3'],
    ],
    [['s2'], ['x2', 'x2']],
    [
      ['s1', 's3'],
      ['x1', 'x1', 'x3', 'x3'],
    ],
    [
      ['--since', '30m'],
      ['x3', 'x3'],
    ],
    [['--since', '30m', '--subject', 'bert'], []],
    [['--subject', 'nobody'], []],
  ])('gives with %j what is wanted, with the outcomes of it', async (args, exchanges) => {
    const { cwd } = await records();
    const { code, out } = await cordon(['sessions', 'export', '--key', 'key', ...args], cwd);
    expect([code, exchangesOf(out)]).toEqual([0, exchanges]);
  });

  it('says what is wrong', async () => {
    const { cwd } = await records();
    expect(await cordon(['sessions', 'export', '--since', 'monday'], cwd)).toMatchObject({
      code: 2,
      err: 'cordon: --since: Found "monday", expected a duration such as 150ms, 30s, 15m, 12h or 7d\n',
    });
    const unopened = await cordon(['sessions', 'export'], cwd);
    expect([unopened.code, unopened.err]).toEqual([3, expect.stringContaining('expected one of the keys at hand: none')]);
    expect((await cordon(['sessions', 'export', '--dir', 'nowhere'], cwd)).code).toBe(2);
    expect((await cordon(['sessions', 'export', '--format', 'xml'], cwd)).code).toBe(2);
  });
});

describe('cordon sessions list and show', () => {
  it.each([
    [['list', '--limit', '0'], 2, 'cordon: --limit: Found "0", expected a number from 1 to 100000\n'],
    [['show', 'a-1', '--limit', 'all'], 2, 'cordon: --limit: Found "all", expected a number from 1 to 100000\n'],
    [['show', 'a-1'], 1, 'cordon: Found no session "a-1": cordon sessions list shows those there are\n'],
    [
      ['--set', 'recordings.index=off', 'list'],
      3,
      'cordon: recordings.index: Found off, expected on: without an index there is nothing to list\n',
    ],
  ])('says with %j what is wrong', async (args, code, err) => {
    const [globals, own] = args[0] === '--set' ? [args.slice(0, 2), args.slice(2)] : [[], args];
    expect(await cordon([...globals, 'sessions', ...own], directoryWith({}))).toMatchObject({ code, err });
  });

  it('lists nothing where nothing was indexed', async () => {
    expect(await cordon(['--json', 'sessions', 'list'], directoryWith({}))).toMatchObject({
      code: 0,
      out: '{\n  "items": []\n}\n',
    });
  });
});
