import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { openExchange } from '../../../src/cli/api/api-exchange.ts';
import { askGateway } from '../../../src/cli/environment/ask-gateway.ts';

/** Something else than a gateway, which says this to whoever asks and then `closes` or not. */
async function saying(text: string, closes: boolean): Promise<number> {
  const server = createServer((socket) => {
    socket.on('error', () => {}).once('data', () => (closes ? socket.end(text) : socket.write(text)));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

const SWITCH = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n';

it.each([
  ['switches protocols', SWITCH, false],
  ['cuts its answer', 'HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\n{"agent"', true],
  ['says nothing', '', true],
])('askGateway() waits for nothing more of what %s', async (_what, text, closes) => {
  const port = await saying(text, closes);
  expect(await askGateway({ host: '127.0.0.1', port }, 'whoami')).toEqual({
    ok: false,
    failure: expect.stringMatching(/^127\.0\.0\.1:\d+: (?:ended the connection|socket hang up|aborted)/) as string,
  });
});

it('openExchange() waits for nothing more of what switches protocols', async () => {
  const url = new URL(`http://127.0.0.1:${await saying(SWITCH, false)}/v1/approvals`);
  const asked = openExchange({ url, method: 'GET', token: 'cdp_x', json: undefined, silence: 60_000 });
  await expect(asked).rejects.toThrow('it ended the connection without an answer');
});
