import type { Failure } from '../../core/codes.ts';
import type { Permit } from '../../core/exchange/permit.ts';
import type { ReplySink } from '../../core/exchange/reply-sink.ts';
import { ok, type Result } from '../../core/result.ts';
import { ContentError } from '../../transform/content/content-error.ts';
import { transformedRequestFields } from '../../transform/fields/request-fields.ts';
import { exchange, type OutgoingRequest } from '../../upstream/exchange.ts';
import { fieldValue } from '../../wire/http/fields.ts';
import { discardRest } from '../content/discard.ts';
import type { ExchangeMasking } from '../content/exchange-masking.ts';
import { contentWay, SpooledContent, streamedContent, type LeavingContent } from '../content/masked-content.ts';
import { maskedReply, readsResponse } from '../content/masked-reply.ts';
import type { RequestContent } from '../content/request-content.ts';
import { openHandling, UNTOUCHED, type ExchangeHandling } from '../content/exchange-handling.ts';
import { findingsOf } from '../findings.ts';
import type { Masks } from '../judging/masks-of.ts';
import type { Permitted } from '../judging/permitted.ts';
import type { Services } from '../services.ts';
import { Carriage } from './carriage.ts';
import { finish, joinedNotes, NO_BYTES, type Ending } from './finish.ts';
import { firstFailure } from './first-failure.ts';
import { maskedHead } from './masked-head.ts';
import { isGrpcCall } from './outgoing.ts';

interface Client {
  readonly reply: ReplySink;
  readonly content: RequestContent | undefined;
}

/**
 * Carries a request that is read on its way: a rule has something of it masked, or its content recorded, on the way out, on the
 * way back, or both. Nothing leaves before it is known how all of it can be masked, and that it can be recorded.
 */
export async function carryRead(
  permitted: Permitted & { readonly permit: Permit },
  { reply, content }: Client,
  masks: Masks,
  services: Services,
): Promise<void> {
  const { clock, live, inForce } = services;
  const carriage = new Carriage(permitted, undefined, inForce().policy.policy.entities);
  const opened = await openHandling(permitted, masks, services);
  const stale = opened.ok ? live.admit(carriage, inForce(), clock.now()) : opened.failure;
  const handling = opened.ok ? opened.value : UNTOUCHED;
  const { masking } = handling;
  const ending =
    stale === undefined ? await send(carriage, { reply, content }, handling, services) : { failure: stale, ...NO_BYTES };
  live.delete(carriage);
  const findings = findingsOf(permitted, masking.request?.masking.findings.counts, masking.response?.masking.findings.counts);
  finish(permitted, withNote(ending, masking), reply, services, findings);
  await discardRest(content, reply);
}

type Carried = Permitted & { readonly permit: Permit };

async function send(
  carriage: Carriage<Carried>,
  { reply, content }: Client,
  { masking, recording, injecting }: ExchangeHandling,
  services: Services,
): Promise<Ending> {
  const leaving =
    content === undefined ? ok(undefined) : await leavingContent(carriage, content, { masking, injecting }, services);
  if (!leaving.ok) return { failure: carriage.cutBy ?? leaving.failure, ...NO_BYTES };
  try {
    const request = outgoing(carriage.exchange, leaving.value, masking, services);
    if (!request.ok) return { failure: request.failure, ...NO_BYTES };
    const sent = injecting?.into(request.value, services.clock.now(), leaving.value?.digest) ?? request;
    const stored = sent.ok ? await masking.tokens?.settled() : sent;
    if (stored?.ok === false) return { failure: stored.failure, ...NO_BYTES };
    if (!sent.ok || carriage.cutBy !== undefined) return { failure: carriage.cutBy, ...NO_BYTES };
    return await run(carriage, { shown: request.value, sent: sent.value }, { reply, masking, recording, injecting }, services);
  } finally {
    await leaving.value?.dispose();
  }
}

