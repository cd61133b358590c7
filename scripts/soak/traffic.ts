import type { Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { Pool, ProxyAgent, type Dispatcher } from 'undici';
import { WebSocket } from 'ws';
import type { ApprovalsAnswer } from '../../src/admin/contract/approvals.ts';
import { http2Through, tlsThrough, type Http2Client } from '../../test/support/tunnel-client.ts';
import { type Kind, type Ledger } from './ledger.ts';
import { MASKED_VALUE, NAMES } from './origins.ts';
import type { World } from './world.ts';

/** Requests over one client of intercepted tunnels before it is closed and a new one made: handshakes go on all the time. */
const REQUESTS_PER_CLIENT = 200;
const MESSAGES = 10;
const MESSAGE_INTERVAL_MS = 100;
const WAIT_MS = 90_000;
const APPROVE_EVERY_MS = 300;

/** Clients of every kind; each call is one request, whose answer goes into the ledger. */
export class Traffic implements AsyncDisposable {
  readonly #world: World;
  readonly #ledger: Ledger;
  readonly #plain: Pool;
  readonly #h1: Renewed<ProxyAgent>;
  readonly #h2: Renewed<Promise<Http2Client>>;
  readonly #approving: Promise<void>;
  #isOver = false;

  constructor(world: World, ledger: Ledger) {
    this.#world = world;
    this.#ledger = ledger;
    const { address, port } = world.gateway.proxy;
    this.#plain = new Pool(`http://${address}:${port}`, { connections: 128, pipelining: 1, headersTimeout: WAIT_MS });
    this.#h1 = new Renewed(
      () =>
        new ProxyAgent({ uri: `http://${address}:${port}`, requestTls: { ca: world.caPem }, connections: 16, allowH2: false }),
      (agent) => agent.close(),
    );
    this.#h2 = new Renewed(
      () => http2Through(world.gateway.proxy, `${NAMES.secure}:${world.origins.secure.port}`, { ca: world.caPem }),
      async (client) => (await client).session.close(),
    );
    this.#approving = this.#approve();
  }

  /** Resolves when the answer is there to its last byte; whatever breaks is an answer too. */
  async send(kind: Kind): Promise<void> {
    const path = this.#ledger.path(kind);
    const answer = await this.#answer(kind, path).catch((error: unknown) => `broken: ${String(error)}`);
    this.#ledger.answered(path, answer);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    await Promise.all([this.#approving, this.#h1.end(), this.#h2.end(), this.#plain.close()]);
  }

  #answer(kind: Kind, path: string): Promise<string> {
    const { plain, secure, abroad } = this.#world.origins;
    switch (kind) {
      case 'plain':
      case 'sse':
      case 'held':
        return this.#forward(`${NAMES.plain}:${plain.port}`, path);
      case 'abroad':
        return this.#forward(`${NAMES.abroad}:${abroad.port}`, path);
      case 'unnamed':
        // A name of its own each time: a look-up would be a leak, and the name server would have seen it.
        return this.#forward(`n${path.split('/')[2]}.unnamed.example`, path);
      case 'h1':
        return this.#intercepted(`${NAMES.secure}:${secure.port}`, path);
      case 'masked':
        return this.#intercepted(
          `${NAMES.secure}:${secure.port}`,
          path,
          `{"text":"${'so it goes; '.repeat(80)}","to":"${MASKED_VALUE}"}`,
        );
      case 'h2':
        return this.#h2.use(async (client) => String((await (await client).request({ ':path': path })).status));
      case 'websocket':
        return this.#websocket(`${NAMES.secure}:${secure.port}`, path);
    }
  }

  async #forward(authority: string, path: string): Promise<string> {
    const answer = await this.#plain.request({
      method: 'GET',
      path: `http://${authority}${path}`,
      headers: { host: authority },
    });
    return readAnswer(answer);
  }

  #intercepted(authority: string, path: string, content?: string): Promise<string> {
    return this.#h1.use(async (dispatcher) => {
      const post = { method: 'POST', body: content ?? '', headers: { 'content-type': 'application/json' } } as const;
      const options = { origin: `https://${authority}`, path, method: 'GET', ...(content !== undefined && post) } as const;
      return readAnswer(await dispatcher.request(options));
    });
  }

  async #websocket(authority: string, path: string): Promise<string> {
    const tls = { ca: this.#world.caPem, ALPNProtocols: ['http/1.1'] };
    const secure: Socket = await tlsThrough(this.#world.gateway.proxy, authority, tls);
    const socket = new WebSocket(`ws://${authority}${path}`, { createConnection: () => secure, perMessageDeflate: false });
    const closed = new Promise<number>((resolve) => socket.once('close', resolve));
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    let echoed = 0;
    socket.on('message', () => echoed++);
    for (let n = 0; n < MESSAGES; n++) {
      socket.send(`{"n":${n}}`);
      await pause(MESSAGE_INTERVAL_MS);
    }
    socket.close(1000);
    const code = await closed;
    return echoed === MESSAGES && code === 1000 ? '101' : `101, then ${echoed} of ${MESSAGES} messages and close ${code}`;
  }

  /** The person who lets held requests go. */
  async #approve(): Promise<void> {
    const { gateway, approver: headers } = this.#world;
    while (!this.#isOver) {
      await pause(APPROVE_EVERY_MS);
      const listed = await gateway.adminAsk('/v1/approvals?state=pending&limit=5', { headers }).catch(() => undefined);
      if (listed?.status !== 200) continue;
      for (const { id } of (listed.content as ApprovalsAnswer).items) {
        const json = { decision: 'approve', reason: 'soak' };
        await gateway.adminAsk(`/v1/approvals/${id}/decision`, { headers, json }).catch(() => undefined);
      }
    }
  }
}

/** A client that is replaced after some uses, and ended when the last of them is over. */
class Renewed<T> {
  readonly #make: () => T;
  readonly #close: (client: T) => Promise<unknown>;
  readonly #ending = new Set<Promise<unknown>>();
  #current: { readonly client: T; readonly uses: Set<Promise<unknown>>; count: number } | undefined;

  constructor(make: () => T, close: (client: T) => Promise<unknown>) {
    this.#make = make;
    this.#close = close;
  }

  async use<R>(request: (client: T) => Promise<R>): Promise<R> {
    if (this.#current === undefined || this.#current.count >= REQUESTS_PER_CLIENT) {
      void this.end();
      this.#current = { client: this.#make(), uses: new Set(), count: 0 };
    }
    const { uses, client } = this.#current;
    this.#current.count += 1;
    const use = request(client);
    uses.add(use);
    try {
      return await use;
    } catch (error) {
      // Whatever broke it may have broken for good.
      if (this.#current?.client === client) void this.end();
      throw error;
    } finally {
      uses.delete(use);
    }
  }

  /** Resolves when every client that was ever made is closed. */
  async end(): Promise<void> {
    const ended = this.#current;
    this.#current = undefined;
    if (ended !== undefined) {
      const closing = Promise.allSettled(ended.uses)
        .then(() => this.#close(ended.client))
        .catch(() => {})
        .finally(() => this.#ending.delete(closing));
      this.#ending.add(closing);
    }
    await Promise.all(this.#ending);
  }
}

async function readAnswer({ statusCode, body }: Dispatcher.ResponseData): Promise<string> {
  const text = await body.text();
  if (statusCode < 400) return String(statusCode);
  const { code = 'without a code' } = JSON.parse(text) as { code?: string };
  return `${statusCode} ${code}`;
}
