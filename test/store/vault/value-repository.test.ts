import { expect, it } from 'vitest';
import { ValueRepository, type MaskedValueRow } from '../../../src/store/vault/value-repository.ts';
import { describeOnEveryEngine } from '../engines.ts';

function row(token: string, values: Partial<MaskedValueRow> = {}): MaskedValueRow {
  return {
    subject: 'subject',
    scope: 'scope',
    destination: 'destination',
    token,
    entity: 'email',
    sealed: 'AAAA',
    writer: 'one',
    created_at: 100,
    expires_at: 200,
    ...values,
  };
}

describeOnEveryEngine('ValueRepository', (engine) => {
  it('reads, renews, prolongs, counts and removes', async () => {
    const { db } = await engine.open();
    const repository = new ValueRepository(db);
    const tokensOf = async (listed: ReturnType<ValueRepository['list']>): Promise<string[]> => {
      const rows = await listed;
      if (!rows.ok) throw new Error(rows.failure.detail);
      return rows.value.map(({ token }) => token);
    };
    const other = row('c', { writer: 'two', created_at: 120 });
    await repository.save([
      row('b', { created_at: 110 }),
      row('a'),
      other,
      row('d', { scope: 'another' }),
      row('e', { expires_at: 150 }),
    ]);
    expect(await tokensOf(repository.list('scope', 140, 9))).toEqual(['a', 'e', 'b', 'c']);
    expect(await tokensOf(repository.list('scope', 150, 2))).toEqual(['a', 'b']);

    const news = { scope: 'scope', now: 150, limit: 9, since: 120, writer: 'one' };
    expect(await tokensOf(repository.listNews(news))).toEqual(['c']);
    expect(await tokensOf(repository.listNews({ ...news, since: 121 }))).toEqual([]);
    expect(await tokensOf(repository.listNews({ ...news, since: 0, writer: 'two' }))).toEqual(['a', 'b']);

    const renewed = { ...other, sealed: 'BBBB', writer: 'three', created_at: 130, expires_at: 230 };
    await repository.save([renewed]);
    expect(await repository.list('scope', 200, 9)).toEqual({ ok: true, value: [renewed] });

    // What has expired stays so.
    await repository.prolong('scope', 150, 300);
    expect(await tokensOf(repository.list('scope', 299, 9))).toEqual(['a', 'b', 'c']);
    expect(await repository.count('subject')).toEqual({ ok: true, value: 5 });
    expect(await repository.removeExpired(200)).toEqual({ ok: true, value: 2 });
    expect(await repository.count('subject')).toEqual({ ok: true, value: 3 });
  });

  it('lets replicas store the same values at the same time, in whichever order they met them', async () => {
    const stored = await engine.create();
    const [one, other] = [new ValueRepository((await stored.open()).db), new ValueRepository((await stored.open()).db)];
    const rows = Array.from({ length: 200 }, (_, i) => row(`t${i}`));
    const saved: unknown[] = [];
    for (let i = 0; i < 10; i++) saved.push(...(await Promise.all([one.save(rows), other.save(rows.toReversed())])));
    expect(saved).toEqual(Array.from({ length: 20 }, () => ({ ok: true, value: undefined })));
    expect(await one.count('subject')).toEqual({ ok: true, value: 200 });
  });
});
