import type { Accepted } from '../core/exchange/exchange.ts';
import { fail, type Result } from '../core/result.ts';
import type { Permitted } from './judging/permitted.ts';
import { permittedEvent, refusedEvent } from './record-events.ts';
import { refuse, type Refusal } from './judging/refusal.ts';
import type { Services } from './services.ts';
import { STAGES } from './stages.ts';

/**
 * Runs the stages of one exchange and writes its decision record. What comes back permitted has been recorded: only now
 * may anything leave (invariants 1 and 9).
 *
 * @failure any code of the table; the first stage that refuses ends it
 */
export async function judge(accepted: Accepted, services: Services): Promise<Result<Permitted, Refusal>> {
  return record(await runStages(accepted, services), services);
}

/** Refuses an exchange inside a tunnel for the reason for which its CONNECT was refused, whatever the policy says by now. */
export function refuseAgain(
  accepted: Accepted,
  { progress, ...refusal }: Refusal,
  services: Services,
): Promise<Result<Permitted, Refusal>> {
  const { decision } = progress;
  return record(fail({ ...refusal, progress: { ...accepted, ...(decision !== undefined && { decision }) } }), services);
}

async function record(judged: Result<Permitted, Refusal>, services: Services): Promise<Result<Permitted, Refusal>> {
  const event = judged.ok ? permittedEvent(judged.value) : refusedEvent(judged.failure);
  const recorded = await services.recorder.decision(event);
  if (!recorded.ok) return refuse(recorded.failure, judged.ok ? judged.value : judged.failure.progress);
  const { exchange, decision, code } = event;
  services.events.publish({ type: 'decision', exchange, effect: decision, ...(code !== undefined && { code }) });
  return judged;
}

async function runStages(accepted: Accepted, services: Services): Promise<Result<Permitted, Refusal>> {
  const { kind } = accepted;
  try {
    const identified = await STAGES.identify[kind](accepted, services);
    if (!identified.ok) return identified;
    const located = await STAGES.locate[kind](identified.value, services);
    if (!located.ok) return located;
    return await STAGES.authorize[kind](located.value, services);
  } catch (error) {
    // A defect of ours must not become a way out: the exchange ends, and the record says why.
    return fail({
      code: 'internal_error',
      detail: error instanceof Error ? `${error.name}: ${error.message}` : String(error),
      progress: accepted,
    });
  }
}
