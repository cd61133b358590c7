import type { Failure } from '../codes.ts';
import type { PolicyDigest } from '../ids.ts';
import type { Result } from '../result.ts';
import type { Instant } from '../units.ts';

/** One gateway of those that share a store, as it last told of itself. */
export interface ReplicaSeen {
  /** The writer of its own chain of records: one of a process that runs. */
  readonly id: string;
  /** Of the policy that it runs. */
  readonly policy: PolicyDigest;
  readonly at: Instant;
}

/** Who shares the store. Every failure is store_unavailable. */
export interface ReplicaStore {
  /** Tells of this one. */
  tell(replica: ReplicaSeen): Promise<Result<void, Failure>>;
  /** Those that told of themselves since then, by id. */
  since(at: Instant): Promise<Result<readonly ReplicaSeen[], Failure>>;
  /** This one ends; and what told last before then is forgotten. */
  leave(id: string, before: Instant): Promise<Result<void, Failure>>;
}
