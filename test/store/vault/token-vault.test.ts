import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { AgentId, SessionId } from '../../../src/core/ids.ts';
import type { TokenVault, VaultScope, VaultSession } from '../../../src/core/vault/vault.ts';
import { Restorer } from '../../../src/masking/restoring/restorer.ts';
import { createReplacer } from '../../../src/masking/strategies/replacer.ts';
import { createTokenVault, type TokenVaultOptions } from '../../../src/store/vault/token-vault.ts';
import { MACHINE_RANDOM, ManualClock } from '../../support/clock.ts';
import { describeOnEveryEngine, type Engine } from '../engines.ts';
import { databaseIn, temporaryDirectory } from '../fixtures.ts';

const KEY = new Uint8Array(32).fill(7);
const HOUR = 3_600_000;
const ANNA = 'anna.lindgren@example.org';

const SCOPE: VaultScope = {
  subject: 'support-bot' as AgentId,
  session: 'n-1' as SessionId,
  destination: 'eu.api.openai.com:443',
  home: 'eu',
};

/** A database, and as many vaults on it as a test has replicas. */
async function cell(engine: Pick<Engine, 'open'>) {
  const clock = new ManualClock('2026-11-26T10:00:00Z');
  const database = await engine.open();
  const replica = (options: Partial<TokenVaultOptions> = {}): TokenVault =>
    createTokenVault({ db: database.db, key: KEY, clock, random: MACHINE_RANDOM, ...options });
  return { database, db: database.db, clock, replica };
}

async function open(vault: TokenVault, scope: Partial<VaultScope> = {}): Promise<VaultSession> {
  const opened = await vault.open({ ...SCOPE, ...scope });
  if (!opened.ok) throw new Error(opened.failure.detail);
  return opened.value;
}

function mint(session: VaultSession, value = ANNA): string {
  const token = session.tokenFor('email', value, 'text');
  if (token === undefined) throw new Error('There is no token');
  return token;
}

