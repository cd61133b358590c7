import type { IncomingMessage } from 'node:http';
import { request as httpsRequest, type RequestOptions } from 'node:https';
import { pinnedLookup } from '../../app/egress/pinned-lookup.ts';
import { hostText } from '../../core/address.ts';
import type { Failure } from '../../core/codes.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Bytes } from '../../core/units.ts';
import type { Fetched, FetchLimits } from '../../destination/update/fetched-documents.ts';
import { originFailure } from '../../tls/origin-failure.ts';
import type { AbsoluteForm } from '../../wire/http/request-target.ts';

export interface PinnedOptions extends FetchLimits {
  /** The whole value of an Authorization field. */
  readonly authorization?: string | undefined;
  /** PEM, instead of the public roots. */
  readonly anchors?: readonly string[];
}

/** A document, or a status that brought none. */
export type PinnedReply =
  | { readonly kind: 'document'; readonly document: Fetched }
  /** `location`: the field as sent. */
  | { readonly kind: 'status'; readonly status: number; readonly location?: string };

/** What came of a request of ours, for whoever asked and for the record. */
export interface Delivery {
  readonly reply: Result<PinnedReply, Failure>;
  /** The status of the answer, if one came. */
  readonly status?: number;
  /** The address that was connected to. */
  readonly dialled?: string;
  /** Bytes of content. */
  readonly received: Bytes;
}

/** The delivery of a request that was not sent. */
export function undelivered(failure: Failure): Delivery {
  return { reply: fail(failure), received: 0 };
}

/**
 * Gets a document over TLS from exactly these addresses; the certificate must be for the name. Redirects are not followed.
 *
 * @param addresses judged already, in the order to try
 * @failure in `reply`: origin_timeout | origin_protocol (content cut) | content_too_large | what connecting gives
 */
export async function pinnedGet(
  form: Pick<AbsoluteForm, 'authority' | 'requestTarget'>,
  addresses: readonly string[],
  options: PinnedOptions,
): Promise<Delivery> {
  const { maxBytes, timeout } = options;
  const signal = AbortSignal.timeout(timeout);
  const seen: Seen = { received: 0 };
  const reply = await send({ ...requestOptions(form, addresses, options), signal }, maxBytes, seen);
  return { ...seen, reply: signal.aborted && !reply.ok ? fail(tooSlow(timeout)) : reply };
}

/** As much of a delivery as was seen when it failed. */
interface Seen {
  status?: number;
  dialled?: string;
  received: Bytes;
}

function requestOptions(
  { authority, requestTarget }: Pick<AbsoluteForm, 'authority' | 'requestTarget'>,
  addresses: readonly string[],
  { authorization, anchors }: PinnedOptions,
): RequestOptions & { readonly autoSelectFamily: true } {
  const host = hostText(authority.host);
  return {
    host,
    servername: host,
    port: authority.port,
    path: requestTarget,
    lookup: pinnedLookup(addresses),
    autoSelectFamily: true,
    agent: false,
    ...(anchors !== undefined && { ca: [...anchors] }),
    headers: {
      host,
      'accept-encoding': 'identity',
      'user-agent': 'cordon',
      ...(authorization !== undefined && { authorization }),
    },
  };
}

function send(options: RequestOptions, maxBytes: Bytes, seen: Seen): Promise<Result<PinnedReply, Failure>> {
  return new Promise((resolve) => {
    const request = httpsRequest(options, (response) => {
      seen.status = response.statusCode ?? 0;
      void collectBody(response, maxBytes, seen).then(resolve);
    });
    request.on('socket', (socket) =>
      socket.once('connect', () => {
        if (socket.remoteAddress !== undefined) seen.dialled = socket.remoteAddress;
      }),
    );
    request.on('error', (error) => resolve(fail(originFailure(error))));
    request.end();
  });
}

function tooSlow(timeout: number): Failure {
  return { code: 'origin_timeout', detail: `Not complete within ${timeout} ms` };
}

async function collectBody(response: IncomingMessage, maxBytes: Bytes, seen: Seen): Promise<Result<PinnedReply, Failure>> {
  const { statusCode: status = 0, headers } = response;
  if (status !== 200) {
    response.destroy();
    return ok({ kind: 'status', status, ...(headers.location !== undefined && { location: headers.location }) });
  }
  const chunks: Uint8Array[] = [];
  try {
    for await (const chunk of response as AsyncIterable<Uint8Array>) {
      seen.received += chunk.length;
      if (seen.received > maxBytes) return fail({ code: 'content_too_large', detail: `Found more than ${maxBytes} bytes` });
      chunks.push(chunk);
    }
  } catch (error) {
    return fail({ code: 'origin_protocol', detail: `The content was cut: ${(error as Error).message}` });
  }
  const { etag, 'last-modified': lastModified } = headers;
  const document: Fetched = {
    bytes: Buffer.concat(chunks),
    ...(etag !== undefined && { etag }),
    ...(lastModified !== undefined && { lastModified }),
  };
  return ok({ kind: 'document', document });
}
