import { defectDetail } from '../core/defect.ts';
import type { Accepted } from '../core/exchange/exchange.ts';
import { fail, ok, type Result } from '../core/result.ts';
import type { RequestContent } from './content/request-content.ts';
import { homeOf, withDecision } from './judging/progress.ts';
import type { Held, Permitted } from './judging/permitted.ts';
import { withinLimits } from './limiting/within-limits.ts';
import { permittedEvent, refusedEvent } from './record-events.ts';
import type { Refusal } from './judging/refusal.ts';
import type { Services } from './services.ts';
import { STAGES } from './stages.ts';

type Judged = Result<Permitted | Held, Refusal>;

/**
 * Runs the stages of one exchange and writes its decision record. What comes back permitted has been recorded: only now
 * may anything leave (invariants 1 and 9). What comes back held has not, and must not leave: `holding/hold.ts` asks people.
 *
 * @param content of the request; absent where there is none, and for tunnels and upgrades
 * @failure any code of the table; the first stage that refuses ends it
 */
export async function judge(accepted: Accepted, services: Services, content?: RequestContent): Promise<Judged> {
  const running = runStages(accepted, services, content);
  const judged = running instanceof Promise ? await running : running;
  const limited = judged.ok && !('held' in judged.value) ? withinItsLimits(judged.value, services) : judged;
  return record(limited instanceof Promise ? await limited : limited, services);
}

/** Refuses an exchange inside a tunnel for the reason for which its CONNECT was refused, whatever the policy says by now. */
export function refuseAgain(accepted: Accepted, { progress, ...refusal }: Refusal, services: Services): Promise<Judged> {
  const { decision } = progress;
  const again = decision === undefined ? accepted : withDecision(accepted, decision);
  return refuse({ ...refusal, progress: again }, services);
}

/** Refuses an exchange without judging it; the refusal is on the record. */
export function refuse(refusal: Refusal, services: Services): Promise<Judged> {
  return record(fail(refusal), services);
}

// What people are asked about counts when they have agreed: `holding/release.ts`.
function withinItsLimits(permitted: Permitted, services: Services): Judged | Promise<Judged> {
  const within = withinLimits(permitted, services);
  if (within instanceof Promise) return within.then((known) => (known.ok ? ok(permitted) : known));
  return within.ok ? ok(permitted) : within;
}

async function record(judged: Judged, services: Services): Promise<Judged> {
  // People are asked first; what they are asked is then on the record.
  if (judged.ok && 'held' in judged.value) return judged;
  const progress = judged.ok ? judged.value : judged.failure.progress;
  const event = judged.ok ? permittedEvent(judged.value) : refusedEvent(judged.failure);
  const recorded = await services.recorder.decision(event, homeOf(progress), progress.fields);
  if (!recorded.ok) return fail({ ...recorded.failure, progress });
  if (!judged.ok) raiseAlarm(judged.failure, services);
  services.events.publish({ type: 'decision', exchange: event.exchange, effect: event.decision, code: event.code });
  return judged;
}

function raiseAlarm({ misplaced, progress }: Refusal, { placeholders }: Services): void {
  if (misplaced !== undefined && progress.subject !== undefined)
    placeholders.raise(progress.subject.attributes.agent, misplaced);
}

/** At once where no stage has to wait: a name is looked up, a store is asked, content is read. */
function runStages(accepted: Accepted, services: Services, content: RequestContent | undefined): Judged | Promise<Judged> {
  const { identify, locate, read, authorize } = STAGES;
  const { kind } = accepted;
  try {
    const judged = whenOk(
      whenOk(
        whenOk(identify[kind](accepted, services), (identified) => locate[kind](identified, services)),
        (located) => read[kind](located, services, content),
      ),
      (located) => authorize[kind](located, services),
    );
    return judged instanceof Promise ? judged.catch((error: unknown) => defect(error, accepted)) : judged;
  } catch (error) {
    return defect(error, accepted);
  }
}

type Stepped<T> = Result<T, Refusal> | Promise<Result<T, Refusal>>;

function whenOk<A, B>(step: Stepped<A>, proceed: (value: A) => Stepped<B>): Stepped<B> {
  if (step instanceof Promise) return step.then((result) => (result.ok ? proceed(result.value) : result));
  return step.ok ? proceed(step.value) : step;
}

// A defect of ours must not become a way out: the exchange ends, and the record says why.
function defect(error: unknown, progress: Accepted): Judged {
  return fail({ code: 'internal_error', detail: defectDetail(error), progress });
}