describeOnEveryEngine('createTokenVault()', (engine) => {
  it('gives one token for a value in every turn, and the value back', async () => {
    const { replica } = await cell(engine);
    const vault = replica();
    const session = await open(vault);
    const token = mint(session);
    expect(token).toMatch(/^EMAIL_[a-z2-9]{12}$/);
    expect(mint(session)).toBe(token);
    expect(mint(session, 'Anna.Lindgren@example.org')).not.toBe(token);
    expect(session.tokenFor('login', ANNA, 'text')).not.toContain(token.slice(6));
    expect(session.tokenFor('email', ANNA, 'number')).toMatch(/^9\d{15}$/);
    expect(session.valueOf(token)).toBe(ANNA);
    expect((await open(vault)).valueOf(token)).toBe(ANNA);
  });

  it('sees what an earlier object of the same session and process has written in the meantime', async () => {
    const { clock, replica } = await cell(engine);
    const vault = replica({ lifetime: HOUR });
    const old = await open(vault);
    mint(old, 'first@example.org');
    await old.settled();
    clock.advance(HOUR);
    const early = await open(vault);
    const token = mint(old);
    await old.settled();
    expect(early.valueOf(token)).toBeUndefined();
    expect((await open(vault)).valueOf(token)).toBe(ANNA);
  });

  it('keeps values as they are, character by character', async () => {
    const { replica } = await cell(engine);
    const writer = await open(replica());
    const values = ['\uFEFFa\u0000b', 'ünï "quoted" \\ \r\n', '𝒳', ' '];
    const tokens = values.map((value) => mint(writer, value));
    await writer.settled();
    const reader = await open(replica());
    expect(tokens.map((token) => reader.valueOf(token))).toEqual(values);
  });

  it('makes the same tokens on every replica, and restores those of the others', async () => {
    const { replica } = await cell(engine);
    const [one, other] = [replica(), replica()];
    const session = await open(one);
    const early = await open(other);
    const token = mint(session);
    expect(await session.settled()).toEqual({ ok: true, value: undefined });
    expect(early.valueOf(token)).toBeUndefined();
    expect((await open(other)).valueOf(token)).toBe(ANNA);
    expect(mint(early)).toBe(token);
    expect(await early.settled()).toMatchObject({ ok: true });
  });

  it('keeps what the replacer takes out and the restorer puts back, on whichever replica', async () => {
    const { replica } = await cell(engine);
    const sending = await open(replica());
    const plan = new Map([['email', 'token' as const]]);
    const replacer = createReplacer(plan, {
      hash: () => new Uint8Array(32),
      tokenFor: (...request) => sending.tokenFor(...request),
    });
    const masked = (value: string, kind: 'text' | 'number'): string =>
      Buffer.from(replacer.replace('email', Buffer.from(value), kind)).toString();
    const content = JSON.stringify({ to: masked('"Anna\\" <a@example.org>', 'text'), id: 0 }).replace(
      '0',
      masked('4111', 'number'),
    );
    expect(content).not.toMatch(/Anna|4111/);
    await sending.settled();
    const restorer = new Restorer({ tokens: await open(replica()), escape: 'json' });
    const restored = Buffer.concat([restorer.push(Buffer.from(content)), restorer.finish()]).toString();
    expect(JSON.parse(restored)).toEqual({ to: '"Anna\\" <a@example.org>', id: 4111 });
  });

  it('makes other tokens under another key, and opens nothing with it', async () => {
    const { replica } = await cell(engine);
    const session = await open(replica());
    const token = mint(session);
    await session.settled();
    const stranger = await open(replica({ key: new Uint8Array(32).fill(8) }));
    expect(stranger.valueOf(token)).toBeUndefined();
    expect(mint(stranger)).not.toBe(token);
  });

  it('restores nothing for another destination, session, subject or home, here or on another replica', async () => {
    const { replica } = await cell(engine);
    const [one, two] = [replica(), replica()];
    const session = await open(one);
    const token = mint(session);
    await session.settled();
    const others: readonly Partial<VaultScope>[] = [
      { destination: 'api.example.com:443' },
      { destination: 'eu.api.openai.com:8443' },
      { session: 'n-2' as SessionId },
      { subject: 'other-bot' as AgentId },
      { home: 'ch' },
    ];
    for (const vault of [one, two]) {
      for (const other of others) {
        const stranger = await open(vault, other);
        expect(stranger.valueOf(token)).toBeUndefined();
        // Only inside the session is it known whose token that is: BODY-18.
        expect(stranger.isForeign(token)).toBe(other.destination !== undefined);
      }
      expect((await open(vault)).isForeign(token)).toBe(false);
    }
  });

  it('gives two destinations of a session the same token, and restores it at both', async () => {
    const { replica } = await cell(engine);
    const vault = replica();
    const [one, other] = [await open(vault), await open(vault, { destination: 'api.example.com:443' })];
    const token = mint(one);
    expect(other.isForeign(token)).toBe(true);
    expect(mint(other)).toBe(token);
    expect([other.isForeign(token), other.valueOf(token)]).toEqual([false, ANNA]);
    await other.settled();
    const later = await open(replica(), { destination: 'api.example.com:443' });
    expect(later.valueOf(token)).toBe(ANNA);
  });
});

