import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import type { DecisionEvent } from '../../src/core/exchange/record.ts';
import { auditKeyText } from '../../src/recording/keys/audit-key.ts';
import { Report } from '../../src/reporting/report.ts';
import { directoryWith } from '../config/temporary-directory.ts';
import { denial, outcome } from '../recording/events.ts';
import { journalIn } from '../recording/fixtures.ts';
import { ManualClock } from '../support/clock.ts';
import { segmentPaths, TEST_KEYS } from '../support/record-files.ts';
import { cordon, RULES } from './cordon.ts';

/** A policy, and two writers with three denials of an agent at home in the EU; what opens them is in `key`. */
async function installation(): Promise<{ cwd: string; directories: string[] }> {
  const key = auditKeyText([new Uint8Array(32).fill(1)], TEST_KEYS.signer.verifier);
  const cwd = directoryWith({ key, 'rules/base.yaml': RULES, 'cordon.yaml': 'node: { place: DE }\n' });
  const clock = new ManualClock('2026-11-20T10:00:00Z');
  const recordings = join(cwd, 'data/recordings');
  const more = {
    subject: 'bot',
    home: 'eu',
    place: { entry: 'US', processing: 'US', storage: 'US' },
  } as Partial<DecisionEvent>;
  const directories: string[] = [];
  for (const [writer, exchanges] of [
    ['w1', [1, 2]],
    ['w2', [3]],
  ] as const) {
    const journal = await journalIn(recordings, { writer, clock, segmentBytes: 600 });
    for (const each of exchanges) {
      await journal.append(denial(each, more));
      await journal.append(outcome(each));
    }
    directories.push(journal.directory);
    await journal.close();
  }
  return { cwd, directories };
}

const PERIOD = ['--since', '2026-11-01', '--until', '2026-12-01', '--key', 'key'];
const read = (cwd: string, file: string): Report => JSON.parse(readFileSync(join(cwd, file), 'utf8')) as Report;

