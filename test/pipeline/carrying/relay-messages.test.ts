import { describe, expect, it } from 'vitest';
import { relayMessages, type MessageRelay } from '../../../src/pipeline/carrying/relay-messages.ts';
import { CLOSE } from '../../../src/wire/websocket/close-frame.ts';
import { OPCODE } from '../../../src/wire/websocket/opcode.ts';
import { writeFrame } from '../../../src/wire/websocket/write-frame.ts';
import { RawConnection } from '../../support/raw-client.ts';
import { readByWs } from '../../support/ws-frames.ts';
import { openSocketPair, type SocketPair } from '../../support/socket-pair.ts';
import { CARD, flowWith, MASKED_CARD } from '../../transform/websocket/messages.ts';

const LONG = { idle: 60_000, halfClosedIdle: 60_000, lifetime: 60_000 };
const KEY = Uint8Array.of(1, 2, 3, 4);

interface Joined extends AsyncDisposable {
  readonly agent: RawConnection;
  readonly origin: RawConnection;
  readonly running: MessageRelay;
  readonly pairs: readonly [SocketPair, SocketPair];
}

async function join(limits = LONG, head: Uint8Array = new Uint8Array()): Promise<Joined> {
  const [client, server] = [await openSocketPair(), await openSocketPair()];
  const toOrigin = flowWith({ isFromClient: true });
  const running = relayMessages({ client: client.server, origin: server.client, head, toOrigin, toClient: flowWith() }, limits);
  return {
    agent: new RawConnection(client.client),
    origin: new RawConnection(server.server),
    running,
    pairs: [client, server],
    async [Symbol.asyncDispose]() {
      for (const pair of [client, server]) await pair[Symbol.asyncDispose]();
    },
  };
}

function text(content: string, key?: Uint8Array): Uint8Array {
  return writeFrame({ opcode: OPCODE.text, isFinal: true, isCompressed: false, payload: Buffer.from(content) }, key);
}

describe('relayMessages()', () => {
  it('what came with the handshake goes first, half-close passes through, and bytes are counted as they left', async () => {
    await using joined = await join(LONG, text(CARD, KEY));
    const { agent, origin, running } = joined;
    agent.send(text('second', KEY));
    agent.finish();
    const arrived = await origin.rest();
    expect(await readByWs(Buffer.from(arrived, 'latin1'), { isServer: true })).toEqual([MASKED_CARD, 'second']);
    origin.send(text('answer'));
    origin.finish();
    expect(await readByWs(Buffer.from(await agent.rest(), 'latin1'))).toEqual(['answer']);
    expect(await running.ended).toEqual({ end: 'closed', failure: undefined });
    expect(running.bytes).toMatchObject({ sent: arrived.length, received: text('answer').length });
  });

  it.each([
    ['idle', { ...LONG, idle: 60 }],
    ['lifetime', { ...LONG, lifetime: 60 }],
  ] as const)('the bound on %s ends both sides', async (end, limits) => {
    await using joined = await join(limits);
    expect(await joined.running.ended).toMatchObject({ end });
    expect(await joined.agent.rest()).toBe('');
    expect(await joined.origin.rest()).toBe('');
  });

  it('a side that has finished sending is waited for only so long', async () => {
    await using joined = await join({ ...LONG, halfClosedIdle: 60 });
    joined.agent.finish();
    expect(await joined.running.ended).toMatchObject({ end: 'idle' });
  });

  it('is cut at once', async () => {
    await using joined = await join();
    joined.running.cut();
    expect(await joined.running.ended).toMatchObject({ end: 'cut' });
  });

  it('tells both ends what is refused, reads away what still comes, and waits for neither for long', async () => {
    await using joined = await join();
    const { agent, origin, running } = joined;
    agent.send(writeFrame({ opcode: OPCODE.binary, isFinal: true, isCompressed: false, payload: Buffer.from(CARD) }, KEY));
    const [toAgent, toOrigin] = await Promise.all([agent.rest(), origin.rest()]);
    const wanted = [`close:${CLOSE.policyViolation}:unreadable_content`];
    expect(await readByWs(Buffer.from(toAgent, 'latin1'))).toEqual(wanted);
    expect(await readByWs(Buffer.from(toOrigin, 'latin1'), { isServer: true })).toEqual(wanted);
    agent.send(text(CARD, KEY));
    expect(await running.ended).toMatchObject({ failure: { code: 'unreadable_content' } });
    expect(running.bytes.sent).toBe(toOrigin.length);
  });

  it('the slower side sets the pace', async () => {
    await using joined = await join();
    const { pairs, running } = joined;
    const [client, server] = pairs;
    client.client.pause().removeAllListeners('data');
    const message = text('x '.repeat(256 * 1024));
    let sent = 0;
    while (sent < 64 && server.server.write(message)) sent++;
    for (; sent < 64; sent++) server.server.write(message);
    await new Promise((resolve) => setTimeout(resolve, 150));
    const held = client.server.writableLength;
    expect(held).toBeLessThan(2 * message.length);
    expect(running.bytes.received).toBeLessThan(32 * message.length);
  });
});
