import type { Readable } from 'node:stream';
import type { Failure } from '../../core/codes.ts';
import type { MessageSide } from '../../core/exchange/record.ts';
import type { RawFields, ReplySink } from '../../core/exchange/reply-sink.ts';
import { ok, type Result } from '../../core/result.ts';
import type { Bytes } from '../../core/units.ts';
import type { ContentLog, ContentPiece } from '../../recording/content/content-recorder.ts';
import type { RecordedHead } from '../../recording/content/sealed-content.ts';
import { TappedContent } from '../../transform/content/tapped-content.ts';
import type { PreviewSearch } from '../../transform/preview/preview-masking.ts';
import { recordedFields, recordedTarget } from '../../transform/recorded/recorded-fields.ts';
import type { SecretPatterns } from '../../transform/scrubbing/secret-scrubber.ts';
import type { OutgoingRequest } from '../../upstream/exchange.ts';
import { toFieldLines } from '../../wire/http/fields.ts';
import { CREDENTIAL_FIELDS } from '../carrying/outgoing.ts';
import { recordsContent } from '../judging/discharge.ts';
import { masksOf } from '../judging/masks-of.ts';
import type { Permitted } from '../judging/permitted.ts';
import type { Services } from '../services.ts';
import { MessageRecording } from './message-recording.ts';
import { type PartMeans, PartRecording } from './part-recording.ts';
import { RecordedReply } from './recorded-reply.ts';

/** What of one exchange waits to be recorded before its sender has to wait too. */
const WAITING: Bytes = 128 * 1024;

/**
 * Gets ready to record the content of an exchange.
 * @failure audit_unavailable: without a key nothing may be sent that would have to be recorded
 */
export async function openContentRecording(
  permitted: Permitted,
  services: Services,
): Promise<Result<ContentRecording | undefined, Failure>> {
  if (!recordsContent(permitted.decision)) return ok(undefined);
  const { session, attributes } = permitted.subject;
  const scope = { session, subject: attributes.agent, home: attributes.home.label };
  const log = await services.contentRecord.openContent(permitted.id, scope, attributes.home);
  return log.ok ? ok(new ContentRecording(permitted, log.value, services)) : log;
}

/**
 * Records what one exchange sends to its destination and is answered, as it passes there: after the masks of the rule on the
 * way out, before tokens are restored on the way back. It holds nothing back, unless the record is behind.
 */
export class ContentRecording {
  readonly #permitted: Permitted;
  readonly #log: ContentLog;
  readonly #services: Services;
  readonly #parts: PartRecording[] = [];
  readonly #messagesOf: MessageRecording[] = [];
  readonly #listeners: (() => void)[] = [];
  #tapped: TappedContent | undefined;
  #waiting: Bytes = 0;
  #failure: Failure | undefined;
  #onFailure: ((failure: Failure) => void) | undefined;

  constructor(permitted: Permitted, log: ContentLog, services: Services) {
    this.#permitted = permitted;
    this.#log = log;
    this.#services = services;
  }

