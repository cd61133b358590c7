import type { Socket } from 'node:net';
import type { Failure } from '../../core/codes.ts';
import type { Permit } from '../../core/exchange/permit.ts';
import type { RawFields, ReplySink } from '../../core/exchange/reply-sink.ts';
import { ok, type Result } from '../../core/result.ts';
import { transformedRequestFields } from '../../transform/fields/request-fields.ts';
import { maskFields, RECOGNISING_FIELDS } from '../../transform/masking/mask-fields.ts';
import { scrubbedFields } from '../../transform/scrubbing/secret-scrubber.ts';
import { upgrade, type OutgoingRequest, type Upgraded } from '../../upstream/exchange.ts';
import { fieldValue, toFieldLines, withoutFields } from '../../wire/http/fields.ts';
import type { MessageTap } from '../../transform/websocket/message-tap.ts';
import { agreedTerms, readableOffers } from '../../wire/websocket/deflate-extension.ts';
import type { ExchangeMasking } from '../content/exchange-masking.ts';
import { maskedReply, readsResponse } from '../content/masked-reply.ts';
import { messageFlows } from '../content/message-flows.ts';
import { openHandling, UNTOUCHED, type ExchangeHandling } from '../content/exchange-handling.ts';
import { findingsOf } from '../findings.ts';
import type { Masks } from '../judging/masks-of.ts';
import type { Permitted } from '../judging/permitted.ts';
import type { Services } from '../services.ts';
import { Carriage } from './carriage.ts';
import { finish, joinedNotes, NO_BYTES, type Ending } from './finish.ts';
import { firstFailure } from './first-failure.ts';
import { maskedHead } from './masked-head.ts';
import { relayMessages } from './relay-messages.ts';
import { lazyReply, switchingProtocols, type UpgradeConnection } from './upgrade-reply.ts';

type Carried = Permitted & { readonly permit: Permit };

/** Carries a WebSocket of which a rule has something masked or recorded: its handshake, its messages, in one direction or in both. */
export async function carryMaskedUpgrade(
  permitted: Carried,
  connection: UpgradeConnection,
  masks: Masks,
  services: Services,
): Promise<void> {
  const { clock, live, inForce } = services;
  const carriage = new Carriage(permitted, () => connection.socket.destroy(), inForce().policy.policy.entities);
  const reply = lazyReply(connection);
  const opened = await openHandling(permitted, masks, services);
  const stale = opened.ok ? live.admit(carriage, inForce(), clock.now()) : opened.failure;
  const { masking, injecting, recording }: ExchangeHandling = opened.ok ? opened.value : UNTOUCHED;
  const ending =
    stale === undefined
      ? await shakeHands(carriage, connection, { masking, injecting, recording, reply }, services)
      : { failure: stale, ...NO_BYTES };
  live.delete(carriage);
  const findings = findingsOf(permitted, masking.request?.masking.findings.counts, masking.response?.masking.findings.counts);
  finish(permitted, { ...ending, failure: carriage.cutBy ?? ending.failure }, reply, services, findings);
}

interface Handling extends ExchangeHandling {
  readonly reply: ReplySink;
}

async function shakeHands(
  carriage: Carriage<Carried>,
  connection: UpgradeConnection,
  handling: Handling,
  services: Services,
): Promise<Ending> {
  const { masking } = handling;
  const request = handshake(carriage.exchange, handling, services);
  const stored = await masking.tokens?.settled();
  const failure = request.ok ? (stored?.ok === false ? stored.failure : carriage.cutBy) : request.failure;
  if (!request.ok || failure !== undefined) return { failure, ...NO_BYTES };
  return await run(carriage, connection, { ...handling, ...request.value }, services);
}

async function run(
  carriage: Carriage<Carried>,
  connection: UpgradeConnection,
  { shown, sent, reply, ...opened }: Handling & Handshake,
  services: Services,
): Promise<Ending> {
  const { clock, content: means, pools } = services;
  const { masking, injecting, recording } = opened;
  const permitted = carriage.exchange;
  let cut: (failure: Failure) => void = () => {};
  const masked = maskedReply(reply, masking, { permitted, means }, (broken) => cut(broken));
  const behind = recording?.reply(masked.sink, injecting?.patterns) ?? masked.sink;
  const scrubbed = injecting?.scrubbed(behind, permitted.method, means.codings, (broken) => cut(broken));
  const toOrigin = recording?.clientMessages(shown);
  const running = upgrade(pools.dispatcher(permitted.permit), sent, scrubbed?.sink ?? behind, clock);
  cut = (broken) => running.cut(broken);
  carriage.endsWith(cut);
  recording?.failsWith(cut);
  const upgraded = await running.upgraded;
  if (upgraded !== undefined)
    return await join(carriage, connection, { ...opened, upgraded, request: sent, toOrigin }, services);
  const outcome = await running.outcome;
  injecting?.ended(outcome);
  return { ...outcome, failure: (await firstFailure([scrubbed, masked, recording])) ?? outcome.failure };
}

