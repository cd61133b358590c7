import type { IncomingMessage } from 'node:http';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest, type RequestOptions } from 'node:https';
import { hostText } from '../../core/address.ts';
import type { Failure } from '../../core/codes.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Bytes, Milliseconds } from '../../core/units.ts';
import { originFailure } from '../../tls/origin-failure.ts';
import type { AbsoluteForm } from '../../wire/http/request-target.ts';
import { pinnedLookup } from './pinned-lookup.ts';

/** A request of the gateway itself, ready to be sent. */
export interface OwnMessage {
  readonly method: 'GET' | 'POST';
  readonly fields: Readonly<Record<string, string>>;
  readonly content: string;
  /** PEM, instead of the public roots. */
  readonly anchors?: readonly string[] | undefined;
  readonly maxBytes: Bytes;
  /** Content is read only as far as that, and a status counts without all of it; absent: an answer has to be whole. */
  readonly isCut?: true;
  readonly timeout: Milliseconds;
  /** Ends it before its time. */
  readonly until?: AbortSignal;
}

/** A whole answer, whatever its status. */
export interface OwnAnswer {
  readonly status: number;
  readonly fields: Readonly<Record<string, string>>;
  readonly content: Uint8Array<ArrayBuffer>;
  /** The address that was connected to. */
  readonly dialled: string | undefined;
}

/**
 * Sends a request to exactly these addresses; over TLS the certificate must be for the name. Redirects are not followed.
 *
 * @param addresses judged already, in the order to try
 * @failure origin_timeout | origin_protocol (content cut) | content_too_large | what connecting gives
 */
export async function pinnedExchange(
  form: AbsoluteForm,
  addresses: readonly string[],
  message: OwnMessage,
): Promise<Result<OwnAnswer, Failure>> {
  const timeout = AbortSignal.timeout(message.timeout);
  const signal = message.until === undefined ? timeout : AbortSignal.any([timeout, message.until]);
  const answer = await send({ ...requestOptions(form, addresses, message), signal }, form.scheme, message);
  if (timeout.aborted && !answer.ok) {
    return fail({ code: 'origin_timeout', detail: `Not complete within ${message.timeout} ms` });
  }
  return answer;
}

function requestOptions(
  { authority, requestTarget }: AbsoluteForm,
  addresses: readonly string[],
  { method, fields, content, anchors }: OwnMessage,
): RequestOptions & { readonly autoSelectFamily: true } {
  const host = hostText(authority.host);
  const isName = authority.host.kind === 'name';
  return {
    method,
    host: isName ? host : (addresses[0] ?? host),
    ...(isName && { servername: host }),
    port: authority.port,
    path: requestTarget,
    lookup: pinnedLookup(addresses),
    autoSelectFamily: true,
    agent: false,
    ...(anchors !== undefined && { ca: [...anchors] }),
    headers: {
      ...fields,
      host: `${host}:${authority.port}`,
      'accept-encoding': 'identity',
      'user-agent': 'cordon',
      ...(method === 'POST' && { 'content-length': String(Buffer.byteLength(content)) }),
    },
  };
}

function send(
  options: RequestOptions,
  scheme: AbsoluteForm['scheme'],
  message: OwnMessage,
): Promise<Result<OwnAnswer, Failure>> {
  return new Promise((resolve) => {
    const request = (scheme === 'https' ? httpsRequest : httpRequest)(options, (response) => {
      void collect(response, message).then(resolve);
    });
    request.on('error', (error) => resolve(fail(originFailure(error))));
    request.end(message.content);
  });
}

async function collect(response: IncomingMessage, message: OwnMessage): Promise<Result<OwnAnswer, Failure>> {
  const dialled = response.socket.remoteAddress;
  const content = await contentOf(response, message);
  if (!content.ok) return content;
  const fields = Object.fromEntries(
    Object.entries(response.headers).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
  );
  return ok({ status: response.statusCode ?? 0, fields, content: content.value, dialled });
}

async function contentOf(
  response: IncomingMessage,
  { maxBytes, isCut }: OwnMessage,
): Promise<Result<Uint8Array<ArrayBuffer>, Failure>> {
  const chunks: Uint8Array[] = [];
  let received = 0;
  try {
    // Whoever leaves the loop destroys the connection: the rest is not read.
    for await (const chunk of response as AsyncIterable<Uint8Array>) {
      received += chunk.length;
      if (received > maxBytes) {
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
  return ok(Uint8Array.from(Buffer.concat(chunks)));
}
