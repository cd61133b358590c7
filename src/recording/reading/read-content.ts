import { BoundedMap } from '../../core/bounded-map.ts';
import type { ContentKeyStore, StoredContentKey } from '../../core/exchange/content-keys.ts';
import { Defect } from '../../core/defect.ts';
import type { ContentEvent } from '../../core/exchange/record.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { ContentKey } from '../content/content-key.ts';
import { unwrapContentKey } from '../content/content-keys.ts';
import { unpackContent, type PlainContent } from '../content/sealed-content.ts';
import type { WrappingKey } from '../keys/record-keys.ts';

/** Events come session by session for the most part, so few keys are in use at once. */
const CAPACITY = 1000;

/**
 * Opens what content events hold. A reader remembers keys for as long as it lives: it is made for one reading, so that none
 * outlives the deletion of its key for long.
 */
export class ContentReader {
  readonly #store: Pick<ContentKeyStore, 'find'>;
  readonly #wrapping: readonly WrappingKey[];
  readonly #keys = new BoundedMap<string, Result<ContentKey, string>>(CAPACITY);

  constructor(store: Pick<ContentKeyStore, 'find'>, wrapping: readonly WrappingKey[]) {
    this.#store = store;
    this.#wrapping = wrapping;
  }

  /**
   * @failure a sentence for people: the key was deleted, so that nobody can read it; no key here opens it; the event was
   * changed; the store cannot be asked
   */
  async open(event: ContentEvent): Promise<Result<PlainContent, string>> {
    const key = this.#keys.get(event.key) ?? (await this.#keyOf(event.key));
    if (!key.ok) return key;
    const packed = key.value.open(event.sealed, event);
    const content = packed && unpackContent(packed);
    if (content !== undefined) return ok(content);
    return fail(
      `Found content of exchange ${event.exchange} (${event.part}, piece ${event.index}) that is not what was sealed`,
    );
  }

  async #keyOf(id: string): Promise<Result<ContentKey, string>> {
    const found = await this.#store.find(id);
    // Not remembered: the store may be back a moment later.
    if (!found.ok) return fail(found.failure.detail);
    const key = this.#unwrapped(id, found.value);
    this.#keys.set(id, key);
    return key;
  }

  #unwrapped(id: string, stored: StoredContentKey | undefined): Result<ContentKey, string> {
    if (stored === undefined)
      return fail(`The content key ${id} was deleted: what was sealed under it cannot be read any more`);
    const key = unwrapContentKey(stored, this.#wrapping);
    return typeof key === 'string' ? fail(key) : ok(new ContentKey(id, key, NEVER_SEALS));
  }
}

const NEVER_SEALS = {
  next: (): never => {
    throw new Defect('A reader of content seals nothing');
  },
};
