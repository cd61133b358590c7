import type { Milliseconds } from '../units.ts';
import type { CredentialUses, Limit } from './decision.ts';

/** For whom a limit is counted: everybody with the same values draws from one. */
export interface LimitHolder {
  /** What sets it: a rule, or a credential that may go into so many requests. */
  readonly by: 'rule' | 'credential';
  /** Of that rule or credential. */
  readonly id: string;
  readonly per: Limit['per'] | CredentialUses['per'];
  readonly agent?: string;
  readonly session?: string;
  /** `host:port` */
  readonly destination?: string;
}

/** What is used of a limit now. */
export interface LimitUse extends LimitHolder {
  readonly unit: 'requests' | 'bytes';
  readonly every: Milliseconds;
  readonly most: number;
  readonly used: number;
  /** Until something is left again; 0 where something is. */
  readonly retryAfter: Milliseconds;
}
