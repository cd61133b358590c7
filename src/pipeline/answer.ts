import type { Code } from '../core/codes.ts';
import type { Decision } from '../core/exchange/decision.ts';
import type { Answer } from '../core/exchange/answer.ts';
import type { ReplySink } from '../core/exchange/reply-sink.ts';
import { problemReply } from '../wire/http/problem.ts';
import type { AnswerableRefusal } from './judging/refusal.ts';
import { subjectOf } from './judging/progress.ts';

/** What the agent gets to read about a refusal: everything it can act on, nothing of other subjects or of the policy's inside. */
export function answerTo(refusal: AnswerableRefusal): Answer {
  const { progress, code, reason, hint, approval, retryAfterSeconds } = refusal;
  const { decision } = progress;
  const [rule] = decision?.rules ?? [];
  const home = subjectOf(progress)?.attributes.home.label;
  const { status, reasonPhrase, fields, body } = problemReply({
    code,
    exchange: progress.id,
    challenge: code === 'unidentified',
    ...(reason !== undefined && { reason }),
    ...(rule !== undefined && { rule }),
    ...(decision !== undefined && { place: placesText(labelsOf(decision.judgement.places)) }),
    ...(home !== undefined && { home }),
    ...(hint !== undefined && { hint }),
    ...(approval !== undefined && { approval }),
    ...retryAfterOf(code, retryAfterSeconds),
    ...(code === 'name_mismatch' && progress.tunnel !== undefined && { statusOverride: 421 }),
  });
  return { status, reason: reasonPhrase, fields: fields.flat(), body };
}

/** Of a limit it is always told (contract §3), a minute where nobody knows better. */
function retryAfterOf(
  code: Code,
  retryAfterSeconds = code === 'limit_exceeded' ? 60 : undefined,
): { readonly retryAfterSeconds?: number } {
  return retryAfterSeconds === undefined ? {} : { retryAfterSeconds };
}

function labelsOf({ entry, processing, storage }: Decision['judgement']['places']): Parameters<typeof placesText>[0] {
  return { entry: entry.label, processing: processing.label, storage: storage.label };
}

/** Where data would have gone, by the labels of its places. */
export function placesText({
  entry,
  processing,
  storage,
}: Readonly<Record<'entry' | 'processing' | 'storage', string>>): string {
  const isOne = entry === processing && processing === storage;
  return isOne ? entry : `entry ${entry}, processing ${processing}, storage ${storage}`;
}

/** Sends a whole answer through a reply that has not started. */
export function sendAnswer(reply: ReplySink, answer: Answer): void {
  const body = new TextEncoder().encode(answer.body);
  reply.start(answer.status, answer.reason, answer.fields);
  if (body.length > 0) reply.write(body);
  reply.end();
}
