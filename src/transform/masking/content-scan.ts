import type { Readable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ContentFacts } from '../../core/exchange/decision.ts';
import { contentRead } from '../../core/exchange/content-facts.ts';
import type { FieldLines } from '../../core/exchange/exchange.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Failure } from '../../core/codes.ts';
import type { Bytes } from '../../core/units.ts';
import type { OwnEntity } from '../../masking/own/own-entity.ts';
import type { TextFilter } from '../../masking/text-filter.ts';
import { UnreadableContent } from '../../masking/unreadable.ts';
import { fieldValue } from '../../wire/http/fields.ts';
import type { CodingMemory } from '../codings/coding-memory.ts';
import { contentCodings } from '../codings/content-coding.ts';
import { RATIO_LIMIT } from '../codings/expansion.ts';
import { contentFailure } from '../content/content-error.ts';
import { transformedContent } from '../content/content-stream.ts';
import { contentFilter } from './content-filter.ts';
import { MessageMasking } from './message-masking.ts';
import { planMasks } from './mask-plan.ts';
import { mayHoldNul } from './text-charset.ts';
import { maskingTexts, type TextFilters } from './text-filters.ts';

/**
 * What the head of a message tells of its content: that nobody here reads it, or that it cannot be read; undefined where
 * it can be, as far as is known.
 */
export function contentByHead(fields: FieldLines): ContentFacts | undefined {
  const codings = contentCodings(fields);
  if (!codings.ok) return { kind: 'unreadable', detail: codings.failure.detail };
  const filter = contentFilter({
    contentType: fieldValue(fields, 'content-type'),
    texts: NO_TEXTS,
    opaquePart: () => 'pass',
  });
  if (filter === 'opaque') return { kind: 'opaque' };
  return filter instanceof UnreadableContent ? { kind: 'unreadable', detail: filter.detail } : undefined;
}

const UNTOUCHED: TextFilter = { push: (bytes) => bytes, finish: () => new Uint8Array() };
const NO_TEXTS: TextFilters = { value: () => UNTOUCHED, json: () => UNTOUCHED };

/** What is looked for in content. */
export interface ContentSearch {
  /** Single entities, sorted. */
  readonly entities: readonly string[];
  readonly own: readonly OwnEntity[];
  /** Most bytes that are decoded: what is longer is `too-large`. */
  readonly max: Bytes;
  readonly memory: CodingMemory;
  /** Whether the decoded content is wanted: JSON that the place depends on. */
  readonly keepsText: boolean;
}

/** What was found; the text only where it was asked for and the content could be read to its end. */
export interface ScannedContent {
  readonly facts: ContentFacts;
  readonly text?: string;
}

/** So much is looked through before others get their turn. */
const TURN: Bytes = 256 * 1024;

/**
 * Looks through content as it will be masked: codings undone, texts decoded. Nothing of it is changed.
 *
 * @param content as it came, from its beginning; read to its end, or until it is known to be too large
 * @failure what neither content nor policy is to blame for: no memory, a spool that cannot be read
 */
export async function scanContent(
  content: Readable,
  fields: FieldLines,
  search: ContentSearch,
): Promise<Result<ScannedContent, Failure>> {
  const scan = openScan(fieldValue(fields, 'content-type'), search);
  if ('kind' in scan) return ok({ facts: scan });
  const codings = contentCodings(fields);
  if (!codings.ok) return ok({ facts: { kind: 'unreadable', detail: codings.failure.detail } });
  const pieces: Uint8Array[] = [];
  const limits = { ...RATIO_LIMIT, size: search.max };
  const decoded = transformedContent(content, {
    came: codings.value,
    leaves: undefined,
    filter: UNTOUCHED,
    mislabelled: 'refuse',
    mayHoldNul: mayHoldNul(fieldValue(fields, 'content-type')),
    flushes: false,
    limits,
    memory: search.memory,
  });
  try {
    let length: Bytes = 0;
    let sinceTurn: Bytes = 0;
    for await (const piece of decoded as AsyncIterable<Uint8Array>) {
      length += piece.length;
      if (length > search.max) return ok({ facts: { kind: 'too-large' } });
      scan.push(piece);
      if (search.keepsText) pieces.push(piece);
      sinceTurn += piece.length;
      if (sinceTurn < TURN) continue;
      sinceTurn = 0;
      await nextTurn();
    }
    const facts = scan.finish(length);
    return ok(search.keepsText ? { facts, text: Buffer.concat(pieces).toString('utf8') } : { facts });
  } catch (error) {
    if (error instanceof UnreadableContent) return ok({ facts: { kind: 'unreadable', detail: error.detail } });
    return factsOf(contentFailure(error, 'internal_error'));
  }
}

function factsOf(failure: Failure): Result<ScannedContent, Failure> {
  if (failure.code === 'content_too_large') return ok({ facts: { kind: 'too-large' } });
  if (failure.code === 'unreadable_content') return ok({ facts: { kind: 'unreadable', detail: failure.detail } });
  return fail(failure);
}

/** A search that is under way. */
export interface Scan {
  /** @throws UnreadableContent */
  push(bytes: Uint8Array): void;
  /**
   * @param length of all that was pushed
   * @throws UnreadableContent
   */
  finish(length: Bytes): ContentFacts;
}

/** Begins to look through decoded content, or tells why that is in vain. */
export function openScan(
  contentType: string | undefined,
  { entities, own }: Pick<ContentSearch, 'entities' | 'own'>,
): Scan | ContentFacts {
  // Redacted as it would be masked: of text that is read in several spellings, one that is found is not found again.
  const plan = planMasks([{ entities, as: 'redact', in: ['content'], unreadable: 'deny' }], own);
  const masking = new MessageMasking(plan, { hash: () => new Uint8Array(32) });
  const ofContent = entities.length === 0 ? undefined : masking.of('content');
  let opaqueParts = 0;
  const filter = contentFilter({
    contentType,
    texts: ofContent === undefined ? NO_TEXTS : maskingTexts(ofContent),
    opaquePart: () => {
      opaqueParts += 1;
      return 'pass';
    },
  });
  if (filter === 'opaque') return { kind: 'opaque' };
  if (filter instanceof UnreadableContent) return { kind: 'unreadable', detail: filter.detail };
  return {
    push: (bytes) => void filter.push(bytes),
    finish: (length) => {
      filter.finish();
      const { counts } = masking.findings;
      if (opaqueParts === 0) return contentRead(length, entities, counts);
      // Of what stands in the parts that were not read nothing is known but what was found beside them.
      return counts.size === 0 ? { kind: 'opaque' } : contentRead(length, counts.keys(), counts);
    },
  };
}