describe('cordon report', () => {
  it('writes JSON of the shape that is documented', async () => {
    const { cwd } = await installation();
    const ended = await cordon(['report', '--jurisdiction', 'eu', ...PERIOD, '--out', 'r.json'], cwd);
    expect([ended.err, ended.code]).toEqual(['', 0]);
    const report = read(cwd, 'r.json');
    const isReport = new Ajv({ strict: false }).compile(Report);
    expect([isReport(report), isReport.errors]).toEqual([true, null]);
    expect(report).toMatchObject({
      report: 1,
      jurisdiction: { id: 'eu' },
      period: { since: '2026-11-01T00:00:00.000Z', until: '2026-12-01T00:00:00.000Z' },
      isComplete: true,
      totals: { exchanges: 3, denied: 3, records: 6 },
      refusals: { items: [{ place: { entry: 'US' }, exchanges: 3 }] },
      locations: [
        { setting: 'data.place', place: 'DE', isInside: true },
        { setting: 'store.place', place: 'DE', isInside: true },
        { setting: 'recordings.place', place: 'DE', isInside: true },
      ],
    });
    expect(report.chains.map(({ writer, state, records }) => [writer, state, records])).toEqual([
      ['w1', 'whole', 4],
      ['w2', 'whole', 2],
    ]);
    expect(report.chains.every(({ checkpoint }) => checkpoint !== undefined)).toBe(true);
    expect(report.tables.some(({ ageDays }) => ageDays !== undefined)).toBe(true);
  });

  it('writes a page whose links lead to the console, and says what it wrote', async () => {
    const { cwd } = await installation();
    const ended = await cordon(['report', '--jurisdiction', 'eu', ...PERIOD, '--out', 'r.html', '--json'], cwd);
    expect(ended.code).toBe(0);
    expect(JSON.parse(ended.out)).toMatchObject({ jurisdiction: 'eu', isComplete: true, totals: { denied: 3 } });
    const page = readFileSync(join(cwd, 'r.html'), 'utf8');
    expect(page).toContain('<title>Residency report: eu</title>');
    expect(page).toContain('href="http://127.0.0.1:3129/#/exchanges?since=');
  });

  it('tells who is at home elsewhere from who is not counted', async () => {
    const { cwd } = await installation();
    expect((await cordon(['report', '--jurisdiction', 'US', ...PERIOD, '--out', 'r.json'], cwd)).code).toBe(0);
    expect(read(cwd, 'r.json')).toMatchObject({ totals: { exchanges: 0 }, notCounted: { elsewhere: 3 } });
  });

  it('reads a copy without policy, and says that it had none', async () => {
    const { cwd, directories } = await installation();
    const elsewhere = directoryWith({ key: readFileSync(join(cwd, 'key'), 'utf8') });
    const copy = ['--dir', join(directories[0]!, '..'), '--out', 'r.json'];
    expect((await cordon(['report', '--jurisdiction', 'eu', ...PERIOD, ...copy], elsewhere)).code).toBe(0);
    const report = read(elsewhere, 'r.json');
    expect([report.totals.denied, report.locations[0]?.place]).toEqual([3, 'unstated']);
    expect(report.notes.at(-1)).toContain('No policy was at hand');
  });

  it('names a segment that was changed, goes on behind it, and ends with 1', async () => {
    const { cwd, directories } = await installation();
    const [path = '', ...behind] = segmentPaths(directories[0]!);
    expect(behind).not.toEqual([]);
    const bytes = readFileSync(path);
    bytes[bytes.length - 20]! ^= 1;
    writeFileSync(path, bytes);
    const ended = await cordon(['report', '--jurisdiction', 'eu', ...PERIOD, '--out', 'r.json'], cwd);
    expect(ended.code).toBe(1);
    expect(ended.err).toContain('Found a block that was changed, or belongs elsewhere');
    const report = read(cwd, 'r.json');
    expect(report.isComplete).toBe(false);
    expect(report.chains.map(({ state }) => state)).toEqual(['broken', 'whole']);
    expect(report.chains[0]?.unread).toContain('Found a block that was changed');
    // The outcome of the first exchange was in that block.
    expect(report.totals).toMatchObject({ records: 5, denied: 3, withoutOutcome: 1 });
  });

  it.each([
    [
      ['--jurisdiction', 'mars'],
      2,
      'Found the jurisdiction "mars", expected a country, a built-in set such as eu, or one of the policy',
    ],
    [['--jurisdiction', 'eu', '--out', 'r.pdf'], 2, 'Found --out "r.pdf", expected a file that ends with .html or .json'],
    [
      ['--jurisdiction', 'eu', '--since', 'monday'],
      2,
      '--since: Found "monday", expected a duration such as 30d, or an RFC 3339 date or instant',
    ],
    [['--jurisdiction', 'eu', '--until', '2026-13-01'], 2, '--until: Found "2026-13-01"'],
    [['--jurisdiction', 'eu', '--since', '2026-12-02'], 2, 'Found a period that ends before it begins'],
    [['--jurisdiction', 'eu', '--dir', 'nowhere'], 2, 'expected one of records'],
    [['--jurisdiction', 'eu', '--key', 'none'], 2, 'none cannot be read'],
    [['--jurisdiction', 'eu', '--key', 'cordon.yaml'], 2, 'cordon.yaml: Found something else in the first line'],
    [['--jurisdiction', 'eu', '--out', 'no/such/r.json'], 3, 'cannot be written'],
    [['--jurisdiction', 'eu', '--out', ''], 2, 'Found --out ""'],
    [[], 2, "required option '--jurisdiction <id>' not specified"],
  ])('with %j ends with %i and says why', async (args, code, sentence) => {
    const { cwd } = await installation();
    const ended = await cordon(['report', ...PERIOD, '--out', 'r.json', ...args], cwd);
    expect([ended.code, ended.err]).toEqual([code, expect.stringContaining(sentence)]);
    expect(existsSync(join(cwd, 'r.json'))).toBe(false);
  });

  it('says so where no key opens the records', async () => {
    const { cwd } = await installation();
    const args = ['report', '--jurisdiction', 'eu', '--out', 'r.json'];
    const none = await cordon(args, cwd);
    expect([none.code, none.err]).toEqual([2, expect.stringContaining('Found no keys in')]);
    const wrong = directoryWith({ wrong: auditKeyText([new Uint8Array(32).fill(9)], TEST_KEYS.signer.verifier) });
    const ended = await cordon([...args, ...PERIOD.slice(0, 4), '--key', join(wrong, 'wrong')], cwd);
    expect([ended.code, ended.err]).toEqual([1, expect.stringContaining('expected one of the keys at hand')]);
    expect(read(cwd, 'r.json')).toMatchObject({ isComplete: false, totals: { records: 0 } });
  });
});
