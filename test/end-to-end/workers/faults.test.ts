import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeOnPostgres } from '../../store/engines.ts';
import { startLab, type Lab } from '../../support/lab.ts';
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
    const clients = await Promise.all(Array.from({ length: CONNECTIONS }, () => lab.connect()));
    await using beyond = await lab.connect('127.0.0.9');
    expect(await beyond.rest()).toBe('');
    const refused = await lab.gateway.waitForRecord((each) => each.kind === 'decision' && each.client === '127.0.0.9');
    expect(refused).toMatchObject({ decision: 'deny', code: 'overloaded' });
    expect((await lab.gateway.adminGet('/metrics')).content).toMatch(
      /^cordon_decisions_total\{kind="none",effect="deny",code="overloaded"\} 1$/m,
    );
    for (const client of clients) client.socket.destroy();
    await expect.poll(() => get('/room').catch(() => 0)).toBe(200);
    expect(await crew.health()).toMatchObject({ ready: true, uniform: true });
  });
});
