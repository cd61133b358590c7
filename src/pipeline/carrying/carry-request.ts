import type { ReplySink } from '../../core/exchange/reply-sink.ts';
import { exchange } from '../../upstream/exchange.ts';
import { fieldValue } from '../../wire/http/fields.ts';
import { discardRest } from '../content/discard.ts';
import type { RequestContent } from '../content/request-content.ts';
import { recordsContent } from '../judging/discharge.ts';
import { masksOf } from '../judging/masks-of.ts';
import type { Permitted } from '../judging/permitted.ts';
import { Carriage } from './carriage.ts';
import { carryRead } from './carry-read.ts';
import { finish, NO_BYTES } from './finish.ts';
import { injects } from '../credentials/injecting.ts';
import { isGrpcCall, outgoingFields, outgoingTrailers } from './outgoing.ts';
import type { Services } from '../services.ts';
import type { Permit } from '../../core/exchange/permit.ts';

/** Sends a permitted request to where its permit leads, streams the answer back and records how it went. */
export async function carryRequest(
  permitted: Permitted & { readonly permit: Permit },
  reply: ReplySink,
  content: RequestContent | undefined,
  services: Services,
): Promise<void> {
  const masks = masksOf(permitted.decision.obligations);
  if (masks.request !== undefined || masks.response !== undefined || recordsContent(permitted.decision) || injects(permitted)) {
    await carryRead(permitted, { reply, content }, masks, services);
    return;
  }
  const { clock, live, pools, inForce } = services;
  const carriage = new Carriage(permitted);
  const stale = live.admit(carriage, inForce(), clock.now());
  if (stale !== undefined) {
    finish(permitted, { failure: stale, ...NO_BYTES }, reply, services);
    await discardRest(content, reply);
    return;
  }
  const request = {
    method: permitted.method,
    target: permitted.requestTarget,
    fields: outgoingFields(permitted, services),
    content: content?.open() ?? null,
    isGrpc: isGrpcCall(permitted),
    ...(content !== undefined &&
      mayHaveTrailers(permitted) && { trailers: () => outgoingTrailers(permitted, content.trailers) }),
  };
  const running = exchange(pools.dispatcher(permitted.permit), request, reply, clock);
  carriage.endsWith(
    (failure) => running.cut(failure),
    () => running.bytes,
  );
  const outcome = await running.outcome;
  live.delete(carriage);
  finish(permitted, outcome, reply, services);
  await discardRest(content, reply);
}

// What people have agreed to was shown to them without any, and where content was looked into, they were not. HTTP/1.1 has none
// behind a length (RFC 9112 §7.1.2).
function mayHaveTrailers({ release, contentFacts, httpVersion, fields }: Permitted): boolean {
  if (release !== undefined || (contentFacts !== undefined && contentFacts.kind !== 'opaque')) return false;
  return httpVersion === '2' || fieldValue(fields, 'content-length') === undefined;
}
