import { expect, it } from 'vitest';
import type { ConsoleSessionId, TokenId } from '../../src/core/ids.ts';
import type { ConsoleSession } from '../../src/core/people/console-session.ts';
import type { PersonToken } from '../../src/core/people/person-token.ts';
import { createConsoleSessionRepository } from '../../src/store/people/console-session-repository.ts';
import { createPersonTokenRepository } from '../../src/store/people/person-token-repository.ts';
import { describeOnEveryEngine, type Engine } from './engines.ts';

const HASH = Uint8Array.from({ length: 32 }, (_, i) => i * 7);
const FIRST = 't1' as TokenId;

function token(id: string, more: Partial<PersonToken> = {}): PersonToken {
  return {
    id: id as TokenId,
    person: 'anna@acme.example',
    role: 'approver',
    groups: ['privacy'],
    places: ['eu', 'CH'],
    createdAt: 1_800_000_000_000,
    expiresAt: 1_800_000_360_000,
    mintedBy: 'local:root',
    once: false,
    ...more,
  };
}

function session(id: string, more: Partial<ConsoleSession> = {}): ConsoleSession {
  return {
    id: id as ConsoleSessionId,
    person: 'anna@acme.example',
    role: 'viewer',
    groups: [],
    places: [],
    vouchedBy: 'local:root',
    authTime: 10,
    createdAt: 10,
    expiresAt: 100,
    lastSeenAt: 10,
    ...more,
  };
}

async function storesOn(engine: Engine) {
  const { db } = await engine.open();
  return { tokens: createPersonTokenRepository(db), sessions: createConsoleSessionRepository(db) };
}

describeOnEveryEngine('createPersonTokenRepository()', (engine) => {
  const stores = () => storesOn(engine);

  it('find() and list() give what insert() took', async () => {
    const { tokens } = await stores();
    await tokens.insert(token('t1'), HASH);
    await tokens.insert(token('t2', { once: true, createdAt: 5 }), HASH);
    expect(await tokens.find(FIRST)).toEqual({ ok: true, value: { token: token('t1'), secretHash: HASH } });
    expect(await tokens.find("t1' OR '1'='1" as TokenId)).toEqual({ ok: true, value: undefined });
    expect(await tokens.list()).toEqual({ ok: true, value: [token('t2', { once: true, createdAt: 5 }), token('t1')] });
  });

  it('revoke() keeps the time of the first revocation, and tells whether there is such a token', async () => {
    const { tokens } = await stores();
    await tokens.insert(token('t1'), HASH);
    expect(await tokens.revoke('t9' as TokenId, 5)).toEqual({ ok: true, value: false });
    expect(await tokens.revoke(FIRST, 5)).toEqual({ ok: true, value: true });
    expect(await tokens.revoke(FIRST, 6)).toEqual({ ok: true, value: true });
    expect(await tokens.find(FIRST)).toMatchObject({ value: { token: { revokedAt: 5 } } });
  });

  it('use() lets one of many through, and none after a revocation', async () => {
    const { tokens } = await stores();
    await tokens.insert(token('t1', { once: true }), HASH);
    await tokens.insert(token('t2', { once: true }), HASH);
    await tokens.revoke('t2' as TokenId, 1);
    const used = await Promise.all(Array.from({ length: 50 }, (_, i) => tokens.use(FIRST, i)));
    expect(used.filter((result) => result.ok && result.value)).toHaveLength(1);
    expect(await tokens.use('t2' as TokenId, 2)).toEqual({ ok: true, value: false });
  });

  it('minters() follows who minted for whom to the end, in circles too', async () => {
    const { tokens } = await stores();
    const minted = { c: 'b', b: 'a', a: 'c', other: 'local:root' };
    for (const [person, mintedBy] of Object.entries(minted)) await tokens.insert(token(person, { person, mintedBy }), HASH);
    await tokens.insert(token('ended', { person: 'b', mintedBy: 'gone', revokedAt: 5 }), HASH);
    const found = await tokens.minters('c');
    expect(found.ok && found.value.toSorted()).toEqual(['a', 'b', 'c', 'gone']);
    expect(await tokens.minters('other')).toEqual({ ok: true, value: ['local:root'] });
    expect(await tokens.minters('nobody')).toEqual({ ok: true, value: [] });
  });

  it('insertFirst() makes one first token, however many ask at once, and none when there was another', async () => {
    const { tokens } = await stores();
    const made = await Promise.all(['a', 'b', 'c'].map((id) => tokens.insertFirst(token(id), HASH)));
    expect(made.filter((result) => result.ok && result.value)).toHaveLength(1);
    expect(await tokens.list()).toMatchObject({ value: [{}] });
  });
});

describeOnEveryEngine('createConsoleSessionRepository()', (engine) => {
  const stores = () => storesOn(engine);

  it('find() and list() give what insert() took; touch() and end() change it', async () => {
    const { sessions } = await stores();
    const id = 's1' as ConsoleSessionId;
    await sessions.insert(session('s1'), HASH);
    expect(await sessions.find(id)).toEqual({ ok: true, value: { session: session('s1'), secretHash: HASH } });
    await sessions.touch(id, 20);
    expect(await sessions.end(id, 30)).toEqual({ ok: true, value: true });
    expect(await sessions.end(id, 40)).toEqual({ ok: true, value: true });
    expect(await sessions.end('s9' as ConsoleSessionId, 40)).toEqual({ ok: true, value: false });
    expect(await sessions.list()).toEqual({ ok: true, value: [session('s1', { lastSeenAt: 20, endedAt: 30 })] });
  });

  it('a session ends with its token', async () => {
    const { sessions, tokens } = await stores();
    await tokens.insert(token('t1'), HASH);
    await sessions.insert(session('s1', { token: FIRST }), HASH);
    await tokens.revoke(FIRST, 50);
    expect(await sessions.find('s1' as ConsoleSessionId)).toMatchObject({ value: { session: { endedAt: 50 } } });
  });

  it('excess() names the oldest open sessions of one person beyond so many', async () => {
    const { sessions, tokens } = await stores();
    await tokens.insert(token('t1', { revokedAt: 5 }), HASH);
    await sessions.insert(session('other', { person: 'berta@acme.example', createdAt: 1 }), HASH);
    await sessions.insert(session('ended', { createdAt: 2, endedAt: 3 }), HASH);
    await sessions.insert(session('expired', { createdAt: 2, expiresAt: 50 }), HASH);
    await sessions.insert(session('revoked', { createdAt: 2, token: FIRST }), HASH);
    for (const [i, id] of ['third', 'second', 'first'].entries())
      await sessions.insert(session(id, { createdAt: 30 - i }), HASH);
    const excess = (most: number) => sessions.excess('anna@acme.example', most, 60);
    expect(await excess(1)).toEqual({ ok: true, value: ['first', 'second'] });
    expect(await excess(2)).toEqual({ ok: true, value: ['first'] });
    expect(await excess(3)).toEqual({ ok: true, value: [] });
  });

  it('purge() removes what has ended, and nothing else', async () => {
    const { sessions } = await stores();
    await sessions.insert(session('open', { expiresAt: 1000 }), HASH);
    await sessions.insert(session('expired', { expiresAt: 50 }), HASH);
    await sessions.insert(session('ended', { expiresAt: 1000, endedAt: 20 }), HASH);
    await sessions.purge(60);
    expect(await sessions.list()).toMatchObject({ value: [{ id: 'open' }] });
  });
});
