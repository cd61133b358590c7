import { expect, it } from 'vitest';
import type { ContentKeyScope } from '../../../src/core/exchange/content-keys.ts';
import type { ContentEvent } from '../../../src/core/exchange/record.ts';
import type { AgentId, ExchangeId, SessionId } from '../../../src/core/ids.ts';
import { ContentRecorder } from '../../../src/recording/content/content-recorder.ts';
import { ContentKeys, KEY_MEMORY } from '../../../src/recording/content/content-keys.ts';
import { WrappingKey } from '../../../src/recording/keys/record-keys.ts';
import { ContentReader } from '../../../src/recording/reading/read-content.ts';
import type { Database } from '../../../src/store/database.ts';
import { createContentKeyRepository } from '../../../src/store/records/content-key-repository.ts';
import { describeOnEveryEngine } from '../../store/engines.ts';
import { MACHINE_RANDOM, ManualClock } from '../../support/clock.ts';
import { recordsOf, TEST_KEYS } from '../../support/record-files.ts';
import { journalIn, temporaryDirectory } from '../fixtures.ts';

const SCOPE: ContentKeyScope = { session: 's1' as SessionId, subject: 'bot' as AgentId, home: 'eu' };
const { wrapping } = TEST_KEYS;

const keysOn = ({ db }: Database, clock = new ManualClock('2026-11-22T10:00:00Z'), wrappedWith = wrapping): ContentKeys =>
  new ContentKeys({ store: createContentKeyRepository(db), wrapping: wrappedWith, clock, random: MACHINE_RANDOM });

const readerOn = ({ db }: Database, keys = [wrapping]): ContentReader =>
  new ContentReader(createContentKeyRepository(db), keys);

async function idOf(keys: ContentKeys, scope = SCOPE): Promise<string> {
  const key = await keys.of(scope);
  if (!key.ok) throw new Error(key.failure.detail);
  return key.value.id;
}

/** One piece, recorded in a real journal and read from it again. */
async function recorded(keys: ContentKeys, text: string): Promise<ContentEvent> {
  const journal = await journalIn(temporaryDirectory());
  const log = await new ContentRecorder(journal, keys).open('x1' as ExchangeId, SCOPE);
  if (!log.ok) throw new Error(log.failure.detail);
  const notes = { mediaType: 'text/plain' };
  expect(await log.value.append({ part: 'request', index: 0, at: 3, notes, text: Buffer.from(text) })).toMatchObject({
    ok: true,
  });
  return recordsOf(journal.directory).find(({ kind }) => kind === 'content') as unknown as ContentEvent;
}

describeOnEveryEngine('ContentKeys', (engine) => {
  it('gives a session one key, whichever replica asks first and however many ask at once', async () => {
    const database = await engine.create();
    const replicas = await Promise.all(Array.from({ length: 4 }, async () => keysOn(await database.open())));
    const ids = await Promise.all([...replicas, ...replicas].map((keys) => idOf(keys)));
    expect(new Set(ids).size).toBe(1);
  });

  it('gives other sessions, and the same in another home, keys of their own', async () => {
    const keys = keysOn(await engine.open());
    const others = [SCOPE, { ...SCOPE, session: 's2' as SessionId }, { ...SCOPE, home: 'ch' }];
    expect(new Set(await Promise.all(others.map((scope) => idOf(keys, scope)))).size).toBe(3);
  });

  it('makes content unreadable when it is deleted, and says so', async () => {
    const database = await engine.open();
    const clock = new ManualClock('2026-11-22T10:00:00Z');
    const keys = keysOn(database, clock);
    const event = await recorded(keys, 'what was said');
    expect(JSON.stringify(event)).not.toContain('what was said');
    const opened = await readerOn(database).open(event);
    expect(opened).toMatchObject({ ok: true, value: { notes: { mediaType: 'text/plain' } } });
    expect(opened.ok && Buffer.from(opened.value.text).toString()).toBe('what was said');
    expect(await createContentKeyRepository(database.db).remove(SCOPE.session)).toEqual({ ok: true, value: 1 });
    const failure = `The content key ${event.key} was deleted: what was sealed under it cannot be read any more`;
    expect(await readerOn(database).open(event)).toEqual({ ok: false, failure });
    // The session goes on, under another key, no later than it is forgotten here.
    clock.advance(KEY_MEMORY);
    expect(await idOf(keys)).not.toBe(event.key);
  });

  it('says which key it is that does not open it', async () => {
    const database = await engine.open();
    const event = await recorded(keysOn(database), 'text');
    const other = new WrappingKey(new Uint8Array(32).fill(9));
    const failure = `Found content key ${event.key} wrapped with the key ${wrapping.id}, have ${other.id}`;
    expect(await readerOn(database, [other]).open(event)).toEqual({ ok: false, failure });
    // Neither does a gateway with another key seal anything under one that it cannot open.
    expect(await keysOn(database, undefined, other).of(SCOPE)).toEqual({
      ok: false,
      failure: { code: 'audit_unavailable', detail: failure },
    });
  });

  it('opens content in the event that it was sealed for, and in no other', async () => {
    const database = await engine.open();
    const event = await recorded(keysOn(database), 'text');
    const moved = [
      { exchange: 'x2' as ExchangeId },
      { part: 'response' as const },
      { index: 1 },
      { sealed: `A${event.sealed.slice(1)}` },
    ];
    for (const change of moved) {
      if (change.sealed === event.sealed) change.sealed = `B${event.sealed.slice(1)}`;
      const failure = expect.stringMatching(
        /^Found content of exchange x\d \(re\w+, piece \d\) that is not what was sealed$/,
      ) as string;
      expect(await readerOn(database).open({ ...event, ...change })).toEqual({ ok: false, failure });
    }
  });
});

it('ContentKeys asks again after a failure', async () => {
  const answers = ['down', 'up'];
  const keys = new ContentKeys({
    store: {
      keep: (_, proposed) =>
        Promise.resolve(
          answers.shift() === 'down'
            ? { ok: false, failure: { code: 'store_unavailable', detail: 'Cannot keep a content key: down' } }
            : { ok: true, value: proposed },
        ),
      find: () => Promise.reject(new Error('nobody asks')),
      remove: () => Promise.reject(new Error('nobody asks')),
      list: () => Promise.reject(new Error('nobody asks')),
      destroy: () => Promise.reject(new Error('nobody asks')),
    },
    wrapping,
    clock: new ManualClock('2026-11-22T10:00:00Z'),
    random: MACHINE_RANDOM,
  });
  const detail = 'No key for content: Cannot keep a content key: down';
  expect(await keys.of(SCOPE)).toEqual({ ok: false, failure: { code: 'audit_unavailable', detail } });
  expect(await keys.of(SCOPE)).toMatchObject({ ok: true });
});
