import type { ReplySink } from '../../core/exchange/reply-sink.ts';
import type { ExchangeOutcome } from '../../upstream/exchange.ts';
import { answerTo, sendAnswer } from '../answer.ts';
import { findingsOf, NO_FINDINGS, recordedFindings } from '../findings.ts';
import type { Permitted } from '../judging/permitted.ts';
import type { Services } from '../services.ts';
import type { OutcomeEvent } from '../../core/exchange/record.ts';
import { homeOf } from '../judging/progress.ts';

/** How a permitted exchange ended, whatever its kind: tunnels have the same to tell as requests. */
export type Ending = ExchangeOutcome;

/** The bytes of an exchange that ended before any was carried. */
export const NO_BYTES = { sent: 0, received: 0 } as const;

/** What there is to tell beside how it ended, in one line; undefined where there is nothing. */
export function joinedNotes(...notes: readonly (string | undefined)[]): string | undefined {
  const told = notes.filter((note) => note !== undefined);
  return told.length === 0 ? undefined : told.join('; ');
}

const NONE = {} as const;

/**
 * Ends a permitted exchange: the client is told of a failure while it still can be, and the outcome is recorded.
 *
 * @param reply absent where the connection is raw and can only be cut
 * @param findings what was found in its messages; by default what the decision rested on
 */
export function finish(
  permitted: Permitted,
  ending: Ending,
  reply: ReplySink | undefined,
  services: Services,
  findings = permitted.contentFacts === undefined ? NO_FINDINGS : findingsOf(permitted),
): void {
  const { failure, detail, dialled, sent, received, firstByteAt, grpcStatus } = ending;
  let { status } = ending;
  if (failure !== undefined && reply !== undefined && !reply.started && !reply.closed) {
    const answer = answerTo({ code: failure.code, progress: permitted });
    status = answer.status;
    sendAnswer(reply, answer);
  }
  const { startedAt } = permitted;
  services.limits.end(permitted, sent + received);
  if (findings !== NO_FINDINGS) services.recorder.found(findings);
  const event: OutcomeEvent = {
    kind: 'outcome',
    exchange: permitted.id,
    status,
    grpcStatus,
    code: failure?.code,
    detail: joinedNotes(failure?.detail, detail),
    dialled,
    bytes: { sent, received },
    timing: {
      total: services.clock.monotonic() - startedAt,
      firstByte: firstByteAt === undefined ? undefined : firstByteAt - startedAt,
    },
    findings: findings === NO_FINDINGS ? NONE : recordedFindings(findings),
  };
  services.recorder.outcome(event, homeOf(permitted));
}
