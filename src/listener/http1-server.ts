import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { ListenerLimits } from './listener-limits.ts';

/** What is done with what an HTTP/1.1 server reads. */
export interface Http1Events {
  /** @param expectsContinue the client waits for 100 (Continue) before it sends content */
  request(message: IncomingMessage, response: ServerResponse, expectsContinue: boolean): void;
  /** A WebSocket handshake; nothing else upgrades. */
  upgrade(message: IncomingMessage, socket: Duplex, head: Uint8Array): void;
  connect(message: IncomingMessage, socket: Duplex, head: Uint8Array): void;
  /** The parser refused what was sent, or the connection was lost under it. */
  clientError(error: Error, socket: Duplex): void;
}

/** An HTTP/1.1 server of ours that listens nowhere yet: in these bounds, and with no answer but what `events` give. */
export function openHttp1Server(limits: ListenerLimits, events: Http1Events): Server {
  const server = createServer({
    maxHeaderSize: limits.headerSize,
    headersTimeout: limits.headersTimeout,
    requestTimeout: 0,
    keepAliveTimeout: limits.keepAlive,
    connectionsCheckingInterval: 1_000,
    noDelay: true,
    // Node would answer by itself, without a record; acceptance looks for Host.
    requireHostHeader: false,
    // A request with `Upgrade` and content must not reach anyone as raw bytes: only a WebSocket handshake upgrades, the
    // rest is an ordinary request whose Upgrade field goes no further (RFC 9110 §7.8).
    shouldUpgradeCallback: isWebSocketHandshake,
  });
  // Node drops what exceeds its own count without a word; the size bounds the section, and acceptance counts.
  server.maxHeadersCount = 0;
  server.on('request', (message, response) => events.request(message, response, false));
  server.on('checkContinue', (message, response) => events.request(message, response, true));
  server.on('checkExpectation', (message, response) => events.request(message, response, false));
  server.on('upgrade', (message, socket, head) => events.upgrade(message, socket, head));
  server.on('connect', (message, socket, head) => events.connect(message, socket, head));
  server.on('clientError', (error: Error, socket) => events.clientError(error, socket));
  return server;
}

/** Whether a request is a WebSocket handshake (RFC 6455 §4.2.1) without content. */
function isWebSocketHandshake({ headers, method }: IncomingMessage): boolean {
  return (
    method === 'GET' &&
    headers.upgrade?.toLowerCase() === 'websocket' &&
    headers['content-length'] === undefined &&
    headers['transfer-encoding'] === undefined
  );
}
