import { createHash, type Hash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { Failure } from '../../core/codes.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Bytes } from '../../core/units.ts';
import type { VaultSession } from '../../core/vault/vault.ts';
import { contentCodings, type ContentCoding } from '../../transform/codings/content-coding.ts';
import { RATIO_LIMIT } from '../../transform/codings/expansion.ts';
import { requestLeavesIn } from '../../transform/codings/leaving-coding.ts';
import { ContentError } from '../../transform/content/content-error.ts';
import { transformedContent } from '../../transform/content/content-stream.ts';
import { TappedContent, type ContentTap } from '../../transform/content/tapped-content.ts';
import { measuredContent } from '../../transform/content/measured-content.ts';
import type { Transformation } from '../../transform/content/transformation.ts';
import { messageFilter } from '../../transform/masking/message-filter.ts';
import { mayHoldNul } from '../../transform/masking/text-charset.ts';
import { maskingTexts } from '../../transform/masking/text-filters.ts';
import { countRead } from '../../upstream/read-memory.ts';
import { fieldValue } from '../../wire/http/fields.ts';
import type { Permitted } from '../judging/permitted.ts';
import type { ContentMeans } from './content-means.ts';
import type { ExchangeMasking } from './exchange-masking.ts';
import { CONTENT_SILENCE, type RequestContent } from './request-content.ts';

/** The content of a request as it leaves. */
export interface LeavingContent {
  readonly content: Readable;
  /** What its fields must say of it; absent where it passes untouched. */
  readonly change?: { readonly leaves: ContentCoding | undefined; readonly length: Bytes | undefined };
  /** SHA-256 of what leaves, in hexadecimal digits; where it was asked for. */
  readonly digest?: string;
  /** Frees what holds it. */
  dispose(): Promise<void>;
}

/** Whether and how content is masked, known before any of it is read. */
export type ContentWay = { readonly transformation: Transformation } | 'pass';

/** @failure unreadable_content */
export function contentWay(permitted: Permitted, masking: ExchangeMasking, means: ContentMeans): Result<ContentWay, Failure> {
  const { fields } = permitted;
  const { request } = masking;
  const ofContent = request?.masking.of('content');
  if (request === undefined || ofContent === undefined) return ok('pass');
  const filter = messageFilter(fields, {
    texts: maskingTexts(ofContent),
    opaque: passesOpaque(permitted, request.masks) ? 'pass' : 'deny',
    unreadable: request.plan.passesUnreadable ? 'pass' : 'deny',
  });
  if (filter === 'pass') return ok('pass');
  if ('code' in filter) return fail(filter);
  const came = contentCodings(fields);
  if (!came.ok) return came;
  return ok({
    transformation: {
      came: came.value,
      leaves: requestLeavesIn(came.value),
      filter,
      mislabelled: 'refuse',
      mayHoldNul: mayHoldNul(fieldValue(fields, 'content-type')),
      flushes: false,
      limits: { ...RATIO_LIMIT, size: Infinity },
      memory: means.codings,
    },
  });
}

/** What nobody here reads leaves where a rule says so, or where people were asked about just that and have agreed. */
function passesOpaque(
  { release, contentFacts }: Permitted,
  { opaque }: NonNullable<ExchangeMasking['request']>['masks'],
): boolean {
  if (opaque === 'pass') return true;
  // About a part that only shows on the way nobody was asked.
  return opaque === 'hold' && release !== undefined && contentFacts?.kind === 'opaque';
}

/** Content that is masked while it leaves, in chunks: nobody knows its length before its end. */
export function streamedContent(
  content: RequestContent,
  transformation: Transformation,
  tokens?: VaultSession,
): LeavingContent {
  const masked = transformedContent(content.open(), transformation);
  return {
    content: tokens === undefined ? masked : Readable.from(settled(masked, tokens), { objectMode: false }),
    change: { leaves: transformation.leaves, length: undefined },
    dispose: async () => {
      masked.destroy();
      await content.dispose();
    },
  };
}

/** What is masked in memory is made anew by its filter, and held as one copy more. */
const COPIES = 2;

/** Content that is there to its end before any of it leaves, masked or as it is, so that its length and digest can be told. */
export class SpooledContent {
  readonly #content: RequestContent;
  /** As it leaves, then the same as its digest is made. */
  readonly #left: Readable;
  readonly #read: Readable;
  readonly #transformation: Transformation | undefined;
  readonly #hash: Hash | undefined;
  readonly #means: ContentMeans;
  readonly #timer: NodeJS.Timeout;

  /**
   * @param transformation absent where it leaves as it came
   * @param wantsDigest it is signed
   */
  constructor(content: RequestContent, transformation: Transformation | undefined, means: ContentMeans, wantsDigest = false) {
    this.#content = content;
    this.#means = means;
    this.#transformation = transformation;
    this.#timer = setTimeout(() => this.cut(SILENT), CONTENT_SILENCE);
    const came = content.open();
    this.#left =
      transformation === undefined
        ? came
        : transformedContent(came, { ...transformation, filter: this.#attentive(transformation.filter) });
    this.#hash = wantsDigest ? createHash('sha256') : undefined;
    this.#read = this.#hash === undefined ? this.#left : new TappedContent(this.#left, this.#tap(this.#hash));
  }

  /** Ends it for this reason, wherever it is. */
  cut(failure: Failure): void {
    this.#left.destroy(new ContentError(failure));
  }

  /**
   * @param owner the agent, whose share of the spool it takes
   * @failure what the content ends with; overloaded and store_unavailable from the spool
   */
  async measure(owner: string): Promise<Result<LeavingContent, Failure>> {
    const { contentMemory, held, spool } = this.#means;
    const share = held.share();
    const measured = await measuredContent(this.#read, share.hold(contentMemory) ? contentMemory : 0, { spool, owner });
    clearTimeout(this.#timer);
    const isHeld = measured.ok && measured.value.length <= contentMemory;
    if (!isHeld) share.release();
    if (!measured.ok) return measured;
    const { value } = measured;
    if (isHeld) countRead(value.length * COPIES);
    return ok({
      content: value.content,
      ...(this.#transformation !== undefined && { change: { leaves: this.#transformation.leaves, length: value.length } }),
      ...(this.#hash !== undefined && { digest: this.#hash.digest('hex') }),
      dispose: async () => {
        share.release();
        await value.dispose();
        await this.#content.dispose();
      },
    });
  }

  #tap(hash: Hash): ContentTap {
    return {
      push: (bytes) => {
        this.#timer.refresh();
        hash.update(bytes);
        return true;
      },
      whenReady: () => {},
      end: () => {},
      abort: () => {},
    };
  }

  /** An agent that sends slowly must not hold what is held for it for ever. */
  #attentive(filter: Transformation['filter']): Transformation['filter'] {
    return {
      push: (bytes) => {
        this.#timer.refresh();
        return filter.push(bytes);
      },
      finish: () => filter.finish(),
    };
  }
}

const SILENT: Failure = { code: 'malformed_request', detail: `The content did not go on for ${CONTENT_SILENCE} ms` };

/** What is not stored may never be restored: no chunk leaves before its tokens are. */
async function* settled(content: Readable, tokens: VaultSession): AsyncGenerator<Uint8Array> {
  for await (const chunk of content as AsyncIterable<Uint8Array>) {
    const stored = await tokens.settled();
    if (!stored.ok) throw new ContentError(stored.failure);
    yield chunk;
  }
}
