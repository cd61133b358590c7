import type { LegalHold } from '../../core/exchange/legal-hold.ts';
import type { Principal } from '../../core/people/principal.ts';
import type { Result } from '../../core/result.ts';
import type { HoldBody, SessionRetention, ShredBody } from '../contract/retention.ts';
import type { Refusal } from '../problem.ts';

/** What people decide about how long records are kept, within their scope and on the record; given by `app`. */
export interface RetentionDesk {
  /** In the order in which they were made. */
  holds(by: Principal): Promise<Result<readonly LegalHold[], Refusal>>;
  /** From then on retention neither removes nor shreds what fits. */
  hold(asked: HoldBody, by: Principal): Promise<Result<LegalHold, Refusal>>;
  release(id: string, reason: string, by: Principal): Promise<Result<void, Refusal>>;
  /** Of one session. */
  ofSession(session: string, by: Principal): Promise<Result<SessionRetention, Refusal>>;
  /** Makes content unreadable; all that is asked for or, under a hold, none of it. */
  shred(asked: ShredBody, by: Principal): Promise<Result<{ readonly sessions: readonly string[] }, Refusal>>;
}
