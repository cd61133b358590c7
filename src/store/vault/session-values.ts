import type { Bytes } from '../../core/units.ts';
import { endingOf, type TokenKind } from '../../core/vault/vault-token.ts';
import type { SealedPlace } from './session-cipher.ts';

/** What may be held for one session. */
export interface SessionBounds {
  readonly values: number;
  readonly bytes: Bytes;
}

/** What a session's values need of its cipher. */
export interface ValueCipher {
  tokenFor(entity: string, value: string, kind: TokenKind): string;
  unseal(sealed: string, place: SealedPlace): string | undefined;
}

/** A value as the store has it. */
export interface SealedValue extends SealedPlace {
  readonly sealed: string;
}

/** Either form; a loaded one is opened when somebody asks for it. */
interface Held {
  readonly entity: string;
  value?: string;
  sealed?: string;
}

/** Longer ones are redacted: no identifier and no key is. */
const LONGEST_VALUE: Bytes = 4096;
/** What the maps take for an entry beside its texts. */
const ENTRY_BYTES: Bytes = 200;

/** The values of one session, by the destinations that their tokens were sent to. */
export class SessionValues {
  readonly #cipher: ValueCipher;
  readonly #bounds: SessionBounds;
  readonly #isFull: () => boolean;
  readonly #byDestination = new Map<string, Map<string, Held>>();
  /** Tokens by kind, entity and value: making one anew costs ten times the look-up. */
  readonly #tokens = new Map<string, string>();
  /** All tokens by their endings, whoever was sent them. */
  readonly #endings = new Map<string, string>();
  /** Entries over all destinations. */
  #count = 0;
  #bytes: Bytes = 0;

  /** @param isFull whether there is no room in the store for another value */
  constructor(cipher: ValueCipher, bounds: SessionBounds, isFull: () => boolean) {
    this.#cipher = cipher;
    this.#bounds = bounds;
    this.#isFull = isFull;
  }

  /** What they take in memory, estimated. */
  get bytes(): Bytes {
    return this.#bytes;
  }

  /**
   * The token for a value, and whether the destination is sent it for the first time. Undefined where it cannot be kept: too
   * long, too many, or another value has a token with the same ending.
   */
  tokenFor(
    destination: string,
    entity: string,
    value: string,
    kind: TokenKind,
  ): { readonly token: string; readonly isNew: boolean } | undefined {
    // A character is up to three bytes of UTF-8 per unit: most values need not be measured.
    if (value.length * 3 > LONGEST_VALUE && Buffer.byteLength(value) > LONGEST_VALUE) return undefined;
    const key = `${kind} ${entity} ${value}`;
    const token = this.#tokens.get(key) ?? this.#cipher.tokenFor(entity, value, kind);
    const known = this.#open(destination, token);
    if (known !== undefined) return known === value ? { token, isNew: false } : undefined;
    if (this.#isFull()) return undefined;
    // What is held and does not open was changed in the store; it is written anew.
    if (!this.#hold(destination, token, { entity, value }, 2 * (key.length + value.length))) return undefined;
    this.#tokens.set(key, token);
    return { token, isNew: true };
  }

  valueOf(destination: string, token: string): string | undefined {
    return this.#open(destination, token);
  }

  tokenEnding(ending: string): string | undefined {
    return this.#endings.get(ending);
  }

  isForeign(destination: string, token: string): boolean {
    return this.#endings.get(endingOf(token)) === token && this.#byDestination.get(destination)?.has(token) !== true;
  }

  /** Takes over what the store has; what is held already stays. */
  load({ destination, token, entity, sealed }: SealedValue): void {
    if (this.#byDestination.get(destination)?.has(token) === true) return;
    this.#hold(destination, token, { entity, sealed }, sealed.length);
  }

  #hold(destination: string, token: string, held: Held, textBytes: Bytes): boolean {
    const ending = endingOf(token);
    if ((this.#endings.get(ending) ?? token) !== token) return false;
    const tokens = this.#byDestination.get(destination) ?? new Map<string, Held>();
    const size = tokens.has(token) ? 0 : ENTRY_BYTES + token.length + textBytes;
    const isWithin = this.#count < this.#bounds.values && this.#bytes + size <= this.#bounds.bytes;
    if (size > 0 && !isWithin) return false;
    this.#count += size > 0 ? 1 : 0;
    this.#bytes += size;
    tokens.set(token, held);
    this.#endings.set(ending, token);
    this.#byDestination.set(destination, tokens);
    return true;
  }

  #open(destination: string, token: string): string | undefined {
    const held = this.#byDestination.get(destination)?.get(token);
    if (held?.sealed !== undefined) {
      const value = this.#cipher.unseal(held.sealed, { destination, token, entity: held.entity });
      delete held.sealed;
      if (value !== undefined) held.value = value;
    }
    return held?.value;
  }
}
