/**
 * The load generator for what `wrk` cannot do: CONNECT, TLS inside it, new connections, idle tunnels. A program of its own,
 * pinned apart from the proxy, so that its cost does not count. Reads a {@link LoadJob} as its argument, prints a
 * {@link LoadResult}; anything but a 200 ends it with a failure, so that no broken round is measured. Loopback only.
 */
import { readFileSync } from 'node:fs';
import { connect as connectTcp, createServer, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { connect as connectTls, createSecureContext, type SecureContext } from 'node:tls';
import type { LoadJob, LoadResult } from './load-job.ts';

const HEAD_END = '\r\n\r\n';

/** The same handshake with every proxy: by itself Cordon's OpenSSL adds ML-KEM to it, which that of Debian's squid does not know. */
const KEY_EXCHANGE = 'X25519:P-256';

class Generator {
  readonly #job: LoadJob;
  readonly #request: Buffer;
  readonly #context: SecureContext | undefined;
  readonly #latencies: number[] = [];
  #bytes = 0;

  constructor(job: LoadJob) {
    this.#job = job;
    this.#request = requestOf(job);
    this.#context =
      job.tls === undefined ? undefined : createSecureContext({ ca: readFileSync(job.tls.caFile), ecdhCurve: KEY_EXCHANGE });
  }

  async run(): Promise<LoadResult> {
    const { connections, seconds } = this.#job;
    const start = performance.now();
    const deadline = start + seconds * 1000;
    await Promise.all(Array.from({ length: connections }, () => this.#worker(deadline)));
    const sorted = this.#latencies.sort((a, b) => a - b);
    const at = (share: number): number => Math.round(1000 * (sorted[Math.floor(sorted.length * share)] ?? 0));
    return {
      requests: sorted.length,
      bytes: this.#bytes,
      seconds: (performance.now() - start) / 1000,
      latency: { p50: at(0.5), p99: at(0.99) },
    };
  }

  async #worker(deadline: number): Promise<void> {
    const { kind, thinkMs } = this.#job;
    let socket: Duplex | undefined;
    while (performance.now() < deadline) {
      if (thinkMs > 0) await new Promise((resolve) => setTimeout(resolve, 2 * thinkMs * Math.random()));
      const start = performance.now();
      socket ??= await this.open();
      await this.#exchange(socket);
      this.#latencies.push(performance.now() - start);
      if (kind === 'keep-alive') continue;
      await closed(socket);
      socket = undefined;
    }
    socket?.destroy();
  }

  /** A connection as the job describes it, ready for a request. */
  async open(): Promise<Duplex> {
    const { port, connect, tls } = this.#job;
    const socket = await openTcp(port);
    if (connect !== undefined) await openTunnel(socket, connect);
    if (tls === undefined) return socket;
    return new Promise((resolve, reject) => {
      const secure = connectTls({
        socket,
        servername: tls.serverName,
        secureContext: this.#context,
        ALPNProtocols: ['http/1.1'],
      });
      secure.once('secureConnect', () => resolve(secure));
      secure.once('error', reject);
    });
  }

  // One request; resolves when its content has arrived. Only responses with Content-Length are expected here.
  #exchange(socket: Duplex): Promise<void> {
    return new Promise((resolve, reject) => {
      let head = '';
      let left = -1;
      const onData = (chunk: Buffer): void => {
        let content = chunk.length;
        if (left === -1) {
          head += chunk.toString('latin1');
          const end = head.indexOf(HEAD_END);
          if (end === -1) return;
          left = contentLength(head.slice(0, end), reject);
          content = head.length - end - HEAD_END.length;
        }
        left -= content;
        this.#bytes += content;
        if (left > 0) return;
        settle();
        resolve();
      };
      const onClose = (): void => {
        settle();
        reject(new Error('The connection closed before the response was whole'));
      };
      const settle = (): void => {
        socket.off('data', onData);
        socket.off('close', onClose);
      };
      socket.on('data', onData);
      socket.on('close', onClose);
      socket.write(this.#request);
    });
  }
}

/** The request as it goes over the wire, the same each time. */
function requestOf({ target, host, content }: LoadJob): Buffer {
  const body = content === undefined ? Buffer.alloc(0) : readFileSync(content.file);
  const framing = content === undefined ? '' : `Content-Type: ${content.type}\r\nContent-Length: ${body.length}\r\n`;
  const method = content === undefined ? 'GET' : 'POST';
  const head = `${method} ${target} HTTP/1.1\r\nHost: ${host}\r\nUser-Agent: bench/1\r\nAccept: */*\r\nAccept-Encoding: gzip\r\n${framing}\r\n`;
  return Buffer.concat([Buffer.from(head), body]);
}

function contentLength(head: string, reject: (error: Error) => void): number {
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  if (head.startsWith('HTTP/1.1 200') && length !== undefined) return Number(length);
  reject(new Error(`Found this head, expected 200 with Content-Length:\n${head}`));
  return 0;
}

function openTcp(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connectTcp({ host: '127.0.0.1', port, noDelay: true });
    socket.once('connect', () => resolve(socket));
    socket.on('error', reject);
  });
}

