import type { IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { hostText } from '../../core/address.ts';
import type { Failure } from '../../core/codes.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Fetched, FetchLimits } from '../../destination/update/fetched-documents.ts';
import { originFailure } from '../../tls/origin-failure.ts';
import type { AbsoluteForm } from '../../wire/http/request-target.ts';

export interface PinnedOptions extends FetchLimits {
  /** The whole value of an Authorization field. */
  readonly authorization?: string;
  /** PEM, instead of the public roots. */
  readonly anchors?: readonly string[];
}

/** A document, or a status that brought none. */
export type PinnedReply =
  | { readonly kind: 'document'; readonly document: Fetched }
  /** `location`: the field as sent. */
  | { readonly kind: 'status'; readonly status: number; readonly location?: string };

/**
 * Gets a document over TLS from exactly these addresses; the certificate must be for the name. Redirects are not followed.
 *
 * @param addresses judged already, in the order to try
 * @failure origin_timeout | origin_protocol (content cut) | content_too_large | what connecting gives
 */
export function pinnedGet(
  { authority, requestTarget }: Pick<AbsoluteForm, 'authority' | 'requestTarget'>,
  addresses: readonly string[],
  { maxBytes, timeout, authorization, anchors }: PinnedOptions,
): Promise<Result<PinnedReply, Failure>> {
  const host = hostText(authority.host);
  const signal = AbortSignal.timeout(timeout);
  return new Promise((resolve) => {
    const options = {
      host,
      servername: host,
      port: authority.port,
      path: requestTarget,
      lookup: pinned(addresses),
      autoSelectFamily: true,
      signal,
      agent: false,
      ...(anchors !== undefined && { ca: [...anchors] }),
      headers: {
        host,
        'accept-encoding': 'identity',
        'user-agent': 'cordon',
        ...(authorization !== undefined && { authorization }),
      },
    };
    const request = httpsRequest(
      options,
      (response) =>
        void collectBody(response, maxBytes).then((body) =>
          resolve(signal.aborted && !body.ok ? fail(tooSlow(timeout)) : body),
        ),
    );
    request.on('error', (error) => resolve(fail(signal.aborted ? tooSlow(timeout) : originFailure(error))));
    request.end();
  });
}

function tooSlow(timeout: number): Failure {
  return { code: 'origin_timeout', detail: `Not complete within ${timeout} ms` };
}

/** Answers every look-up with the judged addresses. */
function pinned(addresses: readonly string[]): LookupFunction {
  return (_name, _options, callback) =>
    callback(
      null,
      addresses.map((address) => ({ address, family: isIP(address) })),
    );
}

async function collectBody(response: IncomingMessage, maxBytes: number): Promise<Result<PinnedReply, Failure>> {
  const { statusCode: status = 0, headers } = response;
  if (status !== 200) {
    response.destroy();
    return ok({ kind: 'status', status, ...(headers.location !== undefined && { location: headers.location }) });
  }
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of response as AsyncIterable<Uint8Array>) {
      size += chunk.length;
      if (size > maxBytes) return fail({ code: 'content_too_large', detail: `Found more than ${maxBytes} bytes` });
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
