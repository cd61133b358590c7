import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeOnPostgres } from '../../store/engines.ts';
import { startLab, type Lab } from '../../support/lab.ts';
import type { RawConnection } from '../../support/raw-client.ts';
import { PostgresServer } from '../../support/postgres-server.ts';
import { ask } from '../masking/ask.ts';
import { Crew } from './crew.ts';

const API = 'api.de.lab.example';
const RULES = ['{ id: api, to: [api-de-lab-example], then: permit }'];
/** Of both workers together. */
const CONNECTIONS = 12;

describeOnPostgres('two workers on PostgreSQL', () => {
  const stack = new AsyncDisposableStack();
  let lab: Lab;
  let crew: Crew;

  beforeAll(async () => {
    const server = stack.use(await PostgresServer.start());
    lab = stack.use(
      await startLab({
        origins: { [API]: { country: 'DE' } },
        rules: RULES,
        settings: {
          workers: 2,
          node: { place: 'DE' },
          store: { url: server.url, place: 'DE' },
          limits: { connections: CONNECTIONS },
        },
      }),
    );
    crew = new Crew(lab);
  }, 60_000);
  afterAll(() => stack.disposeAsync());

  async function get(target: string): Promise<number> {
    return (await ask(lab, API, { method: 'GET', target })).status;
  }

  it('close what comes beyond limits.connections at once, and record it', async () => {
    // In turn means nearly so: twice as many fill both of them.
    const clients: RawConnection[] = [];
    for (let n = 0; n < 2 * CONNECTIONS; n++) clients.push(await lab.connect('127.0.0.9'));
    await expect.poll(() => clients.filter(({ ended }) => !ended).length).toBe(CONNECTIONS);
    const refused = await lab.gateway.waitForRecord((each) => each.kind === 'decision' && each.client === '127.0.0.9');
    expect(refused).toMatchObject({ decision: 'deny', code: 'overloaded' });
    expect((await lab.gateway.adminGet('/metrics')).content).toContain(
      `\ncordon_decisions_total{kind="none",effect="deny",code="overloaded"} ${CONNECTIONS}\n`,
    );
    for (const client of clients) client.socket.destroy();
    await expect.poll(() => get('/room').catch(() => 0)).toBe(200);
    expect(await crew.health()).toMatchObject({ ready: true, uniform: true });
  });
});
