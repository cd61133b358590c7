import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { openS3Sink } from '../../../../src/app/sinks/s3/open-s3-sink.ts';
import { s3SinkOf } from '../../../../src/app/sinks/s3/s3-sink.ts';
import { exchangeIds } from '../../../../src/app/system.ts';
import { loadSettings } from '../../../../src/config/load-settings.ts';
import { ok, type Result } from '../../../../src/core/result.ts';
import type { OpenJournal } from '../../../../src/recording/journal.ts';
import { createMetrics } from '../../../../src/telemetry/metrics.ts';
import { tables } from '../../../destination/support/tables.ts';
import { journalIn, temporaryDirectory } from '../../../recording/fixtures.ts';
import { MACHINE_RANDOM, ManualClock } from '../../../support/clock.ts';
import { HAS_MOTO, startObjectStore, type ObjectStore } from './object-store.ts';

const HOUR = 3_600_000;
const geo = await tables();
const stack = new AsyncDisposableStack();
let store: ObjectStore;

beforeAll(async () => {
  if (HAS_MOTO) store = stack.use(await startObjectStore('COMPLIANCE'));
});
afterAll(() => stack.disposeAsync());

interface Means {
  readonly clock: ManualClock;
  readonly directory: string;
  readonly journal: OpenJournal;
  /** Lines of the log. */
  readonly said: string[];
}

async function means(): Promise<Means> {
  const clock = new ManualClock('2026-11-22T10:00:00Z');
  const directory = temporaryDirectory();
  return { clock, directory, journal: await journalIn(directory, { clock, segmentAge: HOUR }), said: [] };
}

async function opened(
  { clock, directory, journal, said }: Means,
  at: ObjectStore,
  lock = '',
): Promise<Result<AsyncDisposable, string>> {
  const sinks = `[{ type: s3, bucket: audit, region: eu-central-1, endpoint: "${at.endpoint}", secret: s3, place: DE${lock} }]`;
  const loaded = loadSettings({ env: {}, flags: { 'node.place': 'DE', sinks }, cwd: directory });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.failure));
  const sink = s3SinkOf(0, { settings: loaded.value.settings, world: geo.world, now: clock.now(), anchors: [] });
  if (!sink.ok) throw new Error(sink.failure);
  const say = (_about: object, message: string): void => void said.push(message);
  const resolver = { resolve: () => Promise.reject(new Error('Nothing to look up')), recall: () => undefined };
  const newExchangeId = exchangeIds(clock, MACHINE_RANDOM);
  const feed = await openS3Sink(sink.value, {
    directories: [directory],
    cursors: temporaryDirectory(),
    journals: [journal],
    clock,
    random: MACHINE_RANDOM,
    metrics: createMetrics(),
    log: { debug: say, info: say, warn: say, error: say },
    egress: { tables: () => geo, resolver, clock, journal, newExchangeId },
    secrets: {
      find: () => Promise.resolve(ok('AKIDEXAMPLE:wJalrXUtnFEMI')),
      set: () => Promise.resolve(ok(undefined)),
      list: () => Promise.resolve(ok([])),
      remove: () => Promise.resolve(ok(false)),
    },
  });
  if (feed.ok) onTestFinished(() => feed.value[Symbol.asyncDispose]());
  return feed;
}

describe.skipIf(!HAS_MOTO)('openS3Sink(), with moto (python3-moto)', () => {
  it(
    'puts checkpoints and finished segments there, also of a quiet gateway, where nobody deletes them',
    { timeout: 30_000 },
    async () => {
      const given = await means();
      const { journal, clock, directory } = given;
      await journal.append({ kind: 'gap', reason: 'something that was recorded' });
      expect(await opened(given, store, ', object-lock: compliance')).toMatchObject({ ok: true });
      const ofWriter = async () => (await store.keys()).filter((key) => key.startsWith(journal.writer));
      await expect.poll(ofWriter, { timeout: 10_000 }).toEqual([expect.stringContaining(`${journal.writer}/checkpoints/`)]);

      clock.advance(HOUR);
      const segment = `${journal.writer}/00000001.seg`;
      await expect.poll(ofWriter, { timeout: 10_000 }).toContain(segment);
      expect(await store.read(segment)).toEqual(readFileSync(join(directory, segment)));
      expect(await store.removeVersion(segment)).toBe(403);
      expect(await ofWriter()).not.toContain(`${journal.writer}/00000002.seg`);

      // As after a crash that left no cursor: what is there counts as put.
      expect(await opened(given, store)).toMatchObject({ ok: true });
      clock.advance(HOUR);
      await expect.poll(ofWriter, { timeout: 10_000 }).toContain(`${journal.writer}/00000002.seg`);
      expect(given.said.filter((message) => message.includes('something else'))).toEqual([]);
    },
  );

  it('writes over nothing that lies there, and says so', { timeout: 30_000 }, async () => {
    const given = await means();
    const segment = `${given.journal.writer}/00000001.seg`;
    await store.write(segment, 'something else');
    await given.journal.append({ kind: 'gap', reason: 'something that was recorded' });
    given.clock.advance(HOUR);
    expect(await opened(given, store)).toMatchObject({ ok: true });
    await expect.poll(() => given.said.join('\n'), { timeout: 10_000 }).toContain('Found something else in the bucket');
    expect((await store.read(segment))?.toString()).toBe('something else');
  });

  it('does not begin where the bucket keeps less than what was asked for', { timeout: 30_000 }, async () => {
    await using plain = await startObjectStore('none');
    const refusal = await opened(await means(), plain, ', object-lock: governance');
    expect(refusal).toEqual({
      ok: false,
      failure: 'sinks[0].object-lock: Found no default retention, expected governance: whoever can write could delete the copy',
    });
    await using governed = await startObjectStore('GOVERNANCE');
    expect(await opened(await means(), governed, ', object-lock: compliance')).toMatchObject({ ok: false });
    expect(await opened(await means(), governed, ', object-lock: governance')).toMatchObject({ ok: true });
  });
});