describeOnEveryEngine('a vault whose rows are changed', (engine) => {
  it('restores none of them, and writes them anew at their next use', async () => {
    const { db, replica } = await cell(engine);
    const session = await open(replica());
    const tokens = Array.from({ length: 4 }, (_, i) => mint(session, `${i}.${ANNA}`));
    const elsewhere = await open(replica(), { destination: 'api.example.com:443' });
    mint(elsewhere, `0.${ANNA}`);
    await session.settled();
    await elsewhere.settled();
    const rows = await db.selectFrom('masked_values').selectAll().execute();
    const rowOf = (token: string) => rows.find((row) => row.token === token)!;
    const change = (token: string, values: Partial<(typeof rows)[number]>) =>
      db
        .updateTable('masked_values')
        .set(values)
        .where('token', '=', token)
        .where('destination', '=', rowOf(tokens[1]!).destination)
        .execute();
    await change(tokens[0]!, { sealed: rowOf(tokens[1]!).sealed });
    await change(tokens[1]!, { entity: 'phone' });
    await change(tokens[2]!, { sealed: 'AAAA' });
    await change(tokens[3]!, { sealed: `${rowOf(tokens[3]!).sealed.slice(0, -4)}AAA=` });
    const reader = await open(replica());
    for (const token of tokens) expect(reader.valueOf(token)).toBeUndefined();
    expect(mint(reader, `2.${ANNA}`)).toBe(tokens[2]);
    await reader.settled();
    expect((await open(replica())).valueOf(tokens[2]!)).toBe(`2.${ANNA}`);
  });

  it('does not give a destination what another one was sent, when its row is moved', async () => {
    const { db, replica } = await cell(engine);
    const session = await open(replica());
    const token = mint(session);
    const other = await open(replica(), { destination: 'api.example.com:443' });
    mint(other, 'somebody@example.org');
    await Promise.all([session.settled(), other.settled()]);
    const [theirs] = await db.selectFrom('masked_values').select('destination').where('token', '!=', token).execute();
    await db.updateTable('masked_values').set(theirs!).where('token', '=', token).execute();
    expect((await open(replica(), { destination: 'api.example.com:443' })).valueOf(token)).toBeUndefined();
  });
});

describeOnEveryEngine('the lifetime of a value', (engine) => {
  it('ends a day after the last use of its session, on every replica', async () => {
    const { clock, replica } = await cell(engine);
    const [vault, other] = [replica(), replica()];
    const session = await open(vault);
    const token = mint(session);
    await session.settled();
    for (let i = 0; i < 5; i++) {
      clock.advance(20 * HOUR);
      expect((await open(i % 2 === 0 ? other : vault)).valueOf(token)).toBe(ANNA);
    }
    clock.advance(24 * HOUR);
    for (const one of [vault, other, replica()]) expect((await open(one)).valueOf(token)).toBeUndefined();
  });

  it('ends in the store with purge(), which leaves what is in use', async () => {
    const { clock, db, replica } = await cell(engine);
    const vault = replica();
    const old = await open(vault, { session: 'old' as SessionId });
    mint(old);
    await old.settled();
    clock.advance(23 * HOUR);
    const current = await open(vault);
    const token = mint(current);
    await current.settled();
    expect(await vault.purge()).toEqual({ ok: true, value: 0 });
    clock.advance(HOUR);
    expect(await vault.purge()).toEqual({ ok: true, value: 1 });
    expect(await db.selectFrom('masked_values').select('token').execute()).toEqual([{ token }]);
    expect((await open(vault)).valueOf(token)).toBe(ANNA);
  });

  it('begins anew when the value is used again', async () => {
    const { clock, replica } = await cell(engine);
    const vault = replica({ lifetime: HOUR });
    const first = await open(vault);
    const token = mint(first);
    await first.settled();
    clock.advance(HOUR);
    const second = await open(vault);
    expect(mint(second)).toBe(token);
    await second.settled();
    clock.advance(HOUR / 2);
    expect((await open(replica({ lifetime: HOUR }))).valueOf(token)).toBe(ANNA);
  });
});

