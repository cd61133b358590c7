import { beforeEach, describe, expect, it } from 'vitest';
import type { AgentId, TokenId } from '../../src/core/ids.ts';
import type { AgentToken, TokenStore } from '../../src/core/ports.ts';

const HASH = Uint8Array.from({ length: 32 }, (_, i) => i * 7);

function token(id: string, createdAt: number): AgentToken {
  return { id: id as TokenId, agent: 'support-bot' as AgentId, createdAt, expiresAt: createdAt + 3_600_000 };
}

/** What every TokenStore does, whichever database is behind it. */
export function describeTokenStore(name: string, open: () => Promise<TokenStore>): void {
  describe(name, () => {
    let store: TokenStore;
    beforeEach(async () => {
      store = await open();
    });

    it('find() gives what insert() took', async () => {
      expect(await store.insert(token('aa', 1_800_000_000_000), HASH)).toEqual({ ok: true, value: undefined });
      const found = await store.find('aa' as TokenId);
      expect(found).toEqual({ ok: true, value: { token: token('aa', 1_800_000_000_000), secretHash: HASH } });
    });

    it('find() gives back whom a token was exchanged for, and its session', async () => {
      const workload = { issuer: 'https://i.example', subject: 'repo:acme/app', claims: { ref: 'main' } };
      const exchanged: AgentToken = { ...token('aa', 1), mintedBy: 'workload:x', workload, session: 'build-7' };
      await store.insert(exchanged, HASH);
      expect(await store.find('aa' as TokenId)).toEqual({ ok: true, value: { token: exchanged, secretHash: HASH } });
    });

    it('find() gives nothing for an unknown id, whatever it looks like', async () => {
      await store.insert(token('aa', 1), HASH);
      for (const id of ['bb', '', 'AA', "aa' OR '1'='1", '%']) {
        expect(await store.find(id as TokenId)).toEqual({ ok: true, value: undefined });
      }
    });

    it('insert() refuses an id that is taken, and keeps the first token', async () => {
      await store.insert(token('aa', 1), HASH);
      const again = await store.insert({ ...token('aa', 2), agent: 'other' as AgentId }, HASH);
      expect(again).toMatchObject({ ok: false, failure: { code: 'store_unavailable' } });
      expect(await store.find('aa' as TokenId)).toMatchObject({ value: { token: { agent: 'support-bot' } } });
    });

    it('list() gives all tokens by age, revoked ones too', async () => {
      expect(await store.list()).toEqual({ ok: true, value: [] });
      await store.insert(token('bb', 2), HASH);
      await store.insert(token('aa', 1), HASH);
      await store.revoke('aa' as TokenId, 3);
      expect(await store.list()).toEqual({ ok: true, value: [{ ...token('aa', 1), revokedAt: 3 }, token('bb', 2)] });
    });

    it('page() gives them newest first, by id where they are of one instant, each once', async () => {
      expect(await store.page({ limit: 2 })).toEqual({ ok: true, value: { items: [] } });
      for (const [id, at] of [
        ['0c', 2],
        ['aa', 1],
        ['cc', 2],
        ['9b', 2],
        ['bb', 3],
      ] as const) {
        await store.insert(token(id, at), HASH);
      }
      const first = await store.page({ limit: 2 });
      const next = { createdAt: 2, id: 'cc' };
      expect(first).toEqual({ ok: true, value: { items: [token('bb', 3), token('cc', 2)], next } });
      const second = await store.page({ limit: 3, after: next });
      expect(second).toEqual({ ok: true, value: { items: [token('9b', 2), token('0c', 2), token('aa', 1)] } });
    });

    it('revoke() tells whether there is such a token, and keeps the time of the first revocation', async () => {
      await store.insert(token('aa', 1), HASH);
      expect(await store.revoke('bb' as TokenId, 5)).toEqual({ ok: true, value: false });
      expect(await store.revoke('aa' as TokenId, 5)).toEqual({ ok: true, value: true });
      expect(await store.revoke('aa' as TokenId, 6)).toEqual({ ok: true, value: true });
      expect(await store.find('aa' as TokenId)).toMatchObject({ value: { token: { revokedAt: 5 } } });
    });

    it('takes many callers at once', async () => {
      const ids = Array.from({ length: 300 }, (_, i) => `t${i}`);
      const inserted = await Promise.all(ids.map((id, i) => store.insert(token(id, i), HASH)));
      expect(inserted.every((result) => result.ok)).toBe(true);
      const found = await Promise.all(ids.map((id) => store.find(id as TokenId)));
      expect(found.every((result, i) => result.ok && result.value?.token.id === ids[i])).toBe(true);
    });
  });
}
