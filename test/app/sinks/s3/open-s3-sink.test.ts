import { readFileSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createEventBus } from '../../../../src/app/event-bus.ts';
import { createAdminRecord } from '../../../../src/app/people/admin-record.ts';
import { RequiredCopies } from '../../../../src/app/sinks/required-copies.ts';
import { openS3Sink } from '../../../../src/app/sinks/s3/open-s3-sink.ts';
import { s3SinkOf } from '../../../../src/app/sinks/s3/s3-sink.ts';
import { exchangeIds } from '../../../../src/app/system.ts';
import { loadSettings } from '../../../../src/config/load-settings.ts';
import { ok, type Result } from '../../../../src/core/result.ts';
import type { OpenJournal } from '../../../../src/recording/journal.ts';
import { createMetrics, type Metrics } from '../../../../src/telemetry/metrics.ts';
import { tables } from '../../../destination/support/tables.ts';
import { journalIn, temporaryDirectory } from '../../../recording/fixtures.ts';
import { MACHINE_RANDOM, ManualClock } from '../../../support/clock.ts';
import { TEST_KEYS, verified } from '../../../support/record-files.ts';
import { readWriterList, signWriterList } from '../../../../src/recording/tree/writer-list.ts';
import { freePort } from '../../../support/free-port.ts';
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
  /** Of another store. */
  readonly others?: readonly OpenJournal[];
  /** File of the list of writers. */
  readonly writers: string;
  readonly metrics: Metrics;
  /** Lines of the log. */
  readonly said: string[];
  readonly alarms: string[];
}

async function means(): Promise<Means> {
  const clock = new ManualClock('2026-11-22T10:00:00Z');
  const directory = temporaryDirectory();
  const journal = await journalIn(directory, { clock, segmentAge: HOUR });
  const writers = join(temporaryDirectory(), 'writers');
  return { clock, directory, journal, writers, metrics: createMetrics(), said: [], alarms: [] };
}

