import { constants } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerOptions, type ServerResponse } from 'node:http';
import { createServer as createSecureServer, Server as SecureServer } from 'node:https';
import type { Duplex } from 'node:stream';
import type { TlsOptions } from 'node:tls';
import type { Instant } from '../core/units.ts';
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

/** What a server shows its clients in TLS, and asks of them; PEM texts. */
export interface ListenerTls {
  readonly certificate: string;
  readonly key: string;
  /** Trust anchors for certificates of clients, which are asked for where they are given. */
  readonly clientCa?: string | undefined;
  /** What is no longer vouched for; absent: that is not asked. */
  readonly revocations?: Revocations | undefined;
}

/** Revocation lists of those who vouch for clients. */
export interface Revocations {
  /** In PEM; none: no handshake is judged by them. */
  readonly crl: readonly string[];
  /** @param chain of a client, in DER: its certificate, then those that vouch for it */
  problem(chain: readonly Uint8Array[], now: Instant): string | undefined;
}

/** An HTTP/1.1 server of ours that listens nowhere yet: in these bounds, and with no answer but what `events` give. */
export function openHttp1Server(limits: ListenerLimits, events: Http1Events, tls?: ListenerTls): Server {
  const options = serverOptions(limits);
  const server: Server =
    tls === undefined ? createServer(options) : createSecureServer({ ...options, ...secureOptions(tls, limits) });
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

/** What it shows to connections from now on, and whom it believes; those that are open go on. Throws where OpenSSL cannot use it. */
export function renewTls(server: Server, limits: ListenerLimits, tls: ListenerTls): void {
  if (server instanceof SecureServer) server.setSecureContext(secureOptions(tls, limits));
}

function serverOptions(limits: ListenerLimits): ServerOptions {
  return {
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
  };
}

/** A certificate that does not verify is for identification to refuse, which answers and records it. */
function secureOptions(
  { certificate, key, clientCa, revocations }: ListenerTls,
  { headersTimeout }: ListenerLimits,
): TlsOptions {
  return {
    cert: certificate,
    key,
    minVersion: 'TLSv1.2',
    ALPNProtocols: ['http/1.1'],
    handshakeTimeout: headersTimeout,
    ...(clientCa !== undefined && { ca: clientCa, requestCert: true, rejectUnauthorized: false }),
    // A session that goes on was verified when it began, perhaps before a list ended, and no longer shows who vouched.
    ...(revocations !== undefined && { secureOptions: constants.SSL_OP_NO_TICKET }),
    ...(revocations !== undefined && revocations.crl.length > 0 && { crl: [...revocations.crl] }),
  };
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
