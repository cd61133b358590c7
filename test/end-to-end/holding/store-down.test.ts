import { expect, it } from 'vitest';
import { startLab, type Lab } from '../../support/lab.ts';
import { PostgresServer } from '../../support/postgres-server.ts';
import { describeOnPostgres } from '../../store/engines.ts';
import { ask, parrot } from '../masking/ask.ts';
import { People } from './people.ts';

const HELD = 'held.de.lab.example';
const GRANTED = 'granted.de.lab.example';
const ASYNC = 'Cordon-Prefer: respond-async';

async function send(
  lab: Lab,
  name: string,
  target: string,
  ...fields: string[]
): Promise<readonly [number, string | undefined]> {
  const { status, reason } = await ask(lab, name, { method: 'GET', target, fields });
  return [status, reason];
}

describeOnPostgres('holding while PostgreSQL is away', () => {
  it('lets pass what a grant covers that was known, and nothing that people must be asked about', async () => {
    await using server = await PostgresServer.start();
    await using lab = await startLab({
      origins: { [HELD]: { country: 'DE', handler: parrot }, [GRANTED]: { country: 'DE', handler: parrot } },
      rules: [
        `{ id: held, to: [held-de-lab-example], then: hold, approval: { by: [privacy], wait: 10s } }`,
        `{ id: granted, to: [granted-de-lab-example], then: hold, approval: { by: [privacy], wait: 10s, grant: { max: 1h } } }`,
      ],
      settings: { node: { place: 'DE' }, store: { url: server.url, place: 'DE' } },
    });
    const people = await People.on(server.url, lab);
    expect((await send(lab, GRANTED, '/x', ASYNC))[0]).toBe(503);
    await people.decide(await people.next(), 'approve', { grant: { for: 600_000 } });
    for (let times = 0; times < 2; times++) expect((await send(lab, GRANTED, '/x', ASYNC))[0]).toBe(200);
    expect((await send(lab, HELD, '/armed', ASYNC))[0]).toBe(503);
    await people.decide(await people.next(), 'approve');
    const waits = send(lab, HELD, '/waits');
    await people.next();
    const before = lab.origin(HELD).requests.length;

    await server.stop();
    expect(await send(lab, HELD, '/armed', ASYNC)).toEqual([503, 'store_unavailable']);
    expect(await send(lab, HELD, '/new', ASYNC)).toEqual([503, 'store_unavailable']);
    expect((await send(lab, GRANTED, '/x', ASYNC))[0]).toBe(200);
    expect(await send(lab, GRANTED, '/y', ASYNC)).toEqual([503, 'store_unavailable']);
    expect(lab.origin(HELD).requests.length).toBe(before);

    await server.start();
    const waiting = await people.next();
    await people.decide(waiting, 'approve');
    expect((await waits)[0]).toBe(200);
    expect((await send(lab, HELD, '/armed', ASYNC))[0]).toBe(200);
    expect((await send(lab, HELD, '/armed', ASYNC))[0]).toBe(503);
  });
});
