import { join } from 'node:path';
import { expect, it } from 'vitest';
import { cordon } from '../cli/cordon.ts';
import { startLab, type Lab } from '../support/lab.ts';
import { PostgresServer } from '../support/postgres-server.ts';
import { describeOnPostgres } from '../store/engines.ts';

const ORIGIN = 'api.de.lab.example';
const BY_ADDRESS = '127.0.97.1';
const BY_TOKEN = '127.0.97.2';

/** Status of a request that a rule permits to everybody, from one of the two agents. */
async function ask(lab: Lab, from: string, token?: string): Promise<number> {
  await using client = await lab.connect(from);
  const credentials = token === undefined ? '' : `Proxy-Authorization: Bearer ${token}\r\n`;
  client.send(`GET http://${lab.authority(ORIGIN)}/ HTTP/1.1\r\nHost: ${lab.authority(ORIGIN)}\r\n${credentials}\r\n`);
  return (await client.response()).status;
}

/** Asks until the answer is the expected one; the time limit of the test is what ends it otherwise. */
async function askUntil(status: number, lab: Lab, token: string): Promise<void> {
  while ((await ask(lab, BY_TOKEN, token)) !== status) await new Promise((resolve) => setTimeout(resolve, 20));
}

describeOnPostgres('a gateway whose PostgreSQL goes away', () => {
  it('goes on under its policy, and refuses tokens that it cannot verify', async () => {
    await using server = await PostgresServer.start();
    await using lab = await startLab({
      agents: [
        { id: 'machine', home: 'eu', identify: [{ cidr: [`${BY_ADDRESS}/32`] }] },
        { id: 'bot', home: 'eu', identify: [{ token: true }] },
      ],
      origins: { [ORIGIN]: { country: 'DE' } },
      rules: ['{ id: api, to: [api-de-lab-example], then: permit }'],
      settings: { node: { place: 'DE' }, store: { url: server.url, place: 'DE' } },
    });
    expect(lab.gateway.stdout).toContain('store    PostgreSQL in DE');
    const config = ['--config', join(lab.gateway.directory, 'cordon.yaml')];
    const run = (...args: string[]) => cordon([...config, 'token', ...args], lab.gateway.directory);
    const minted = await run('mint', '--agent', 'bot');
    expect(minted).toMatchObject({ code: 0, err: '' });
    const token = minted.out.trim();
    expect(await ask(lab, BY_TOKEN, token)).toBe(200);

    await server.stop();
    await askUntil(503, lab, token);
    expect(await ask(lab, BY_ADDRESS)).toBe(200);
    expect(await run('mint', '--agent', 'bot')).toMatchObject({ code: 3, out: '' });

    await server.start();
    await askUntil(200, lab, token);
    expect(await run('revoke', token)).toMatchObject({ code: 0 });
    await askUntil(407, lab, token);
  });
});
