import { connect, type Socket } from 'node:net';
import { Http1Reader, type Framing, type Http1Message } from './http1-reader.ts';

export interface Address {
  readonly address: string;
  readonly port: number;
}

export interface RawResponse extends Http1Message {
  readonly status: number;
  readonly reason: string;
  /** 1xx responses that came before it, in order. */
  readonly interim: readonly Http1Message[];
  /** The value of a field; the name in lower case. */
  field(name: string): string | undefined;
}

const TIMEOUT_MS = 5_000;

/**
 * A connection that sends exactly the bytes it is given and shows exactly the bytes that come back. Reads are bounded in
 * time: a gateway that hangs fails a test instead of stopping it.
 */
export class RawConnection implements AsyncDisposable {
  readonly socket: Socket;
  /** Whether the peer has sent its FIN, or the connection is gone. */
  ended = false;
  /** `ECONNRESET` when the peer sent a RST. */
  error: string | undefined;
  #unread = Buffer.alloc(0);
  readonly #waiting = new Set<() => void>();

  /** Takes over a connected socket, cleartext or TLS. */
  constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (chunk: Buffer) => {
      this.#unread = Buffer.concat([this.#unread, chunk]);
      this.#wake();
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      this.error = error.code ?? error.message;
    });
    for (const event of ['end', 'close']) {
      socket.on(event, () => {
        this.ended = true;
        this.#wake();
      });
    }
  }

  /** @param from address of loopback to connect from, so that the record of one client is told from another's */
  static async open(to: Address, from?: string): Promise<RawConnection> {
    const local = from === undefined ? {} : { localAddress: from };
    const socket = connect({ host: to.address, port: to.port, allowHalfOpen: true, noDelay: true, ...local });
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
    return new RawConnection(socket);
  }

  /** Text goes out as latin-1: one character is one byte. */
  send(bytes: string | Uint8Array): void {
    this.socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
  }

  /** Sends a FIN; reading goes on. */
  finish(): void {
    this.socket.end();
  }

  /** One response, framed as the status and `method` say (RFC 9112 §6.3); what follows it stays unread. */
  async response(method = 'GET', timeoutMs = TIMEOUT_MS): Promise<RawResponse> {
    const interim: Http1Message[] = [];
    for (;;) {
      const message = await this.#message(method, timeoutMs);
      const status = statusOf(message);
      if (status >= 200 || status === 101) return { ...message, ...read(message), interim };
      interim.push(message);
    }
  }

  /** Everything up to and including the first `marker`, latin-1. */
  async until(marker: string, timeoutMs = TIMEOUT_MS): Promise<string> {
    const length = await this.#wait(`"${marker}"`, timeoutMs, () => {
      const found = this.#unread.indexOf(marker, 0, 'latin1');
      return found === -1 ? undefined : found + Buffer.byteLength(marker, 'latin1');
    });
    return this.#take(length).toString('latin1');
  }

  /** Exactly `length` bytes. */
  async bytes(length: number, timeoutMs = TIMEOUT_MS): Promise<Buffer> {
    await this.#wait(`${length} bytes`, timeoutMs, () => (this.#unread.length >= length ? length : undefined));
    return this.#take(length);
  }

  /** Everything until the peer ends the connection, latin-1. */
  async rest(timeoutMs = TIMEOUT_MS): Promise<string> {
    await this.#wait('the end', timeoutMs, () => (this.ended ? 0 : undefined), 'end is fine');
    return this.#take(this.#unread.length).toString('latin1');
  }

  /** What has come so far and was not read, latin-1. */
  get unread(): string {
    return this.#unread.toString('latin1');
  }

  /** Gives the socket away, with unread bytes put back. */
  release(): Socket {
    this.socket.removeAllListeners('data').removeAllListeners('end').removeAllListeners('close');
    this.socket.pause();
    if (this.#unread.length > 0) this.socket.unshift(this.#unread);
    this.#unread = Buffer.alloc(0);
    return this.socket;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.socket.destroy();
    await Promise.resolve();
  }

  async #message(method: string, timeoutMs: number): Promise<Http1Message> {
    return this.#wait('a response', timeoutMs, () => {
      let found: Http1Message | undefined;
      const reader = new Http1Reader({
        framing: (head) => framingOf(method, head),
        onMessage: (message) => {
          found ??= message;
        },
      });
      reader.push(this.#unread);
      if (found === undefined && this.ended) reader.end();
      if (found !== undefined) this.#take(found.raw.length);
      return found;
    });
  }

  #take(length: number): Buffer {
    const taken = this.#unread.subarray(0, length);
    this.#unread = this.#unread.subarray(length);
    return taken;
  }

  #wake(): void {
    for (const check of this.#waiting) check();
  }

  #wait<T>(what: string, timeoutMs: number, look: () => T | undefined, atEnd?: 'end is fine'): Promise<T> {
    return new Promise((resolve, reject) => {
      const settle = (act: () => void): void => {
        clearTimeout(timer);
        this.#waiting.delete(check);
        act();
      };
      const check = (): void => {
        const found = look();
        if (found !== undefined) settle(() => resolve(found));
        else if (this.ended && atEnd === undefined) settle(() => reject(this.#complaint(`${what} before the end`)));
      };
      const timer = setTimeout(() => settle(() => reject(this.#complaint(`${what} within ${timeoutMs} ms`))), timeoutMs);
      this.#waiting.add(check);
      check();
    });
  }

  #complaint(expected: string): Error {
    return new Error(`Found ${JSON.stringify(this.unread.slice(0, 300))} ${this.error ?? ''}, expected ${expected}`);
  }
}

/** Sends `bytes` on a new connection and returns all that comes back until the peer closes. */
export async function exchangeRaw(to: Address, bytes: string | Uint8Array, timeoutMs = TIMEOUT_MS): Promise<string> {
  await using connection = await RawConnection.open(to);
  connection.send(bytes);
  // Awaited here: the connection is gone once this function returns.
  return await connection.rest(timeoutMs);
}

function framingOf(method: string, head: Http1Message): Framing {
  const status = statusOf(head);
  if (status < 200 || status === 204 || status === 304 || method === 'HEAD') return 'none';
  if (method === 'CONNECT' && status < 300) return 'none';
  const isFramed = head.fields.some(([name]) => /^(?:content-length|transfer-encoding)$/i.test(name));
  return isFramed ? 'by-fields' : 'close';
}

function statusOf(message: Http1Message): number {
  return Number(message.startLine.split(' ')[1]);
}

function read(message: Http1Message): Pick<RawResponse, 'status' | 'reason' | 'field'> {
  return {
    status: statusOf(message),
    reason: message.startLine.split(' ').slice(2).join(' '),
    field: (name) => message.fields.find(([found]) => found.toLowerCase() === name)?.[1],
  };
}
