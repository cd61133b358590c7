import { readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { AgentId, SessionId } from '../../src/core/ids.ts';
import { directoryWith } from '../config/temporary-directory.ts';
import { denial, outcome } from '../recording/events.ts';
import { journalIn } from '../recording/fixtures.ts';
import { linesOf, recordsOf, TEST_KEYS } from '../support/record-files.ts';
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
    [
      ['--until', '30m'],
      ['x1', 'x2', 'x2', 'x1'],
    ],
    [['--since', '30m', '--subject', 'bert'], []],
    [['--decision', 'permit'], []],
    [
      ['--host', 'blocked.example', '--decision', 'deny', '--subject', 'bert'],
      ['x2', 'x2'],
    ],
    [['--host', 'other.example'], []],
    [['--host', '192.0.2.1'], []],
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
      err:
        'cordon: --since: Found "monday", expected a duration such as 150ms, 30s, 15m, 12h or 7d, or an instant such as ' +
        '2027-03-01T00:00:00Z\n',
    });
    expect((await cordon(['sessions', 'export', '--host', '*'.repeat(3)], cwd)).err).toContain('--host: Found "***"');
    const unopened = await cordon(['sessions', 'export'], cwd);
    expect([unopened.code, unopened.err]).toEqual([3, expect.stringContaining('expected one of the keys at hand: none')]);
    expect((await cordon(['sessions', 'export', '--dir', 'nowhere'], cwd)).code).toBe(2);
    expect((await cordon(['sessions', 'export', '--format', 'xml'], cwd)).code).toBe(2);
  });

  it('is on the record with what was asked for, before anything is given, and with how much it was', async () => {
    const { cwd } = await records();
    const asked = ['sessions', 'export', '--format', 'csv', '--subject', 'anna', '--since', '2h', 's1', 's3'];
    expect((await cordon([...asked, '--key', 'key'], cwd)).code).toBe(0);
    const written = readdirSync(join(cwd, 'data/recordings')).filter((name) => name !== 'w1' && name !== 'w2');
    const events = written.flatMap((writer) => recordsOf(join(cwd, 'data/recordings', writer)));
    const details = { format: 'csv', subject: 'anna', since: '2h', sessions: ['s1', 's3'] };
    expect(events).toMatchObject([
      { kind: 'admin', actor: expect.stringMatching(/^local:/), action: 'records.exported', details },
      { kind: 'admin', action: 'records.export-ended', details: { ...details, count: 2 } },
    ]);
  });

  it('is on the record however the directory is named', async () => {
    const { cwd } = await records();
    symlinkSync(join(cwd, 'data/recordings'), join(cwd, 'copy'));
    expect((await cordon(['sessions', 'export', '--dir', 'copy', '--key', 'key'], cwd)).code).toBe(0);
    expect(readdirSync(join(cwd, 'data/recordings')).filter((name) => name !== 'w1' && name !== 'w2')).toHaveLength(1);
  });

  it('gives nothing where the record cannot be written', async () => {
    const { cwd } = await records();
    writeFileSync(join(cwd, 'data/keys'), 'no directory');
    const { code, out } = await cordon(['sessions', 'export', '--key', 'key'], cwd);
    expect([code, out]).toEqual([3, '']);
  });

  it('leaves no record of what was read from a copy', async () => {
    const { cwd, lines } = await records();
    const elsewhere = directoryWith({});
    const { code, out } = await cordon(
      ['sessions', 'export', '--dir', join(cwd, 'data/recordings'), '--key', join(cwd, 'key')],
      elsewhere,
    );
    expect([code, out]).toEqual([0, `${lines.join('\n')}\n`]);
    expect(readdirSync(elsewhere)).toEqual([]);
  });

  it('gives exchanges as an archive', async () => {
    const { cwd } = await records();
    const { code, out } = await cordon(['sessions', 'export', '--format', 'har', '--key', 'key'], cwd);
    const { log } = JSON.parse(out) as { log: { entries: { request: { url: string }; response: { status: number } }[] } };
    expect(code).toBe(0);
    expect(log.entries.map(({ request, response }) => [request.url, response.status])).toEqual(
      Array.from({ length: 3 }, () => ['https://blocked.example/', 403]),
    );
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
