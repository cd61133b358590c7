import type { Failure } from '../codes.ts';
import type { ConsoleSessionId, TokenId } from '../ids.ts';
import type { Result } from '../result.ts';
import type { Instant } from '../units.ts';
import type { RoleAssignment } from './role.ts';

/** A person signed in to the console. */
export interface ConsoleSession extends RoleAssignment {
  /** Public: it stands on the record. */
  readonly id: ConsoleSessionId;
  readonly person: string;
  /** The token it was opened with, whose revocation ends it; absent when an identity provider vouched. */
  readonly token?: TokenId;
  /** Who minted that token, or the issuer. */
  readonly vouchedBy: string;
  /** When the person last showed who it is (OpenID Connect Core §2, `auth_time`); of a token, when that was made. */
  readonly authTime: Instant;
  readonly createdAt: Instant;
  /** Absolute: use does not extend it. */
  readonly expiresAt: Instant;
  readonly lastSeenAt: Instant;
  /** Signed out, revoked, or opened with a token that was revoked. */
  readonly endedAt?: Instant;
}

/** Sessions of the console; only hashes of what the browser holds are kept. */
export interface ConsoleSessionStore {
  insert(session: ConsoleSession, secretHash: Uint8Array): Promise<Result<void, Failure>>;
  find(
    id: ConsoleSessionId,
  ): Promise<Result<{ readonly session: ConsoleSession; readonly secretHash: Uint8Array } | undefined, Failure>>;
  /** By age, those that have ended too. */
  list(): Promise<Result<readonly ConsoleSession[], Failure>>;
  touch(id: ConsoleSessionId, at: Instant): Promise<Result<void, Failure>>;
  /** Open sessions of a person beyond the newest so many, oldest first. */
  excess(person: string, most: number, now: Instant): Promise<Result<readonly ConsoleSessionId[], Failure>>;
  /** Ends it; false when there is no such session. */
  end(id: ConsoleSessionId, at: Instant): Promise<Result<boolean, Failure>>;
  /** Removes those that ended or expired before `before`. */
  purge(before: Instant): Promise<Result<void, Failure>>;
}
