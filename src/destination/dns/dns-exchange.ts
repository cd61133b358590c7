import { createSocket } from 'node:dgram';
import { connect } from 'node:net';
import { fail, type Result } from '../../core/result.ts';
import { encodeQuery, readReply, type DnsFault, type DnsQuestion, type DnsReply } from './dns-message.ts';
import type { DnsServer } from './dns-servers.ts';

/**
 * Why a server gave no reply. `silent`: nothing came before the signal; it may be asked again. `broken`: it cannot be
 * reached or does not speak DNS. `unusable`: its reply is beyond a limit or wrong in itself, and asking elsewhere would
 * only repeat that.
 */
export interface ExchangeFailure {
  readonly kind: 'silent' | 'broken' | 'unusable';
  readonly detail: string;
}

/** Largest reply that is read, over either transport. The permitted addresses with a long chain need a quarter of it. */
const MAX_REPLY_BYTES = 16_384;
/** Datagrams that do not belong to the question; more mean that somebody guesses ids, so the port is given up. */
const MAX_FOREIGN = 16;

type Settle = (result: Result<DnsReply, ExchangeFailure>) => void;

/**
 * The reply of one server to one question, over a UDP socket of its own. The socket is connected, so that the kernel drops
 * what comes from elsewhere, and its port is chosen by the kernel at random for every question (RFC 5452 §9.2).
 *
 * @param signal ends the wait; the failure is then `silent`
 */
export function exchangeOverUdp(
  server: DnsServer,
  question: DnsQuestion,
  signal: AbortSignal,
): Promise<Result<DnsReply, ExchangeFailure>> {
  const socket = createSocket(server.address.family === 6 ? 'udp6' : 'udp4');
  let foreign = 0;
  return settleOnce(
    server,
    signal,
    () => socket.close(),
    (settle) => {
      socket.on('error', (error) => settle(broken(server, error.message)));
      socket.on('message', (message) => {
        if (message.length > MAX_REPLY_BYTES) return;
        const reply = readReply(question, message);
        if (reply.ok) return settle(reply);
        if (!reply.failure.foreign) return settle(faulty(server, reply.failure));
        foreign += 1;
        if (foreign >= MAX_FOREIGN) settle(broken(server, `${foreign} messages to another question`));
      });
      socket.connect(server.port, server.address.text, () => {
        // `connect` reports its failure as an `error` event; a socket that was closed meanwhile must not be written to.
        if (!signal.aborted) socket.send(encodeQuery(question));
      });
    },
  );
}

/** The reply of one server to one question over TCP; the message carries its length in front (RFC 1035 §4.2.2). */
export function exchangeOverTcp(
  server: DnsServer,
  question: DnsQuestion,
  signal: AbortSignal,
): Promise<Result<DnsReply, ExchangeFailure>> {
  const socket = connect({ host: server.address.text, port: server.port });
  let received = Buffer.alloc(0);
  return settleOnce(
    server,
    signal,
    () => socket.destroy(),
    (settle) => {
      socket.on('error', (error) => settle(broken(server, error.message)));
      socket.on('close', () => settle(broken(server, 'the connection ended before the reply did')));
      socket.on('connect', () => {
        const query = encodeQuery(question);
        const length = Buffer.alloc(2);
        length.writeUInt16BE(query.length);
        socket.write(Buffer.concat([length, query]));
      });
      socket.on('data', (chunk) => {
        received = Buffer.concat([received, chunk]);
        const message = frameOf(received);
        if (message === 'unusable') {
          settle(fail({ kind: 'unusable', detail: `${server.text} sent a reply of more than ${MAX_REPLY_BYTES} bytes` }));
        } else if (message !== 'incomplete') {
          settle(readTcpReply(server, question, message));
        }
      });
    },
  );
}

function readTcpReply(server: DnsServer, question: DnsQuestion, message: Buffer): Result<DnsReply, ExchangeFailure> {
  const reply = readReply(question, message);
  if (!reply.ok) return faulty(server, reply.failure);
  if (reply.value.kind === 'truncated') return broken(server, 'truncated, although over TCP');
  return reply;
}

function frameOf(received: Buffer): Buffer | 'incomplete' | 'unusable' {
  if (received.length < 2) return 'incomplete';
  const length = received.readUInt16BE(0);
  if (length > MAX_REPLY_BYTES) return 'unusable';
  return received.length < 2 + length ? 'incomplete' : received.subarray(2, 2 + length);
}

/** Runs `start` until it settles or the signal fires, whichever is first, and then always `release`. */
function settleOnce(
  server: DnsServer,
  signal: AbortSignal,
  release: () => void,
  start: (settle: Settle) => void,
): Promise<Result<DnsReply, ExchangeFailure>> {
  return new Promise((resolve) => {
    let settled = false;
    const settle: Settle = (result) => {
      if (settled) return;
      settled = true;
      signal.removeEventListener('abort', silent);
      release();
      resolve(result);
    };
    const silent = (): void => settle(fail({ kind: 'silent', detail: `${server.text} did not answer in time` }));
    signal.addEventListener('abort', silent);
    if (signal.aborted) silent();
    else start(settle);
  });
}

function faulty(server: DnsServer, fault: DnsFault): Result<never, ExchangeFailure> {
  if (fault.foreign) return broken(server, fault.detail);
  return fail({ kind: 'unusable', detail: `${server.text} sent ${fault.detail}` });
}

function broken(server: DnsServer, detail: string): Result<never, ExchangeFailure> {
  return fail({ kind: 'broken', detail: `${server.text}: ${detail}` });
}