async function opened(
  { clock, directory, journal, others = [], writers, metrics, said, alarms }: Means,
  at: Pick<ObjectStore, 'endpoint'>,
  lock = '',
): Promise<Result<AsyncDisposable, string>> {
  const sinks = `[{ type: s3, bucket: audit, region: eu-central-1, endpoint: "${at.endpoint}", secret: s3, place: DE${lock} }]`;
  const loaded = loadSettings({ env: {}, flags: { 'node.place': 'DE', sinks }, cwd: directory });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.failure));
  const sink = s3SinkOf(0, { settings: loaded.value.settings, world: geo.world, now: clock.now(), anchors: [] });
  if (!sink.ok) throw new Error(sink.failure);
  const say = (_about: object, message: string): void => void said.push(message);
  const resolver = { resolve: () => Promise.reject(new Error('Nothing to look up')), recall: () => undefined };
  const events = createEventBus((error) => {
    throw error;
  });
  events.subscribe((event) => void (event.type === 'alarm' && alarms.push(`${event.alarm} ${event.subject}`)));
  const newExchangeId = exchangeIds(clock, MACHINE_RANDOM);
  const feed = await openS3Sink(sink.value, {
    directories: [directory, ...others.map((other) => dirname(other.directory))],
    cursors: temporaryDirectory(),
    writers,
    journals: [journal, ...others],
    clock,
    random: MACHINE_RANDOM,
    metrics,
    copies: new RequiredCopies(loaded.value.settings),
    record: createAdminRecord({ journal, events }),
    log: { debug: say, info: say, warn: say, error: say },
    egress: { tables: () => geo, resolver, clock, journal, newExchangeId, parent: undefined },
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

/** The way to a store, which can be cut. */
class Road implements AsyncDisposable {
  readonly endpoint: string;
  readonly #port: number;
  readonly #to: number;
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;

  constructor(port: number, to: string) {
    [this.#port, this.#to] = [port, Number(new URL(to).port)];
    this.endpoint = `http://127.0.0.1:${port}`;
  }

  async open(): Promise<void> {
    const server = createServer((socket) => {
      const onward = connect(this.#to, '127.0.0.1');
      for (const each of [socket, onward]) this.#sockets.add(each.on('error', () => each.destroy()));
      socket.pipe(onward).pipe(socket);
    });
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(this.#port, '127.0.0.1', resolve));
  }

  async cut(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => (server === undefined ? resolve() : server.close(() => resolve())));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.cut();
  }
}

async function gauge(metrics: Metrics, name: string): Promise<number> {
  const { text } = await metrics.render();
  return Number(new RegExp(`^cordon_sink_${name}\\{sink="sinks\\[0\\]"\\} (.*)$`, 'm').exec(text)?.[1]);
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

  it(
    'puts what each store has there, and each list of writers once, which it is verified by',
    { timeout: 30_000 },
    async () => {
      const given = await means();
      const { clock, journal, writers } = given;
      const other = await journalIn(temporaryDirectory(), { clock, segmentAge: HOUR, writer: 'of-eu' });
      const list = (time: string, ...names: readonly string[]): string =>
        signWriterList(TEST_KEYS.signer, {
          time: `2026-11-22T${time}Z`,
          writers: names.map((writer) => ({
            store: writer === other.writer ? 'checkpoints-eu' : 'checkpoints',
            writer,
            size: 1,
          })),
        });
      const lists = async () => (await store.keys()).filter((key) => key.startsWith('_writers/'));
      for (const each of [journal, other]) await each.append({ kind: 'gap', reason: 'something that was recorded' });
      expect(await opened({ ...given, others: [other] }, store)).toMatchObject({ ok: true });
      for (const { writer } of [journal, other])
        await expect.poll(async () => (await store.keys()).join(), { timeout: 10_000 }).toContain(`${writer}/checkpoints/`);
      // There was none when it began.
      expect(await lists()).toEqual([]);
      const first = list('10:00:01.000', journal.writer);
      writeFileSync(writers, first);
      clock.advance(1000);
      await expect
        .poll(lists, { timeout: 10_000 })
        .toEqual([expect.stringMatching(/^_writers\/20261122T100001000Z-[0-9a-f]{8}$/)]);

      writeFileSync(writers, list('11:00:00.000', journal.writer, other.writer));
      clock.advance(HOUR);
      for (const { writer, directory } of [journal, other]) {
        const segment = `${writer}/00000001.seg`;
        await expect.poll(async () => (await store.keys()).join(), { timeout: 10_000 }).toContain(segment);
        expect(await store.read(segment)).toEqual(readFileSync(join(directory, '00000001.seg')));
        expect(await verified(directory)).toMatchObject({ ok: true });
      }
      await expect.poll(lists, { timeout: 10_000 }).toHaveLength(2);
      const [before, after] = await Promise.all((await lists()).map((key) => store.read(key)));
      expect([before?.toString(), after?.toString()]).toEqual([first, list('11:00:00.000', journal.writer, other.writer)]);
      expect(readWriterList(after!.toString(), [TEST_KEYS.signer.verifier])).toMatchObject({
        writers: [{ writer: journal.writer }, { writer: 'of-eu', store: 'checkpoints-eu' }],
      });
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

  it(
    'says how far a store is behind that is down at start and in mid-run, and loses nothing',
    { timeout: 60_000 },
    async () => {
      await using road = new Road(await freePort(), store.endpoint);
      const given = await means();
      const { clock, journal, metrics, alarms, directory } = given;
      const isThere = async (segment: number): Promise<boolean> =>
        (await store.keys()).includes(`${journal.writer}/0000000${segment}.seg`);
      const outage = async (segment: number): Promise<void> => {
        clock.advance(HOUR);
        await journal.append({ kind: 'gap', reason: 'something that was recorded' });
        await expect.poll(() => gauge(metrics, 'waiting_segments'), { timeout: 10_000 }).toBeGreaterThan(0);
        expect(await gauge(metrics, 'waiting_bytes')).toBeGreaterThan(0);
        const before = alarms.length;
        clock.advance(200_000);
        await expect.poll(() => gauge(metrics, 'lag_seconds')).toBe(200);
        clock.advance(200_000);
        expect(await gauge(metrics, 'lag_seconds')).toBe(400);
        await expect.poll(() => alarms.slice(before), { timeout: 10_000 }).toEqual(['sink-behind sink:sinks[0]']);
        expect(await isThere(segment)).toBe(false);
      };
      const end = async (segment: number): Promise<void> => {
        const opened = clock.now() / 1000;
        await road.open();
        // An attempt may just be failing whose wait begins after the clock was put forward.
        const isThereInTime = async (): Promise<boolean> => {
          clock.advance(60_000);
          return isThere(segment);
        };
        await expect.poll(isThereInTime, { timeout: 20_000, interval: 500 }).toBe(true);
        await expect.poll(() => alarms.at(-1), { timeout: 10_000 }).toBe('sink-level sink:sinks[0]');
        expect(await gauge(metrics, 'waiting_segments')).toBe(0);
        expect(await gauge(metrics, 'waiting_bytes')).toBe(0);
        expect(await gauge(metrics, 'lag_seconds')).toBe(0);
        expect(await gauge(metrics, 'last_success_seconds')).toBeGreaterThan(opened);
      };

      await journal.append({ kind: 'gap', reason: 'something that was recorded' });
      expect(await opened(given, road)).toMatchObject({ ok: true });
      expect(await gauge(metrics, 'last_success_seconds')).toBe(0);
      await outage(1);
      await end(1);
      await road.cut();
      await outage(2);
      await end(2);
      for (const name of [1, 2].map((number) => `${journal.writer}/0000000${number}.seg`)) {
        expect(await store.read(name)).toEqual(readFileSync(join(directory, name)));
      }
    },
  );

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