describeOnEveryEngine('the bounds of a vault', (engine) => {
  it('are those of a session: beyond, there are no tokens', async () => {
    const { replica } = await cell(engine);
    const vault = replica({ sessionValues: 2 });
    const session = await open(vault);
    mint(session, 'a@example.org');
    mint(session, 'b@example.org');
    expect(session.tokenFor('email', 'c@example.org', 'text')).toBeUndefined();
    expect(mint(await open(vault, { session: 'n-2' as SessionId }), 'c@example.org')).toBeDefined();
    expect((await open(replica())).tokenFor('email', 'x'.repeat(5000), 'text')).toBeUndefined();
  });

  it('are those of a subject over all its sessions, until purge() has made room', async () => {
    const { clock, replica } = await cell(engine);
    const options = { subjectValues: 3, lifetime: HOUR };
    const vault = replica(options);
    for (let i = 0; i < 3; i++) {
      const session = await open(vault, { session: `s-${i}` as SessionId });
      mint(session);
      await session.settled();
    }
    const isRefused = async (one: TokenVault, scope: Partial<VaultScope> = {}): Promise<boolean> =>
      (await open(one, scope)).tokenFor('email', ANNA, 'text') === undefined;
    expect(await isRefused(vault)).toBe(true);
    expect(await isRefused(replica(options))).toBe(true);
    expect(await isRefused(vault, { subject: 'other-bot' as AgentId })).toBe(false);
    expect(await isRefused(vault, { session: 's-1' as SessionId })).toBe(false);
    clock.advance(HOUR);
    await vault.purge();
    expect(await isRefused(vault)).toBe(false);
  });

  it('forget sessions that were not used lately, whose values the store has still', async () => {
    const { db, replica } = await cell(engine);
    const vault = replica({ memory: 20_000 });
    const sessions = Array.from({ length: 5 }, (_, i) => ({ session: `s-${i}` as SessionId }));
    const fill = async (scope: Partial<VaultScope>): Promise<string> => {
      const session = await open(vault, scope);
      for (let i = 0; i < 20; i++) mint(session, `${i}.${ANNA}`);
      await session.settled();
      return mint(session, `0.${ANNA}`);
    };
    const tokens: string[] = [];
    for (const scope of sessions) tokens.push(await fill(scope));
    expect((await open(vault, sessions[0])).valueOf(tokens[0]!)).toBe(`0.${ANNA}`);
    await db.deleteFrom('masked_values').execute();
    expect((await open(vault, sessions[0])).valueOf(tokens[0]!)).toBe(`0.${ANNA}`);
    expect((await open(vault, sessions[1])).valueOf(tokens[1]!)).toBeUndefined();
  });
});

describeOnEveryEngine('a vault whose store is down', (engine) => {
  it('does not open, and says in settled() what is not stored, without a value or a token', async () => {
    const { database, replica } = await cell(engine);
    const vault = replica();
    const session = await open(vault);
    await database.close();
    const token = mint(session);
    const settled = await session.settled();
    expect(settled).toMatchObject({ ok: false, failure: { code: 'store_unavailable' } });
    const opened = await vault.open(SCOPE);
    expect(opened).toMatchObject({ ok: false, failure: { code: 'store_unavailable' } });
    for (const secret of [ANNA, token]) expect(JSON.stringify([settled, opened])).not.toContain(secret);
  });
});

describe('a vault on SQLite', () => {
  it('writes neither values nor names of agents, sessions or destinations to the disk', async () => {
    const directory = temporaryDirectory();
    const { replica, database } = await cell({ open: () => databaseIn(directory) });
    const session = await open(replica());
    for (let i = 0; i < 20; i++) mint(session, `${i}.${ANNA}`);
    expect(await session.settled()).toMatchObject({ ok: true });
    const rows = await database.db.selectFrom('masked_values').selectAll().execute();
    expect(rows).toHaveLength(20);
    const files = readdirSync(directory).map((name) => readFileSync(join(directory, name), 'latin1'));
    const written = files.join('');
    expect(written).toContain(rows[0]!.token);
    for (const secret of [ANNA, 'lindgren', 'support-bot', 'n-1', 'openai', btoa(ANNA).slice(0, 12)]) {
      expect(written.includes(secret)).toBe(false);
    }
  });
});