/** The content as it leaves. It is read to its end first where the client told its length, and the origin may need it. */
async function leavingContent(
  carriage: Carriage<Carried>,
  content: RequestContent,
  { masking, injecting }: Pick<ExchangeHandling, 'masking' | 'injecting'>,
  { content: means }: Services,
): Promise<Result<LeavingContent, Failure>> {
  const { fields } = carriage.exchange;
  const way = contentWay(carriage.exchange, masking, means);
  if (!way.ok) return way;
  const isSigned = injecting?.signsContent === true;
  if (way.value === 'pass' && !isSigned) return ok({ content: content.open(), dispose: () => content.dispose() });
  const transformation = way.value === 'pass' ? undefined : way.value.transformation;
  const isMeasured = masking.request?.masks.length === 'spool' && fieldValue(fields, 'content-length') !== undefined;
  if (transformation !== undefined && !isMeasured && !isSigned)
    return ok(streamedContent(content, transformation, masking.tokens));
  const spooled = new SpooledContent(content, transformation, means, isSigned);
  carriage.endsWith((failure) => spooled.cut(failure));
  return await spooled.measure(carriage.exchange.subject.attributes.agent);
}

function outgoing(
  permitted: Permitted,
  leaving: LeavingContent | undefined,
  masking: ExchangeMasking,
  services: Services,
): Result<OutgoingRequest, Failure> {
  const { method, target, fields: left } = maskedHead(permitted, masking, services);
  const fields = transformedRequestFields(left, {
    ...(leaving?.change !== undefined && { content: leaving.change }),
    readsResponse: readsResponse(masking),
  });
  if (!fields.ok) return fields;
  return ok({ method, target, fields: fields.value, content: leaving?.content ?? null, isGrpc: isGrpcCall(permitted) });
}

/** A request as it may be looked at, and with the secret that only its origin gets. */
interface Outgoing {
  readonly shown: OutgoingRequest;
  readonly sent: OutgoingRequest;
}

async function run(
  carriage: Carriage<Carried>,
  { shown, sent }: Outgoing,
  { reply, masking, recording, injecting }: ExchangeHandling & { readonly reply: ReplySink },
  services: Services,
): Promise<Ending> {
  const { clock, pools, content: means } = services;
  const permitted = carriage.exchange;
  let cut: (failure: Failure) => void = () => {};
  const masked = maskedReply(reply, masking, { permitted, means }, (failure) => cut(failure));
  // Heard of before undici hears of it: what broke is the content, not the origin.
  shown.content?.once('error', (error) => {
    if (error instanceof ContentError) cut(error.failure);
  });
  const content = recording === undefined ? shown.content : recording.request(shown);
  const behind = recording?.reply(masked.sink, injecting?.patterns) ?? masked.sink;
  const scrubbed = injecting?.scrubbed(behind, permitted.method, means.codings, (failure) => cut(failure));
  const running = exchange(pools.dispatcher(permitted.permit), { ...sent, content }, scrubbed?.sink ?? behind, clock);
  cut = (failure) => running.cut(failure);
  carriage.endsWith(cut, () => running.bytes);
  recording?.failsWith(cut);
  const outcome = await running.outcome;
  injecting?.ended(outcome);
  const failure = await firstFailure([scrubbed, masked, recording]);
  const detail = joinedNotes(outcome.detail, masked.hasForeignTokens ? FOREIGN_TOKENS : undefined, injecting?.note);
  return { ...outcome, failure: failure ?? outcome.failure, detail };
}

const FOREIGN_TOKENS = 'The answer held tokens that another destination was sent; they were not restored';

/** That a request left unmasked is told whatever else there is to tell. */
function withNote(ending: Ending, { unmaskedBecause }: ExchangeMasking): Ending {
  if (unmaskedBecause === undefined) return ending;
  const note = `The request is signed (${unmaskedBecause}), so it left unmasked`;
  return { ...ending, detail: joinedNotes(note, ending.detail) };
}
