import type { Failure } from '../codes.ts';
import type { AgentId, SessionId } from '../ids.ts';
import type { Result } from '../result.ts';
import type { TokenKind } from './vault-token.ts';

/** To whom tokens belong, and who is shown them. */
export interface VaultScope {
  readonly subject: AgentId;
  readonly session: SessionId;
  /** The authority that the tokens are sent to, as text. */
  readonly destination: string;
  /** Label of the subject's home. A subject whose home changes begins anew. */
  readonly home: string;
}

/**
 * Keeps what was replaced by reversible tokens, encrypted, inside the jurisdiction of its subject. Only the destination that
 * was sent a token gets it restored, and only in the session that sent it: any other could harvest values by echoing tokens.
 */
export interface TokenVault {
  /**
   * The tokens of a session toward one destination, those of other replicas included.
   * @failure store_unavailable
   */
  open(scope: VaultScope): Promise<Result<VaultSession, Failure>>;
  /**
   * Removes what has expired; yields how many values that were.
   * @failure store_unavailable
   */
  purge(): Promise<Result<number, Failure>>;
}

/** The tokens of one session toward one destination, for as long as an exchange needs them. */
export interface VaultSession {
  /**
   * The token for a value; the same on every replica and in every turn. Undefined when the session holds as much as it may, or
   * the value is too long to be kept.
   *
   * @param entity id of the entity, as the policy names it
   * @param value as it must be restored, character by character
   */
  tokenFor(entity: string, value: string, kind: TokenKind): string | undefined;
  /**
   * The token of this session that has this ending, whoever was sent it: one look-up tells that a text is none.
   * @param ending as `endingOf()` gives it
   */
  tokenEnding(ending: string): string | undefined;
  /** The value of a token that this destination was sent in this session; undefined for any other text. */
  valueOf(token: string): string | undefined;
  /** Whether this session sent the token to other destinations but never to this one: someone passed it on. */
  isForeign(token: string): boolean;
  /**
   * Resolves when everything that `tokenFor()` gave out is stored. What is not stored may never be restored: nothing with a
   * token in it should leave before.
   * @failure store_unavailable: another call tries again
   */
  settled(): Promise<Result<void, Failure>>;
}
