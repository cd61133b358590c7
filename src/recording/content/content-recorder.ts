import type { Failure } from '../../core/codes.ts';
import type { ContentKeyScope } from '../../core/exchange/content-keys.ts';
import type { ContentEvent } from '../../core/exchange/record.ts';
import type { ExchangeId } from '../../core/ids.ts';
import type { Journal } from '../../core/ports.ts';
import { ok, type Result } from '../../core/result.ts';
import type { Bytes } from '../../core/units.ts';
import type { ContentKey } from './content-key.ts';
import type { ContentKeys } from './content-keys.ts';
import { ContentPacker, type PlainContent } from './sealed-content.ts';

/** A piece of a message on its way into the record. */
export type ContentPiece = Omit<ContentEvent, 'kind' | 'exchange' | 'bytes' | 'key' | 'sealed'> & PlainContent;

/** Most text in one event: with the largest head beside it, sealed and in base64, it fits a record. */
export const PIECE_BYTES: Bytes = 64 * 1024;

/** Content that may wait in the journal: a quarter of its queue, so that decisions always find room there. */
const IN_JOURNAL: Bytes = 4 * 1024 * 1024;

/** The content of one exchange, on its way into the record. */
export interface ContentLog {
  /**
   * Seals a piece and appends it, in the order of calls.
   * @failure audit_unavailable
   */
  append(piece: ContentPiece): Promise<Result<void, Failure>>;
}

interface Waiting {
  readonly exchange: ExchangeId;
  readonly key: ContentKey;
  readonly piece: ContentPiece;
  readonly settle: (recorded: Promise<Result<void, Failure>>) => void;
}

/** Writes the content of exchanges. What the journal cannot take yet waits with its exchange, first come, first served. */
export class ContentRecorder {
  readonly #journal: Journal;
  readonly #keys: Pick<ContentKeys, 'of'>;
  readonly #packer = new ContentPacker();
  readonly #waiting: Waiting[] = [];
  #inJournal: Bytes = 0;

  constructor(journal: Journal, keys: Pick<ContentKeys, 'of'>) {
    this.#journal = journal;
    this.#keys = keys;
  }

  /** @failure audit_unavailable: there is no key to seal it under, so nothing of it may happen */
  async open(exchange: ExchangeId, scope: ContentKeyScope): Promise<Result<ContentLog, Failure>> {
    const key = await this.#keys.of(scope);
    return key.ok ? ok({ append: (piece) => this.#append({ exchange, key: key.value, piece }) }) : key;
  }

  #append(appended: Omit<Waiting, 'settle'>): Promise<Result<void, Failure>> {
    if (this.#waiting.length === 0 && this.#inJournal < IN_JOURNAL) return this.#write(appended);
    return new Promise((settle) => {
      this.#waiting.push({ ...appended, settle });
    });
  }

  // No async function: there is one for each piece, and its promises show in the cost.
  #write({ exchange, key, piece }: Omit<Waiting, 'settle'>): Promise<Result<void, Failure>> {
    const { part, index, at, text, last, passed, unread, cut } = piece;
    const sealed = key.seal(this.#packer.pack(piece), { exchange, part, index });
    this.#inJournal += sealed.length;
    return this.#journal
      .append({
        kind: 'content',
        exchange,
        part,
        index,
        at,
        bytes: text.length,
        last,
        passed,
        unread,
        cut,
        key: key.id,
        sealed,
      })
      .then((written) => {
        this.#inJournal -= sealed.length;
        this.#writeWaiting();
        return written;
      });
  }

  #writeWaiting(): void {
    while (this.#inJournal < IN_JOURNAL) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      next.settle(this.#write(next));
    }
  }
}
