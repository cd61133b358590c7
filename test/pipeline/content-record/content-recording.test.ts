import { setImmediate as turn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { ReplySink } from '../../../src/core/exchange/reply-sink.ts';
import { fail, ok } from '../../../src/core/result.ts';
import { ContentRecording } from '../../../src/pipeline/content-record/content-recording.ts';
import type { Permitted } from '../../../src/pipeline/judging/permitted.ts';
import type { Services } from '../../../src/pipeline/services.ts';
import type { ContentLog } from '../../../src/recording/content/content-recorder.ts';
import { CodingMemory } from '../../../src/transform/codings/coding-memory.ts';
import { ManualClock } from '../../support/clock.ts';

const CHUNK = Buffer.alloc(64 * 1024, 'some words, ');
/** As much as may wait, and what was under way when that was reached. */
const AT_MOST = 128 * 1024 + 2 * CHUNK.length;

const PERMITTED = {
  startedAt: 0,
  subject: { attributes: { home: { label: 'eu' } } },
  decision: { obligations: [] },
} as unknown as Permitted;

const SERVICES = {
  clock: new ManualClock('2026-11-22T10:00:00Z'),
  content: { codings: new CodingMemory(1024 ** 2) },
  contentRecord: { limit: 64 * 1024 ** 2 },
  inForce: () => ({ policy: { policy: { entities: [] } } }),
} as unknown as Services;

/** A client that reads at any speed. */
function sink(): ReplySink & { written: number } {
  const client = {
    written: 0,
    started: false,
    closed: false,
    write: (chunk: Uint8Array) => ((client.written += chunk.length), true),
  };
  return Object.assign(client, {
    start: () => {},
    end: () => {},
    abort: () => {},
    whenAborted: () => {},
  }) as unknown as ReplySink & {
    written: number;
  };
}

it('has an origin wait while the record is behind, for as long as it is, and loses nothing', async () => {
  const waiting: { readonly bytes: number; readonly write: () => void }[] = [];
  let recorded = 0;
  const log: ContentLog = {
    append: ({ text }) => new Promise((resolve) => waiting.push({ bytes: text.length, write: () => resolve(ok(undefined)) })),
  };
  const recording = new ContentRecording(PERMITTED, log, SERVICES);
  const client = sink();
  const reply = recording.reply(client);
  reply.start(200, 'OK', ['Content-Type', 'text/plain']);
  for (let sent = 0; sent < 40; sent++) {
    const isReady = reply.write(CHUNK);
    expect(client.written - recorded).toBeLessThanOrEqual(AT_MOST);
    if (isReady) continue;
    // Whatever was handed over has reached the client: only the next piece waits.
    expect(client.written).toBe((sent + 1) * CHUNK.length);
    const drained = new Promise<void>((resolve) => reply.whenDrained(resolve));
    while (waiting.length > 0) {
      const { bytes, write } = waiting.shift()!;
      recorded += bytes;
      write();
      await turn();
    }
    await drained;
  }
  reply.end();
  const settled = recording.settled();
  for (const { bytes, write } of waiting) {
    recorded += bytes;
    write();
  }
  expect(await settled).toBeUndefined();
  expect(recorded).toBe(40 * CHUNK.length);
});

it('tells once that a piece could not be recorded, and records nothing behind it', async () => {
  const failure = { code: 'audit_unavailable', detail: 'full' } as const;
  const indexes: number[] = [];
  const log: ContentLog = { append: ({ index }) => (indexes.push(index), Promise.resolve(fail(failure))) };
  const recording = new ContentRecording(PERMITTED, log, SERVICES);
  const told: unknown[] = [];
  recording.failsWith((each) => told.push(each));
  const reply = recording.reply(sink());
  reply.start(200, 'OK', ['Content-Type', 'text/plain']);
  reply.write(Buffer.concat([CHUNK, CHUNK]));
  await turn();
  reply.write(CHUNK);
  reply.end();
  expect(await recording.settled()).toEqual(failure);
  expect(told).toEqual([failure]);
  expect(indexes.length).toBeLessThanOrEqual(2);
});
