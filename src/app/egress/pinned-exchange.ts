import type { IncomingMessage } from 'node:http';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest, type RequestOptions } from 'node:https';
import { Readable } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import { hostText } from '../../core/address.ts';
import type { Failure } from '../../core/codes.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Bytes, Milliseconds } from '../../core/units.ts';
import { originFailure } from '../../tls/origin-failure.ts';
import { UpstreamError } from '../../upstream/failures.ts';
import { openTunnel } from '../../upstream/parent/open-tunnel.ts';
import type { Parent } from '../../upstream/parent/parent.ts';
import type { AbsoluteForm } from '../../wire/http/request-target.ts';
import { pinnedLookup } from './pinned-lookup.ts';

export type OwnMethod = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE';

/** Content that is not held in memory. */
export interface OwnContent {
  readonly length: Bytes;
  /** The same bytes whenever it is called. */
  open(): AsyncIterable<Uint8Array>;
}

/** What counts in TLS toward one receiver. */
export interface OwnTls {
  /** PEM, instead of the public roots. */
  readonly anchors?: readonly string[] | undefined;
  /** What it is shown where it asks; PEM. */
  readonly client?: { readonly certificate: string; readonly key: string } | undefined;
}

/** A request of the gateway itself, ready to be sent. */
export interface OwnMessage extends OwnTls {
  readonly method: OwnMethod;
  readonly fields: Readonly<Record<string, string>>;
  readonly content: string | OwnContent;
  readonly maxBytes: Bytes;
  /** The one status whose content is read; absent: that of any. */
  readonly only?: number;
  /** Content is read only as far as that, and a status counts without all of it; absent: an answer has to be whole. */
  readonly isCut?: true;
  readonly timeout: Milliseconds;
  /** Ends it before its time. */
  readonly until?: AbortSignal;
}

/** An answer, whatever its status. */
export interface OwnAnswer {
  readonly status: number;
  readonly fields: Readonly<Record<string, string>>;
  /** Empty where it was not to be read. */
  readonly content: Uint8Array<ArrayBuffer>;
}

/** What came of a request of ours, for whoever asked and for the record: as much as was seen, also where it failed. */
export interface OwnDelivery {
  readonly answer: Result<OwnAnswer, Failure>;
  /** The status of the answer, if one came. */
  readonly status?: number;
  /** The address that was connected to. */
  readonly dialled?: string;
  /** Bytes of content. */
  readonly received: Bytes;
}

/** The delivery of a request that was not sent. */
export function undelivered(failure: Failure): OwnDelivery {
  return { answer: fail(failure), received: 0 };
}

/** As much of a delivery as was seen until now. */
interface Seen {
  status?: number;
  dialled?: string;
  received: Bytes;
}

/**
 * Sends a request to exactly these addresses; over TLS the certificate must be for the name. Redirects are not followed.
 *
 * @param addresses judged already, in the order to try
 * @param parent what it leaves through; absent: they are dialled straight
 * @failure in `answer`: origin_timeout | origin_protocol (content cut) | content_too_large | what connecting or {@link openTunnel} gives
 */
export async function pinnedExchange(
  form: AbsoluteForm,
  addresses: readonly string[],
  message: OwnMessage,
  parent?: Parent,
): Promise<OwnDelivery> {
  const timeout = AbortSignal.timeout(message.timeout);
  const signal = message.until === undefined ? timeout : AbortSignal.any([timeout, message.until]);
  const seen: Seen = { received: 0 };
  const straight = requestOptions(form, addresses, message);
  const options =
    parent === undefined ? straight : { ...straight, ...throughParent(parent, { form, addresses, message, seen }) };
  const answer = await send({ ...options, signal }, form.scheme, message, seen);
  const isLate = timeout.aborted && !answer.ok;
  const late = { code: 'origin_timeout', detail: `Not complete within ${message.timeout} ms` } as const;
  return { ...seen, answer: isLate ? fail(late) : answer };
}

function requestOptions(
  { scheme, authority, requestTarget }: AbsoluteForm,
  addresses: readonly string[],
  { method, fields, content, ...tls }: OwnMessage,
): RequestOptions & { readonly autoSelectFamily: true } {
  const host = hostText(authority.host);
  const isName = authority.host.kind === 'name';
  const hasUsualPort = authority.port === (scheme === 'https' ? 443 : 80);
  return {
    method,
    host: isName ? host : (addresses[0] ?? host),
    ...(isName && { servername: host }),
    port: authority.port,
    path: requestTarget,
    lookup: pinnedLookup(addresses),
    autoSelectFamily: true,
    agent: false,
    ...secureOptions(tls),
    headers: {
      ...fields,
      host: hasUsualPort ? host : `${host}:${authority.port}`,
      'accept-encoding': 'identity',
      'user-agent': 'cordon',
      ...(hasContent(method) && { 'content-length': String(lengthOf(content)) }),
    },
  };
}

