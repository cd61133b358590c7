import { setTimeout as pause } from 'node:timers/promises';
import type { RawFields, ReplySink } from '../../core/exchange/reply-sink.ts';
import type { Milliseconds } from '../../core/units.ts';
import type { OriginAnswer } from '../../recording/replay/recorded-answer.ts';
import { systemClock } from '../system.ts';

/** `at-once`: as fast as the client reads; `recorded`: no piece of an answer earlier than it came in its exchange. */
export type Pace = 'at-once' | 'recorded';

/** Sends an answer as it is on the record, until the client has it or is gone. */
export async function sendRecorded(
  answer: OriginAnswer,
  reply: ReplySink,
  { pace, method }: { readonly pace: Pace; readonly method: string },
): Promise<void> {
  const began = systemClock.monotonic();
  const gone = new AbortController();
  reply.whenAborted(() => gone.abort());
  const reached = async (at: Milliseconds): Promise<boolean> => {
    const left = at - (systemClock.monotonic() - began);
    if (pace === 'recorded' && left > 0) await pause(left, undefined, { signal: gone.signal }).catch(() => {});
    return !gone.signal.aborted;
  };
  const { status, trailers } = answer;
  const hasContent = method !== 'HEAD' && status !== 204 && status !== 304;
  const pieces = hasContent ? answer.pieces.filter(({ bytes }) => bytes.length > 0) : [];
  if (!(await reached(answer.pieces[0]?.at ?? 0))) return;
  reply.start(status, '', fieldsOf(answer, hasContent), pieces.length === 0 && trailers.length === 0);
  for (const { at, bytes } of pieces) {
    if (!(await reached(at))) return;
    if (!reply.write(bytes)) await drained(reply, gone.signal);
  }
  if (!gone.signal.aborted) reply.end(trailers);
}

/** The length is that of what is sent now. Where trailers follow, or it has to be told of in pieces, HTTP/1.1 says it by chunks. */
function fieldsOf({ fields, pieces, trailers, isStream }: OriginAnswer, hasContent: boolean): RawFields {
  if (!hasContent || trailers.length > 0 || isStream) return fields;
  return [...fields, 'Content-Length', `${pieces.reduce((sum, { bytes }) => sum + bytes.length, 0)}`];
}

function drained(reply: ReplySink, gone: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    gone.addEventListener('abort', () => resolve(), { once: true });
    reply.whenDrained(resolve);
  });
}
