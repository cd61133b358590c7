import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server } from 'node:net';
import { join } from 'node:path';
import { sql } from 'kysely';
import { expect, it, onTestFinished } from 'vitest';
import { fail, ok } from '../../src/core/result.ts';
import { judgedStream, type JudgeAddresses } from '../../src/store/postgres/judged-stream.ts';
import { openPostgres } from '../../src/store/postgres/postgres.ts';
import { MACHINE_CLOCK } from '../support/clock.ts';
import { describeOnPostgres, newPostgresSchema } from './engines.ts';

/** A port of loopback that leads to a Unix socket, and how many came. */
async function doorTo(path: string): Promise<{ port: number; seen: () => number; cut: () => void }> {
  let seen = 0;
  const open = new Set<() => void>();
  const server: Server = createServer((client) => {
    seen += 1;
    const inner = connect(path);
    const end = (): void => {
      client.destroy();
      inner.destroy();
    };
    open.add(end);
    client.on('error', end).on('close', end).pipe(inner);
    inner.on('error', end).on('close', end).pipe(client);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const cut = (): void => open.forEach((end) => end());
  onTestFinished(() => {
    cut();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, seen: () => seen, cut };
}

it.each(['localhost', '127.0.0.1'])('judgedStream() dials nothing at %s that was refused', async (host) => {
  const door = await doorTo('/nowhere');
  const asked: (readonly string[])[] = [];
  const socket = judgedStream((addresses) => {
    asked.push(addresses);
    return Promise.resolve(fail('It lies elsewhere'));
  });
  socket.connect(door.port, host);
  const [error] = (await once(socket, 'error').catch((thrown: unknown) => [thrown])) as [Error];
  expect(error.message).toBe('It lies elsewhere');
  expect(asked).toHaveLength(1);
  expect(asked[0]).toContain('127.0.0.1');
  expect(door.seen()).toBe(0);
});

describeOnPostgres('openPostgres() with a judge', () => {
  it('asks it with each connection, and is without a store from when it refuses', async () => {
    const url = await newPostgresSchema();
    const [parameter, directory] = /host=([^&]+)&?/.exec(url)!;
    const door = await doorTo(join(decodeURIComponent(directory!), '.s.PGSQL.5432'));
    const here = url.replace(parameter, '').replace('@/', `@localhost:${door.port}/`);
    let isRefused = false;
    let asked = 0;
    const judge: JudgeAddresses = () => {
      asked += 1;
      return Promise.resolve(isRefused ? fail('It lies elsewhere now') : ok(['127.0.0.1']));
    };
    const opened = await openPostgres({ url: here, clock: MACHINE_CLOCK, judge });
    if (!opened.ok) throw new Error(opened.failure.detail);
    onTestFinished(() => opened.value.close());
    const query = () => sql`SELECT 1`.execute(opened.value.db);
    await query();
    expect(asked).toBe(door.seen());
    isRefused = true;
    const before = door.seen();
    door.cut();
    await expect.poll(() => query().then(() => 'answered', String), { timeout: 5_000 }).toContain('It lies elsewhere now');
    expect(door.seen()).toBe(before);
    isRefused = false;
    await expect.poll(() => query().then(() => 'answered', String), { timeout: 5_000 }).toBe('answered');
  });
});
