import { expect, it } from 'vitest';
import type { Database } from '../../src/store/database.ts';
import { describeOnEveryEngine } from './engines.ts';

/** Resolves at the next call of a listener. */
function nextChange(database: Database): Promise<void> {
  return new Promise((resolve) => {
    const subscription = database.onChange(() => {
      subscription[Symbol.dispose]();
      resolve();
    });
  });
}

describeOnEveryEngine('the signals of a database', (engine) => {
  it('wake the listeners of the same process before signal() returns', async () => {
    const database = await engine.open();
    const heard: string[] = [];
    database.onChange(() => heard.push('one'));
    using other = database.onChange(() => heard.push('two'));
    database.signal();
    expect(heard.slice(0, 2)).toEqual(['one', 'two']);
    other[Symbol.dispose]();
    heard.length = 0;
    database.signal();
    expect(heard).toEqual(['one']);
  });

  it('reach a replica, which then reads what was committed before', async () => {
    const stored = await engine.create();
    const [holder, decider] = await Promise.all([stored.open(), stored.open()]);
    const woken = nextChange(holder);
    await insertMark(decider, 'decided');
    decider.signal();
    await woken;
    const marks = async () =>
      (await holder.db.selectFrom('schema_migrations').select('name').execute()).map(({ name }) => name);
    // A change of somebody else may have woken it first: it is called again until it has seen this one.
    while (!(await marks()).includes('decided')) await nextChange(holder);
  });

  it('are not needed: a replica is told of what nobody signalled', async () => {
    const stored = await engine.create();
    const [one, other] = await Promise.all([stored.open(), stored.open()]);
    const told = nextChange(one);
    await insertMark(other, 'silent');
    await told;
  });

  it('fail nobody once the database is closed', async () => {
    const database = await engine.open();
    await database.close();
    expect(() => database.signal()).not.toThrow();
  });
});

async function insertMark({ db }: Database, name: string): Promise<void> {
  await db.insertInto('schema_migrations').values({ version: 1000, name, applied_at: 0 }).execute();
}
