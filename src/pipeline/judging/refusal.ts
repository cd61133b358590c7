import type { Code, Failure } from '../../core/codes.ts';
import type { Decision } from '../../core/exchange/decision.ts';
import type { ApprovalId } from '../../core/ids.ts';
import { fail, type Fail } from '../../core/result.ts';
import { withDecision, type Progress } from './progress.ts';

/** Why a stage ended an exchange: a denial or a failure, told to the agent and to the record in different detail. */
export interface Refusal {
  readonly code: Code;
  /** For the agent; a constant sentence stands in where absent. */
  readonly reason?: string;
  /** For the record alone. */
  readonly detail?: string;
  readonly hint?: string;
  /** What the exchange waits for, or waited for. */
  readonly approval?: ApprovalId;
  /** How soon to ask again. */
  readonly retryAfterSeconds?: number;
  /** The placeholder of this credential was sent where it does not belong. */
  readonly misplaced?: string;
  /** What was known when it ended. */
  readonly progress: Progress;
}

/** As much of a refusal as its answer tells; a request that never became an exchange has no more. */
export type AnswerableRefusal = Omit<Refusal, 'progress'> & {
  readonly progress: Pick<Progress, 'id' | 'subject' | 'tunnel' | 'decision'>;
};

/** Ends an exchange with a failure of a part below. */
export function refuse(failure: Failure, progress: Progress): Fail<Refusal> {
  return fail({ code: failure.code, detail: failure.detail, progress });
}

/** Ends an exchange because the decision says so. */
export function deny(decision: Decision, progress: Progress): Fail<Refusal> {
  return fail({ code: decision.code ?? 'no_rule', reason: decision.reason, progress: withDecision(progress, decision) });
}
