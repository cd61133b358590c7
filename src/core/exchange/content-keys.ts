import type { Failure } from '../codes.ts';
import type { AgentId, SessionId } from '../ids.ts';
import type { Result } from '../result.ts';
import type { Instant, Milliseconds } from '../units.ts';
import { holdOn, type LegalHold } from './legal-hold.ts';

/** Whose content a key seals. */
export interface ContentKeyScope {
  readonly session: SessionId;
  readonly subject: AgentId;
  /** Label of the subject's home. A subject whose home changes gets another key. */
  readonly home: string;
}

/** A content key as the store has it. */
export interface StoredContentKey {
  /** Random; stands in each event that was sealed under it. */
  readonly id: string;
  readonly wrapped: Uint8Array;
  /** Id of the key that it is wrapped with. */
  readonly wrappedWith: string;
  readonly createdAt: Instant;
}

/** A key without what it is: whose content it seals, and when. */
export interface ListedContentKey extends ContentKeyScope {
  readonly id: string;
  readonly createdAt: Instant;
  /** It sealed content until then; exact to {@link USED_GRANULARITY}. */
  readonly usedAt: Instant;
}

/** How far behind `usedAt` may be: a session that goes on must not cost a write a minute. */
export const USED_GRANULARITY: Milliseconds = 3_600_000;

/** The first of the holds that covers a key: it sealed content from when it was made until it was used last, as far as that is known. */
export function holdOnKey(holds: readonly LegalHold[], key: ListedContentKey): LegalHold | undefined {
  const { subject, session, home, createdAt, usedAt } = key;
  return holdOn(holds, { subject, session, home, from: createdAt, to: usedAt + USED_GRANULARITY });
}

/** Which keys are wanted; what is absent says nothing. */
export interface ContentKeyQuery {
  readonly session?: string;
  readonly subject?: string;
  /** Those that sealed nothing since. */
  readonly usedBefore?: Instant;
  /** Those of ids behind this one. */
  readonly after?: string;
  /** Most at once. */
  readonly limit: number;
}

/** The keys that recorded content is sealed under, one for each session; shared by all replicas. */
export interface ContentKeyStore {
  /**
   * Keeps a key for a session, unless it has one: of several replicas that make one at the same time, the first wins.
   * @returns the key that the session has
   * @failure store_unavailable
   */
  keep(scope: ContentKeyScope, proposed: StoredContentKey): Promise<Result<StoredContentKey, Failure>>;
  /**
   * The key of this id; undefined where there is none any more.
   * @failure store_unavailable
   */
  find(id: string): Promise<Result<StoredContentKey | undefined, Failure>>;
  /**
   * Deletes the keys of a session: what was sealed under them cannot be read from then on. A process that has one in its
   * memory goes on sealing under it for as long as it remembers it (`recording/content/content-keys.ts`).
   *
   * @returns how many there were
   * @failure store_unavailable
   */
  remove(session: SessionId): Promise<Result<number, Failure>>;
  /**
   * Keys by id.
   * @failure store_unavailable
   */
  list(query: ContentKeyQuery): Promise<Result<readonly ListedContentKey[], Failure>>;
  /**
   * Deletes these, with the same effect as {@link remove}; all of them or, where a legal hold covers one, none. A hold that was
   * made before is heeded, whichever process made it.
   *
   * @returns how many there were
   * @failure held; store_unavailable
   */
  destroy(ids: readonly string[]): Promise<Result<number, Failure>>;
}