function openTunnel(socket: Socket, authority: string): Promise<void> {
  socket.write(`CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\nUser-Agent: bench/1\r\n\r\n`);
  return new Promise((resolve, reject) => {
    let head = '';
    const onData = (chunk: Buffer): void => {
      head += chunk.toString('latin1');
      if (!head.includes(HEAD_END)) return;
      socket.off('data', onData);
      // Whoever comes next reads: TLS takes the handle over, an idle tunnel has nothing to read.
      socket.pause();
      if (/^HTTP\/1\.[01] 200/.test(head)) resolve();
      else reject(new Error(`Found this answer to CONNECT, expected 200:\n${head}`));
    };
    socket.on('data', onData);
  });
}

function closed(socket: Duplex): Promise<void> {
  return new Promise((resolve) => {
    socket.once('close', () => resolve());
    socket.end(() => socket.destroy());
  });
}

/** The bytes with which a TLS client begins, as Node's own makes them. */
function clientHello(serverName: string): Promise<Buffer> {
  return new Promise((resolve) => {
    const stub = new Duplex({
      read: () => {},
      write: (chunk: Buffer) => {
        resolve(chunk);
        stub.destroy();
      },
    });
    connectTls({ socket: stub, servername: serverName }).on('error', () => {});
  });
}

/** Opens tunnels to an origin of its own, says when all stand, and closes them when its input ends. */
async function holdTunnels(job: LoadJob): Promise<LoadResult> {
  const generator = new Generator(job);
  const hello = await clientHello(job.host);
  let standing = 0;
  const origin = createServer((socket) => {
    socket.once('data', () => {
      standing += 1;
      // As long as a server's part of a handshake: a tunnel that never carried anything would be a kind one.
      socket.write(Buffer.alloc(5_000));
    });
    socket.on('error', () => socket.destroy());
  });
  await new Promise<void>((resolve) => origin.listen({ host: '127.0.0.1', port: job.originPort, backlog: 1024 }, resolve));
  const start = performance.now();
  let begun = 0;
  const open = async (): Promise<void> => {
    while (begun < job.connections) {
      begun += 1;
      const socket = await generator.open();
      socket.write(hello);
    }
  };
  await Promise.all(Array.from({ length: 32 }, open));
  while (standing < job.connections) await new Promise((resolve) => setTimeout(resolve, 20));
  const seconds = (performance.now() - start) / 1000;
  return { requests: standing, bytes: 0, seconds, latency: { p50: 0, p99: 0 } };
}

const job = JSON.parse(process.argv[2] ?? '{}') as LoadJob;
const result = job.kind === 'idle' ? await holdTunnels(job) : await new Generator(job).run();
process.stdout.write(`${JSON.stringify({ ...result, cpuSeconds: cpuSeconds() })}\n`);
if (job.kind === 'idle') process.stdin.resume().once('end', () => process.exit(0));
else process.exit(0);

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}