const EXTENSIONS = 'sec-websocket-extensions';

/** @failure unreadable_content | credential_unavailable */
function handshake(
  permitted: Carried,
  { masking, injecting }: Pick<ExchangeHandling, 'masking' | 'injecting'>,
  services: Services,
): Result<Handshake, Failure> {
  const { method, target, fields: left } = maskedHead(permitted, masking, services);
  const fields = transformedRequestFields(readableFields(left), { readsResponse: readsResponse(masking) });
  if (!fields.ok) return fields;
  const shown = { method, target, fields: fields.value, content: null };
  const sent = injecting?.into(shown, services.clock.now()) ?? ok(shown);
  return sent.ok ? ok({ shown, sent: sent.value }) : sent;
}

/** A handshake as it may be looked at, and with the secret that only its origin gets. */
interface Handshake {
  readonly shown: OutgoingRequest;
  readonly sent: OutgoingRequest;
}

/** The fields of a handshake with no offer of an extension that would make its messages unreadable. */
function readableFields(fields: RawFields): string[] {
  const lines = toFieldLines(fields);
  const offered = fieldValue(lines, EXTENSIONS);
  if (offered === undefined) return [...fields];
  const readable = readableOffers(offered);
  const kept = withoutFields(lines, new Set([EXTENSIONS])).flat();
  return readable === undefined ? kept : [...kept, 'Sec-WebSocket-Extensions', readable];
}

interface Joined extends ExchangeHandling {
  readonly upgraded: Upgraded;
  readonly request: OutgoingRequest;
  readonly toOrigin: MessageTap | undefined;
}

async function join(
  carriage: Carriage<Carried>,
  { socket, head }: UpgradeConnection,
  { upgraded, request, masking, injecting, recording, toOrigin }: Joined,
  services: Services,
): Promise<Ending> {
  const origin = upgraded.socket as Socket;
  const { fields, dialled } = upgraded;
  const offered = fieldValue(toFieldLines(request.fields), EXTENSIONS);
  const terms = agreedTerms(offered, fieldValue(toFieldLines(fields), EXTENSIONS));
  if (!terms.ok) {
    origin.destroy();
    return { failure: { code: 'origin_protocol', detail: terms.failure }, dialled, ...NO_BYTES };
  }
  socket.write(switchingProtocols(agreedFields(fields, masking)), 'latin1');
  const toClient = recording?.originMessages(scrubbedOf(fields, masking), masking.scrubbing?.patterns);
  const taps = { ...(toOrigin && { toOrigin }), ...(toClient && { toClient }) };
  const flows = messageFlows(masking, terms.value, { held: services.content.held, taps });
  const running = relayMessages({ client: socket, origin, head, ...flows }, services.tunnel);
  recording?.failsWith(() => running.cut());
  carriage.endsWith(
    () => running.cut(),
    () => running.bytes,
  );
  const { end, failure } = await running.ended;
  const unrecorded = await recording?.settled();
  const { sent, received } = running.bytes;
  const detail = joinedNotes(noteOn(masking), flows.hasForeignTokens ? FOREIGN_TOKENS : undefined, end);
  return { status: 101, failure: unrecorded ?? failure, detail: joinedNotes(detail, injecting?.note), sent, received, dialled };
}

/** The fields of the origin's answer to the handshake, as the client gets them. */
function agreedFields(fields: RawFields, masking: ExchangeMasking): RawFields {
  const left = scrubbedOf(fields, masking);
  const ofFields = masking.response?.masking.of('fields');
  return ofFields === undefined ? left : maskFields(left, ofFields, RECOGNISING_FIELDS);
}

function scrubbedOf(fields: RawFields, { scrubbing: secrets }: ExchangeMasking): RawFields {
  return secrets === undefined ? fields : scrubbedFields(fields, secrets.patterns, secrets.onFound);
}

const FOREIGN_TOKENS = 'Messages held tokens that another destination was sent; they were not restored';

function noteOn({ unmaskedBecause }: ExchangeMasking): string | undefined {
  return unmaskedBecause === undefined
    ? undefined
    : `The handshake is signed (${unmaskedBecause}), so it and the messages left unmasked`;
}
