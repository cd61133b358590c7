import { CODES } from '../../core/codes.ts';
import { placesText } from '../../pipeline/answer.ts';
import { ASK_AGAIN_SECONDS } from '../../pipeline/holding/hold.ts';
import type { JoinedExchange } from '../../recording/export/joined-exchange.ts';
import type { OwnAnswer } from '../../recording/replay/recorded-answer.ts';
import type { ProblemInput } from '../../wire/http/problem.ts';

/** Of a limit it is not on the record when it would have let the next one pass. */
const RETRY_AFTER_SECONDS: Partial<Readonly<Record<OwnAnswer['code'], number>>> = {
  limit_exceeded: 60,
  held: ASK_AGAIN_SECONDS,
};

/**
 * An answer of the gateway itself, made anew from the record, under the id of its exchange. Hint and `Retry-After` are those of its
 * code: what they were is not on the record.
 */
export function deniedAgain({ decision }: JoinedExchange, { code, status }: OwnAnswer): ProblemInput {
  const [rule] = decision.rules;
  const { exchange, reason, home, place, approval } = decision;
  const retryAfterSeconds = RETRY_AFTER_SECONDS[code];
  return {
    code,
    exchange,
    statusOverride: status,
    // What the record says of a failure is for those who run the gateway.
    ...(reason !== undefined && CODES[code].kind === 'denial' && { reason }),
    ...(rule !== undefined && { rule }),
    ...(place !== undefined && { place: placesText(place) }),
    ...(home !== undefined && { home }),
    ...(approval !== undefined && { approval }),
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
  };
}