  /** From here on `listener` is told, once, that something could not be recorded: the exchange must not go on. */
  failsWith(listener: (failure: Failure) => void): void {
    this.#onFailure = listener;
    if (this.#failure !== undefined) listener(this.#failure);
  }

  /** The content of a request as it is to be sent, recorded as it passes; its head is recorded now. */
  request({ method, target, fields, content }: OutgoingRequest): Readable | null {
    const search = this.#search('request');
    const head = { method, target: recordedTarget(target, search), ...recordedFields(fields, CREDENTIAL_FIELDS, search) };
    const lines = toFieldLines(fields);
    const part = this.#open('request');
    part.begin({ fields: lines, isPartial: isPartOfSomething(lines), isArrayStream: false }, head);
    if (content === null) part.end();
    else this.#tapped = new TappedContent(content, part);
    return this.#tapped ?? null;
  }

  /**
   * The reply that the origin's answer is to be given to; it goes on to `inner`.
   * @param secrets that were put into the request
   */
  reply(inner: ReplySink, secrets?: SecretPatterns): ReplySink {
    const isArrayStream = this.#permitted.path?.endsWith(':streamGenerateContent') === true;
    const open = (status: number, fields: readonly string[]): PartRecording => {
      const part = this.#open('response');
      const head = { status, ...recordedFields(fields, NONE, this.#search('response')) };
      part.begin({ fields: toFieldLines(fields), isPartial: status === PARTIAL_CONTENT, isArrayStream, secrets }, head);
      return part;
    };
    return new RecordedReply(inner, open);
  }

  /** The messages that a client sends once its handshake is answered; the handshake is recorded now. */
  clientMessages({ method, target, fields }: OutgoingRequest): MessageRecording {
    const search = this.#search('request');
    const head = { method, target: recordedTarget(target, search), ...recordedFields(fields, CREDENTIAL_FIELDS, search) };
    return this.#messages('request', head);
  }

  /**
   * Those of its origin.
   * @param fields of its answer
   * @param secrets that were put into the handshake
   */
  originMessages(fields: RawFields, secrets: SecretPatterns | undefined): MessageRecording {
    const head = { status: SWITCHING_PROTOCOLS, ...recordedFields(fields, NONE, this.#search('response')) };
    return this.#messages('response', head, secrets);
  }

  #messages(side: MessageSide, head: RecordedHead, secrets?: SecretPatterns): MessageRecording {
    const means = this.#means(side);
    const messages = new MessageRecording(this.#add(new PartRecording(side, means)), means, head, secrets);
    this.#messagesOf.push(messages);
    return messages;
  }

  /** Ends what has not ended; resolves when all is recorded, with what went wrong. */
  async settled(): Promise<Failure | undefined> {
    // Where nobody came to read it, it must let go of its source.
    this.#tapped?.destroy();
    for (const messages of this.#messagesOf) messages.end();
    await Promise.all(this.#parts.map((part) => part.settled()));
    return this.#failure;
  }

  #open(side: MessageSide): PartRecording {
    return this.#add(new PartRecording(side, this.#means(side)));
  }

  #add(part: PartRecording): PartRecording {
    this.#parts.push(part);
    return part;
  }

  #means(side: MessageSide): PartMeans {
    const { clock, content, contentRecord } = this.#services;
    const { subject, startedAt } = this.#permitted;
    return {
      search: this.#search(side),
      memory: content.codings,
      limit: contentRecord.limit,
      elapsed: () => clock.monotonic() - startedAt,
      keyedDigest: (text) => Buffer.from(content.hashes.digest(subject.attributes.home.label, text)).toString('hex'),
      recorded: (fields) => recordedFields(fields, NONE, this.#search(side)).fields,
      append: (piece) => this.#append(piece),
      isReady: () => this.#waiting < WAITING,
      whenReady: (listener) => void this.#listeners.push(listener),
    };
  }

  async #append(piece: ContentPiece): Promise<void> {
    if (this.#failure !== undefined) return;
    const { length } = piece.text;
    this.#waiting += length;
    const recorded = await this.#log.append(piece);
    this.#waiting -= length;
    if (!recorded.ok && this.#failure === undefined) {
      this.#failure = recorded.failure;
      this.#onFailure?.(recorded.failure);
    }
    if (this.#waiting < WAITING) for (const listener of this.#listeners.splice(0)) listener();
  }

  /** All that a record has masked, and what the rule masks in this direction. */
  #search(side: MessageSide): PreviewSearch {
    const masks = masksOf(this.#permitted.decision.obligations)[side]?.masks ?? NO_MASKS;
    return { masks, own: this.#services.inForce().policy.policy.entities };
  }
}

const NO_MASKS = [] as const;
const NONE: ReadonlySet<string> = new Set();
const PARTIAL_CONTENT = 206;
const SWITCHING_PROTOCOLS = 101;

/** A request may carry a part of something as well (RFC 9110 §14.5). */
function isPartOfSomething(lines: readonly (readonly [string, string])[]): boolean {
  return lines.some(([name]) => name.toLowerCase() === 'content-range');
}
