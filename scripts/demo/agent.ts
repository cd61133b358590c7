import { Agent, type IncomingMessage, request } from 'node:http';
import { HOSTS, type Host, type Origins } from './world.ts';

/** What came of a request of the agent. */
export interface Reply {
  readonly status: number;
  readonly content: string;
}

/** Why the gateway refused, in its problem (RFC 9457). */
export interface Problem {
  readonly code: string;
  readonly reason: string;
}

/** A program that was told to use the gateway as its proxy, and nothing else. */
export class DemoAgent {
  readonly #proxy: URL;
  readonly #origins: Origins;
  readonly #signal: AbortSignal;

  constructor(proxy: URL, origins: Origins, signal: AbortSignal) {
    this.#proxy = proxy;
    this.#origins = origins;
    this.#signal = signal;
  }

  /** Sends one request, with JSON as its content where there is any. */
  async send(host: Host, path: string, content?: object): Promise<Reply> {
    const authority = `${HOSTS[host].name}:${this.#origins[host].port}`;
    const body = content === undefined ? undefined : JSON.stringify(content);
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      request({
        // Not the global one, which follows the variables of the shell.
        agent: new Agent(),
        host: this.#proxy.hostname,
        port: this.#proxy.port,
        method: body === undefined ? 'GET' : 'POST',
        path: `http://${authority}${path}`,
        headers: {
          host: authority,
          ...(body !== undefined && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
        },
        signal: this.#signal,
      })
        .once('response', resolve)
        .once('error', reject)
        .end(body);
    });
    let text = '';
    for await (const chunk of answer.setEncoding('utf8')) text += chunk as string;
    return { status: answer.statusCode ?? 0, content: text };
  }
}
