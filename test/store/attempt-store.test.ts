import { expect, it } from 'vitest';
import { attemptWrite } from '../../src/store/attempt-store.ts';
import type { Database } from '../../src/store/database.ts';
import { describeOnEveryEngine } from './engines.ts';

/** Changes two rows in one transaction, and meets those who change them in the other order. */
function change({ db }: Database, versions: readonly [number, number], meet: () => Promise<void>) {
  return attemptWrite('change two rows', () =>
    db.transaction().execute(async (transaction) => {
      for (const version of versions) {
        await transaction
          .updateTable('schema_migrations')
          .set({ applied_at: version })
          .where('version', '=', version)
          .execute();
        await meet();
      }
    }),
  );
}

describeOnEveryEngine('attemptWrite()', (engine) => {
  it('asks again for what was undone so that another one can go on', async () => {
    const stored = await engine.create();
    const [one, other] = await Promise.all([stored.open(), stored.open()]);
    const pause = () => new Promise<void>((resolve) => setTimeout(resolve, 20));
    const changed = await Promise.all([change(one, [1, 2], pause), change(other, [2, 1], pause)]);
    expect(changed).toEqual([ok, ok]);
    const rows = await one.db.selectFrom('schema_migrations').select('applied_at').orderBy('version').limit(2).execute();
    expect(rows).toEqual([{ applied_at: 1 }, { applied_at: 2 }]);
  });

  it('does not ask again for anything else', async () => {
    const { db } = await engine.open();
    let attempts = 0;
    const failed = await attemptWrite('insert twice', () => {
      attempts += 1;
      return db.insertInto('schema_migrations').values({ version: 1, name: 'x', applied_at: 0 }).execute();
    });
    expect([attempts, failed]).toEqual([
      1,
      { ok: false, failure: expect.objectContaining({ code: 'store_unavailable' }) as unknown },
    ]);
  });
});

const ok = { ok: true, value: undefined };