interface Sending {
  readonly form: AbsoluteForm;
  readonly addresses: readonly string[];
  readonly message: OwnMessage;
  readonly seen: Seen;
}

/** What makes a request go out through the parent, to the same addresses and verified as without. */
function throughParent(parent: Parent, { form, addresses, message, seen }: Sending): Partial<RequestOptions> {
  const { authority, scheme } = form;
  const host = authority.host.kind === 'name' ? authority.host.name : authority.host.address.text;
  return {
    // An agent would make connections of its own.
    agent: undefined,
    createConnection: (_options, give) => {
      void openTunnel(parent, { addresses, port: authority.port }, message.timeout).then((tunnel) => {
        // The types have no connection that failed.
        if (!tunnel.ok) return (give as (error: Error) => void)(new UpstreamError(tunnel.failure));
        const { socket, address } = tunnel.value;
        seen.dialled = address;
        const secured = {
          socket,
          host,
          ...(authority.host.kind === 'name' && { servername: host }),
          ...secureOptions(message),
        };
        give(null, scheme === 'http' ? socket : connectTls(secured));
      });
      return undefined;
    },
  };
}

function secureOptions({ anchors, client }: OwnTls): Pick<RequestOptions, 'ca' | 'cert' | 'key'> {
  return {
    ...(anchors !== undefined && { ca: [...anchors] }),
    ...(client !== undefined && { cert: client.certificate, key: client.key }),
  };
}

/** Whether content is what the method is for. */
export function hasContent(method: OwnMethod): boolean {
  return method === 'POST' || method === 'PUT';
}

/** Bytes of the content. */
export function lengthOf(content: OwnMessage['content']): Bytes {
  return typeof content === 'string' ? Buffer.byteLength(content) : content.length;
}

function send(
  options: RequestOptions,
  scheme: AbsoluteForm['scheme'],
  message: OwnMessage,
  seen: Seen,
): Promise<Result<OwnAnswer, Failure>> {
  return new Promise((resolve) => {
    const broken = (detail: string): void => resolve(fail({ code: 'origin_protocol', detail }));
    const request = (scheme === 'https' ? httpsRequest : httpRequest)(options, (response) => {
      seen.status = response.statusCode ?? 0;
      void collect(response, message, seen).then(resolve);
    });
    request.on('socket', (socket) =>
      socket.once('connect', () => {
        if (socket.remoteAddress !== undefined) seen.dialled = socket.remoteAddress;
      }),
    );
    request.on('error', (error) => resolve(fail(failureOf(error))));
    // An answer that begins no response: Node tells nobody of it who does not ask.
    request.on('upgrade', (_response, socket) => {
      socket.destroy();
      broken('Found a switch of protocols (status 101), expected a response');
    });
    request.on('close', () => {
      if (seen.status === undefined) broken('The connection ended without a response');
    });
    if (typeof message.content === 'string') request.end(message.content);
    // A file that cannot be read ends the request, and with it the exchange.
    else
      Readable.from(message.content.open())
        .on('error', (error) => request.destroy(error))
        .pipe(request);
  });
}

function failureOf(error: Error): Failure {
  return error instanceof UpstreamError ? error.failure : originFailure(error);
}

async function collect(response: IncomingMessage, message: OwnMessage, seen: Seen): Promise<Result<OwnAnswer, Failure>> {
  const { statusCode: status = 0, headers } = response;
  const content = await contentOf(response, message, seen);
  if (!content.ok) return content;
  const fields = Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
  );
  return ok({ status, fields, content: content.value });
}

async function contentOf(
  response: IncomingMessage,
  { maxBytes, only, isCut }: OwnMessage,
  seen: Seen,
): Promise<Result<Uint8Array<ArrayBuffer>, Failure>> {
  if (only !== undefined && response.statusCode !== only) {
    response.destroy();
    return ok(new Uint8Array());
  }
  const chunks: Uint8Array[] = [];
  try {
    // Whoever leaves the loop destroys the connection: the rest is not read.
    for await (const chunk of response as AsyncIterable<Uint8Array>) {
      seen.received += chunk.length;
      if (seen.received > maxBytes) {
        if (isCut === true) break;
        return fail({ code: 'content_too_large', detail: `Found more than ${maxBytes} bytes` });
      }
      chunks.push(chunk);
    }
  } catch (error) {
    if (isCut !== true) {
      return fail({ code: 'origin_protocol', detail: `The content was cut: ${(error as Error).message}` });
    }
  }
  return ok(Buffer.concat(chunks));
}
