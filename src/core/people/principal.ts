import type { PlaceSet } from '../place/place.ts';
import type { Instant, Milliseconds } from '../units.ts';
import type { Role } from './role.ts';

/** Who asks through the admin API, verified (NIST SP 800-63-4: an authenticated claimant). */
export interface Principal {
  /** Canonical; compared character by character. */
  readonly person: string;
  readonly role: Role;
  readonly groups: readonly string[];
  /** Where the subjects are at home that the role covers. */
  readonly places: PlaceSet;
  /** When the person last showed who it is: to its provider, or to whoever gave it the token. */
  readonly authTime: Instant;
  /** Who says that it is this person: who minted the token, or the issuer. Nobody vouches for its own approver. */
  readonly vouchedBy: string;
  /** What was shown, for the record: `token:<id>` or `session:<id>`. */
  readonly credential: string;
  /** Address of the peer. */
  readonly client: string;
}

/** How long a sign-in counts for `approval.step-up`. */
const STEP_UP: Milliseconds = 5 * 60_000;

/** Whether the person signed in so lately that it may decide what asks for it (`approval.step-up`). */
export function hasSteppedUp({ authTime }: Principal, now: Instant): boolean {
  return now - authTime <= STEP_UP && now >= authTime;
}
