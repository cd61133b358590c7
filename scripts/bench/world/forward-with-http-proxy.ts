/** A forward proxy on `http-proxy` 1.18.1, as its users would write one: no policy, no record. A row of the benchmark, nothing else. */
import { Agent, createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createRequire } from 'node:module';

interface HttpProxy {
  web(request: IncomingMessage, response: ServerResponse, options: { target: string }): void;
  on(event: 'error', listener: (error: Error, request: IncomingMessage, response: ServerResponse) => void): void;
}

const httpProxy = createRequire(import.meta.url)('http-proxy') as { createProxyServer(options: { agent: Agent }): HttpProxy };

const proxy = httpProxy.createProxyServer({ agent: new Agent({ keepAlive: true, maxSockets: 256 }) });
proxy.on('error', (_error, _request, response) => response.writeHead(502).end());

createServer((request, response) => {
  const target = new URL(request.url ?? '');
  request.url = target.pathname + target.search;
  proxy.web(request, response, { target: target.origin });
}).listen(Number(process.argv[2]), '127.0.0.1');
