import type { AdminAction, AdminAlarm, AdminEvent } from '../exchange/record.ts';
import type { Failure } from '../codes.ts';
import type { Result } from '../result.ts';
import type { Principal } from './principal.ts';

/** Something that a person does, to be put on the record before it is done. */
export interface AdminEntry {
  /** Who; a name where nobody asked through the API: `local:<user>`, `cordon`. */
  readonly by: Principal | string;
  readonly action: AdminAction;
  /** What it is done to: `token:<id>`, `session:<id>`. */
  readonly subject?: string;
  /** Never a secret. */
  readonly details?: AdminEvent['details'];
  readonly alarm?: AdminAlarm | undefined;
  /** Why what was recorded did not come about after all. */
  readonly failed?: Failure['code'];
}

/**
 * Puts it on the record, and tells whoever listens to events.
 * @failure audit_unavailable: it must not be done
 */
export type RecordAdmin = (entry: AdminEntry) => Promise<Result<void, Failure>>;

/** The entry as the record has it. */
export function adminEvent({ by, ...entry }: AdminEntry): AdminEvent {
  if (typeof by === 'string') return { kind: 'admin', actor: by, ...entry };
  const { person, role, credential, client } = by;
  return { kind: 'admin', actor: person, role, credential, client, ...entry };
}
