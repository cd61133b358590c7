import { createHash, randomBytes } from 'node:crypto';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { Writable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { Inlet } from '../../src/upstream/inlet.ts';

const opened: (Socket | Server)[] = [];

afterEach(() => {
  for (const each of opened.splice(0)) {
    if ('destroy' in each) each.destroy();
    else each.close();
  }
});

/** A socket that is read through an inlet, and the far end of it. */
async function openInlet(): Promise<{ inlet: Inlet; near: Socket; far: Socket }> {
  const server = createServer({ allowHalfOpen: true });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const accepted = new Promise<Socket>((resolve) => server.once('connection', resolve));
  const inlet = new Inlet();
  const near = connect({
    host: '127.0.0.1',
    port: (server.address() as AddressInfo).port,
    allowHalfOpen: true,
    onread: inlet.onread,
  });
  await new Promise<void>((resolve) => near.once('connect', () => resolve()));
  const far = await accepted;
  opened.push(server, near, far);
  return { inlet, near, far };
}

/** Takes its time over every chunk, and looks at the bytes only when it is done: by then a reused buffer shows other ones. */
function slowSink(): { sink: Writable; digest: Promise<string>; most: () => number } {
  const hash = createHash('sha256');
  let most = 0;
  let done: (digest: string) => void = () => {};
  const digest = new Promise<string>((resolve) => (done = resolve));
  const sink = new Writable({
    write(chunk: Uint8Array, _encoding, callback) {
      most = Math.max(most, chunk.length);
      setImmediate(() => {
        hash.update(chunk);
        callback();
      });
    },
    final(callback) {
      done(hash.digest('hex'));
      callback();
    },
  });
  return { sink, digest, most: () => most };
}

describe('Inlet', () => {
  it('flow() hands on every byte and the end, however slow the other side is', async () => {
    const { inlet, near, far } = await openInlet();
    const content = randomBytes(3_000_000);
    const { sink, digest, most } = slowSink();
    inlet.flow(near, sink);
    far.end(content);
    expect(await digest).toBe(createHash('sha256').update(content).digest('hex'));
    expect(most()).toBe(64 * 1024);
  });

  it('flow() hands on what arrived before it, in order', async () => {
    const { inlet, near, far } = await openInlet();
    const content = randomBytes(100_000);
    far.end(content);
    while (inlet.held === 0) await pause(1);
    await pause(20);
    // One read and no second one, which nobody would have a place for.
    expect(near.bytesRead).toBe(inlet.held);
    const { sink, digest } = slowSink();
    inlet.flow(near, sink);
    expect(await digest).toBe(createHash('sha256').update(content).digest('hex'));
    expect(inlet.held).toBe(0);
  });

  it('flow() reads no faster than the other side takes', async () => {
    const { inlet, near, far } = await openInlet();
    const stuck = new Writable({ write: () => {} });
    inlet.flow(near, stuck);
    far.write(randomBytes(1_000_000));
    while (near.bytesRead === 0) await pause(1);
    await pause(20);
    expect(near.bytesRead).toBeLessThanOrEqual(64 * 1024);
  });

  it('has a buffer of its own only under load', async () => {
    const { inlet, near, far } = await openInlet();
    const { inlet: other } = await openInlet();
    const bufferOf = ({ onread }: Inlet): Uint8Array => (typeof onread.buffer === 'function' ? onread.buffer() : onread.buffer);
    inlet.flow(near, new Writable({ write: (_chunk, _encoding, callback) => callback() }));
    expect(bufferOf(inlet)).toBe(bufferOf(other));
    far.write(Buffer.alloc(300_000));
    while (near.bytesRead < 300_000) await pause(1);
    expect(bufferOf(inlet)).not.toBe(bufferOf(other));
    for (const sent of Array(10).keys()) {
      far.write('x');
      while (near.bytesRead < 300_001 + sent) await pause(1);
    }
    expect(bufferOf(inlet)).toBe(bufferOf(other));
  });

  it('two that share a buffer never see bytes of each other', async () => {
    const pairs = await Promise.all(Array.from({ length: 8 }, openInlet));
    const digests = pairs.map(({ inlet, near, far }, place) => {
      const { sink, digest } = slowSink();
      inlet.flow(near, sink);
      const content = Buffer.alloc(20_000, place);
      for (let at = 0; at < content.length; at += 1000) far.write(content.subarray(at, at + 1000));
      far.end();
      return { digest, expected: createHash('sha256').update(content).digest('hex') };
    });
    for (const { digest, expected } of digests) expect(await digest).toBe(expected);
  });
});
