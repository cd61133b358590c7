import type { Principal } from '../../core/people/principal.ts';
import type { Result } from '../../core/result.ts';
import type { SessionFormat, SimulateAnswer, SimulateBody } from '../contract/records.ts';
import type { Refusal } from '../problem.ts';

/** What people may do with the whole record: those whose role covers all subjects, one at a time. */
export interface RecordDesk {
  /** What a candidate would change in what was decided; it never touches the disk. */
  simulate(body: SimulateBody, by: Principal): Promise<Result<SimulateAnswer, Refusal>>;
  /** The records of a session, once that is on the record; none where there is no such session. */
  exportSession(session: string, format: SessionFormat, by: Principal): Promise<Result<SessionExport, Refusal>>;
}

/** An export that has begun. Until it is disposed nobody else reads the record. */
export interface SessionExport extends Disposable {
  /** In pieces, as they are read. Rejects where a part of the record cannot be read. */
  readonly text: AsyncIterable<string>;
}
