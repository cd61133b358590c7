import type { Principal } from '../../core/people/principal.ts';
import type { Result } from '../../core/result.ts';
import type { VerifyLine } from '../contract/audit.ts';
import type { Refusal } from '../problem.ts';

/** Verifies the whole record for people, one at a time, once it is on the record who wanted it. */
export interface AuditDesk {
  /** @failure 403 the role covers a part of the subjects, 429 it is being verified already, 503 there are no keys */
  verify(by: Principal): Promise<Result<Verification, Refusal>>;
}

/** A verification that has begun. Disposed it ends, and somebody else may ask. */
export interface Verification extends Disposable {
  /** How far it is, what was found of each chain, and the end; never rejects. */
  readonly lines: AsyncIterable<VerifyLine>;
}
