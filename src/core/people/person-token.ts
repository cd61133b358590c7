import type { Failure } from '../codes.ts';
import type { TokenId } from '../ids.ts';
import type { Page, PageQuery } from '../page.ts';
import type { Result } from '../result.ts';
import type { Instant } from '../units.ts';
import type { RoleAssignment } from './role.ts';

/** What a person shows to the admin API. */
export interface PersonToken extends RoleAssignment {
  readonly id: TokenId;
  readonly person: string;
  readonly createdAt: Instant;
  readonly expiresAt: Instant;
  readonly revokedAt?: Instant;
  /** When its end had come, as it was written down: for good, whatever a clock says later. */
  readonly endedAt?: Instant;
  /** Who made it: a person, `local:<user>` on the machine itself, `cordon` at the first start. */
  readonly mintedBy: string;
  /** It opens one session or mints one token, then it is used up. */
  readonly once: boolean;
  readonly usedAt?: Instant;
  /** Why it was made, where it is for an emergency: each use of it raises an alarm, and it opens no session. */
  readonly breakGlass?: string;
}

/** A token as it is stored: the hash of its secret, never the secret. */
export interface StoredPersonToken {
  readonly token: PersonToken;
  readonly secretHash: Uint8Array;
}

/** Tokens of people. */
export interface PersonTokenStore {
  insert(token: PersonToken, secretHash: Uint8Array): Promise<Result<void, Failure>>;
  /** Inserts it if there was never any other; false when there was. */
  insertFirst(token: PersonToken, secretHash: Uint8Array): Promise<Result<boolean, Failure>>;
  find(id: TokenId): Promise<Result<StoredPersonToken | undefined, Failure>>;
  /** By age, those that have ended too. */
  list(): Promise<Result<readonly PersonToken[], Failure>>;
  /** The same newest first, page by page. */
  page(query: PageQuery): Promise<Result<Page<PersonToken>, Failure>>;
  /** Who minted a token for this person, who minted one for those, and so on: also what has ended since, each once. */
  minters(person: string): Promise<Result<readonly string[], Failure>>;
  /** Marks it revoked; false when there is no such token. */
  revoke(id: TokenId, at: Instant): Promise<Result<boolean, Failure>>;
  /** Marks a one-use token used; false when somebody else was first, or it was revoked. */
  use(id: TokenId, at: Instant): Promise<Result<boolean, Failure>>;
}
