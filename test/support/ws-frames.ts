import { Duplex } from 'node:stream';
import * as ws from 'ws';

/** The part of the `ws` package that writes frames; its types leave it out. */
export interface WsSender {
  send(
    content: Buffer,
    options: { readonly fin: boolean; readonly compress: boolean; readonly binary: boolean; readonly mask: boolean },
  ): void;
  ping(payload: Buffer, isMasked: boolean, done: () => void): void;
}

interface WsReceiver {
  on(event: 'message', listener: (content: Buffer, isBinary: boolean) => void): void;
  on(event: 'ping', listener: (payload: Buffer) => void): void;
  on(event: 'conclude', listener: (code: number, reason: Buffer) => void): void;
  on(event: 'error', listener: (error: Error) => void): void;
  on(event: 'finish', listener: () => void): void;
  end(bytes: Buffer): void;
}

const { Receiver, Sender } = ws as unknown as {
  readonly Receiver: new (options: { readonly isServer: boolean }) => WsReceiver;
  readonly Sender: new (socket: Duplex) => WsSender;
};

/** What the `ws` package makes of bytes: messages, pings as `ping:…`, the close as `close:code:reason`. */
export function readByWs(bytes: Buffer, { isServer = false } = {}): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const seen: string[] = [];
    const receiver = new Receiver({ isServer });
    receiver.on('message', (content, isBinary) => seen.push(content.toString(isBinary ? 'hex' : 'utf8')));
    receiver.on('ping', (payload) => seen.push(`ping:${payload.toString()}`));
    receiver.on('conclude', (code, reason) => seen.push(`close:${code}:${reason.toString()}`));
    receiver.on('error', reject);
    receiver.on('finish', () => resolve(seen));
    receiver.end(bytes);
  });
}

/** What the `ws` package writes for messages in fragments, with a ping behind each fragment. */
export function writtenByWs(messages: readonly (readonly string[])[], isMasked: boolean): Buffer {
  const written: Buffer[] = [];
  const sink = new Duplex({
    read() {},
    write: (chunk: Buffer, _encoding, done) => {
      written.push(chunk);
      done();
    },
  });
  const sender = new Sender(sink);
  for (const fragments of messages) {
    for (const [i, fragment] of fragments.entries()) {
      const fin = i === fragments.length - 1;
      sender.send(Buffer.from(fragment), { fin, compress: false, binary: false, mask: isMasked });
      sender.ping(Buffer.from(`ping ${i}`), isMasked, () => {});
    }
  }
  return Buffer.concat(written);
}
