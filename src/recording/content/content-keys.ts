import { BoundedMap } from '../../core/bounded-map.ts';
import type { Failure } from '../../core/codes.ts';
import type { ContentKeyScope, ContentKeyStore, StoredContentKey } from '../../core/exchange/content-keys.ts';
import type { Clock, Random } from '../../core/ports.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Milliseconds } from '../../core/units.ts';
import type { WrappingKey } from '../keys/record-keys.ts';
import { CONTENT_KEY_BYTES, ContentKey, Nonces } from './content-key.ts';

/** Sessions whose keys are remembered; each takes some hundred bytes. */
const CAPACITY = 10_000;
/** How long a key is used without asking the store: a session whose key was deleted gets a new one no later than that. */
export const KEY_MEMORY: Milliseconds = 60_000;
const ID_BYTES = 12;

export interface ContentKeysParts {
  readonly store: ContentKeyStore;
  /** What content keys are wrapped with; the same on every replica. */
  readonly wrapping: WrappingKey;
  readonly clock: Clock;
  readonly random: Random;
}

interface Remembered {
  readonly key: Promise<Result<ContentKey, Failure>>;
  /** On the monotonic clock. */
  readonly until: Milliseconds;
}

/** The keys that the content of sessions is sealed under, each made when it is first needed. */
export class ContentKeys {
  readonly #parts: ContentKeysParts;
  readonly #nonces: Nonces;
  /** By session and home. */
  readonly #known = new BoundedMap<string, Remembered>(CAPACITY);

  constructor(parts: ContentKeysParts) {
    this.#parts = parts;
    this.#nonces = new Nonces(parts.random);
  }

  /**
   * The key of a session: the same for all that ask, on every replica.
   * @failure audit_unavailable: the store cannot be asked, or its key was wrapped with another one
   */
  of(scope: ContentKeyScope): Promise<Result<ContentKey, Failure>> {
    // No session id has a space in it.
    const name = `${scope.session} ${scope.home}`;
    const now = this.#parts.clock.monotonic();
    const known = this.#known.get(name);
    if (known !== undefined && now < known.until) return known.key;
    const remembered = { key: this.#ask(scope), until: now + KEY_MEMORY };
    this.#known.set(name, remembered);
    void remembered.key.then((key) => {
      // Whoever asks next tries again.
      if (!key.ok && this.#known.get(name) === remembered) this.#known.delete(name);
    });
    return remembered.key;
  }

  async #ask(scope: ContentKeyScope): Promise<Result<ContentKey, Failure>> {
    const { store, wrapping, random, clock } = this.#parts;
    const proposed = {
      id: Buffer.from(random.bytes(ID_BYTES)).toString('base64url'),
      wrapped: wrapping.wrap(random.bytes(CONTENT_KEY_BYTES)),
      wrappedWith: wrapping.id,
      createdAt: clock.now(),
    };
    const kept = await store.keep(scope, proposed);
    if (!kept.ok) return fail({ code: 'audit_unavailable', detail: `No key for content: ${kept.failure.detail}` });
    const key = unwrapContentKey(kept.value, [wrapping]);
    if (typeof key === 'string') return fail({ code: 'audit_unavailable', detail: key });
    return ok(new ContentKey(kept.value.id, key, this.#nonces));
  }
}

/** The key itself, or a sentence where none of these opens it. */
export function unwrapContentKey(
  { id, wrapped, wrappedWith }: StoredContentKey,
  wrapping: readonly WrappingKey[],
): Uint8Array | string {
  const own = wrapping.find((each) => each.id === wrappedWith);
  if (own === undefined) {
    const have = wrapping.length === 0 ? 'no key' : wrapping.map((each) => each.id).join(', ');
    return `Found content key ${id} wrapped with the key ${wrappedWith}, have ${have}`;
  }
  return own.unwrap(wrapped) ?? `Found content key ${id} changed: the key ${wrappedWith} does not open it`;
}
