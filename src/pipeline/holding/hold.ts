import { standingOf } from '../../approval/standing.ts';
import type { Approval, AwaitedApproval } from '../../core/approval/approval.ts';
import type { Failure } from '../../core/codes.ts';
import { defectDetail } from '../../core/defect.ts';
import type { ApprovalTerms } from '../../core/exchange/decision.ts';
import type { ApprovalId } from '../../core/ids.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Milliseconds } from '../../core/units.ts';
import { fieldValue } from '../../wire/http/fields.ts';
import type { RequestContent } from '../content/request-content.ts';
import type { Held } from '../judging/permitted.ts';
import { refuse, type Refusal } from '../judging/refusal.ts';
import { heldEvent, refusedEvent } from '../record-events.ts';
import type { Services } from '../services.ts';
import { grantedTerms } from './granted-terms.ts';
import { readHeldContent, type HeldContent } from './held-content.ts';
import { approvalTerms, questionOf, reasonOf, requestersOf } from './question.ts';
import { release, type Released } from './release.ts';
import { homeOf } from '../judging/progress.ts';

type Ended = Result<Released, Refusal>;

/** Who asks, as far as waiting goes. */
export interface Waiter {
  /** Tells when the client's side is gone, once; at once where it is gone already. */
  whenGone(listener: () => void): void;
}

/** How soon a client that was not let wait any longer should ask again. */
export const ASK_AGAIN_SECONDS = 10;
/** A longer timer would be over at once: Node counts in 31 bits. Who waits longer looks in between. */
const LONGEST_TIMER: Milliseconds = 3_600_000;

/**
 * Holds a request until people have decided on it, as long as its client may wait (contract §4.1.11). What comes back released
 * was judged again, and is on the record; so is why it was not released.
 *
 * @failure what the content ends with; reason_required; held when there is no decision yet; approval_denied, approval_expired
 *   and approval_stale; store_unavailable; any code of the decision at release
 */
export async function hold(
  held: Held,
  { waiter, content }: { readonly waiter: Waiter; readonly content?: RequestContent | undefined },
  services: Services,
): Promise<Ended> {
  const holding = new Holding(held, services);
  // A defect of ours must not become a way out, nor end an exchange that is not on the record.
  const ended = await holding
    .run(waiter, content)
    .catch((error: unknown): Ended => fail({ code: 'internal_error', detail: defectDetail(error), progress: held }));
  if (ended.ok || holding.isRecorded) return ended;
  const recorded = await services.recorder.decision(refusedEvent(ended.failure), homeOf(held), held.fields);
  return recorded.ok ? ended : refuse(recorded.failure, held);
}

/** One exchange that is held. */
class Holding {
  readonly #held: Held;
  readonly #services: Services;
  readonly #terms: readonly ApprovalTerms[];
  /** On the monotonic clock: one that is set back keeps no client waiting beyond its time. */
  readonly #until: Milliseconds;
  readonly #ended = new AbortController();
  #cutBy: Failure | undefined;
  #isGone = false;
  isRecorded = false;

  constructor(held: Held, services: Services) {
    this.#held = held;
    this.#services = services;
    this.#terms = approvalTerms(held.decision);
    this.#until = services.clock.monotonic() + (prefersAsync(held) ? 0 : Math.min(...this.#terms.map(({ wait }) => wait)));
  }

  async run(waiter: Waiter, content: RequestContent | undefined): Promise<Ended> {
    if (this.#terms.some(({ reason }) => reason === 'required') && reasonOf(this.#held.fields) === undefined) {
      return fail({ code: 'reason_required', progress: this.#held });
    }
    waiter.whenGone(() => this.#leave());
    const { live, inForce, clock } = this.#services;
    // Whose token is revoked waits no longer.
    const waiting = { exchange: this.#held, cut: (failure: Failure) => this.#cut(failure) };
    const gone = live.admit(waiting, inForce(), clock.now());
    if (gone !== undefined) return refuse(gone, this.#held);
    try {
      const read = await readHeldContent(this.#held, content, this.#services);
      return read.ok ? await this.#askUntilEnded(read.value) : refuse(read.failure, this.#held);
    } finally {
      live.delete(waiting);
    }
  }

  #cut(failure: Failure): void {
    this.#cutBy = failure;
    this.#ended.abort();
  }

  #leave(): void {
    this.#isGone = true;
    this.#ended.abort();
  }

  /** Why it may not go on, whatever people have decided. Its client may leave or lose its identity at any time. */
  #interruption(approval: Pick<Approval, 'id'> | undefined): Refusal | undefined {
    if (this.#cutBy !== undefined) return { ...this.#cutBy, progress: this.#held };
    // What it waits for may have been withdrawn a moment before it is cut.
    const goesOn = this.#services.stopped.check(this.#held.subject.attributes.agent);
    if (!goesOn.ok) return { ...goesOn.failure, progress: this.#held };
    // The pass is for who asks again: of what is sent now nobody would hear the answer.
    return this.#isGone && approval !== undefined ? this.#stillHeld(approval) : undefined;
  }

  /** Of several requests that are the same one takes the pass; the others ask anew. */
  async #askUntilEnded(content: HeldContent): Promise<Ended> {
    for (;;) {
      const granted = await grantedTerms(this.#held, content, this.#held.decision, this.#services);
      if (!granted.ok) return refuse(granted.failure, this.#held);
      const open = this.#terms.filter((terms) => !granted.value.includes(terms));
      const asked = open.length === 0 ? ok(undefined) : await this.#ask(content, open);
      if (!asked.ok) return asked;
      const ended = await this.#await(content, open, asked.value);
      if (ended !== 'spent') return ended;
      if (asked.value !== undefined) await this.#recallText(content, asked.value);
    }
  }

  async #ask(content: HeldContent, open: readonly ApprovalTerms[]): Promise<Result<AwaitedApproval, Refusal>> {
    const { holds, clock, inForce } = this.#services;
    const now = clock.now();
    const question = questionOf(this.#held, content, { terms: open, now, inForce: inForce(), means: holds });
    const asked = await holds.approvals.ask(question, now);
    if (!asked.ok) return refuse(asked.failure, this.#held);
    const { approval } = asked.value;
    content.text = undefined;
    const recorded = await this.#record(approval.id);
    return recorded.ok ? ok(awaited(approval)) : recorded;
  }

  /** What people were shown of a request that is the same, they are shown again. */
  async #recallText(content: HeldContent, { id }: Pick<Approval, 'id'>): Promise<void> {
    const found = await this.#services.holds.approvals.find(id);
    // Where the store is down nobody can be asked either, and says so.
    if (found.ok) content.text = found.value?.request.preview;
  }

  /** Once for each exchange, before it waits. */
  async #record(approval: ApprovalId): Promise<Result<void, Refusal>> {
    if (this.isRecorded) return ok(undefined);
    this.isRecorded = true;
    const held = this.#held;
    const recorded = await this.#services.recorder.decision(heldEvent(held, approval), homeOf(held), held.fields);
    return recorded.ok ? recorded : refuse(recorded.failure, this.#held);
  }

  /** @param asked absent where grants cover everything */
  async #await(
    content: HeldContent,
    open: readonly ApprovalTerms[],
    asked: AwaitedApproval | undefined,
  ): Promise<Ended | 'spent'> {
    const { holds, clock, inForce } = this.#services;
    const going = (approval: AwaitedApproval | undefined): Promise<Ended | 'spent'> =>
      release(this.#held, content, { approval, open, terms: this.#terms }, () => this.#interruption(approval), this.#services);
    if (asked === undefined) return await going(undefined);
    let approval = asked;
    for (;;) {
      const interruption = this.#interruption(approval);
      if (interruption !== undefined) return fail(interruption);
      const now = clock.now();
      // Who approved may have become an owner meanwhile.
      const waiting = { fingerprint: asked.fingerprint, requesters: requestersOf(this.#held, inForce()) };
      const standing = standingOf(approval, waiting, now);
      if (standing.kind === 'spent') return 'spent';
      if (standing.kind === 'refused') return await this.#refused(standing.code, approval);
      if (standing.kind === 'may-pass') return await going(approval);
      const left = this.#until - clock.monotonic();
      if (left <= 0 || holds.watch.isDraining) return fail(this.#stillHeld(approval));
      const within = Math.min(left, approval.expiresAt - now, LONGEST_TIMER);
      await holds.watch.changed(approval.id, approval.revision, { until: this.#ended.signal, within });
      const found = await holds.approvals.find(approval.id);
      if (!found.ok) return refuse(found.failure, this.#held);
      if (found.value === undefined) return fail({ code: 'approval_stale', progress: this.#held });
      approval = awaited(found.value);
    }
  }

  #stillHeld({ id }: Pick<Approval, 'id'>): Refusal {
    return { code: 'held', approval: id, retryAfterSeconds: ASK_AGAIN_SECONDS, progress: this.#held };
  }

  async #refused(code: Refusal['code'], { id }: Pick<Approval, 'id'>): Promise<Ended> {
    const { holds, clock } = this.#services;
    if (code === 'approval_expired') await holds.approvals.expireDue(clock.now(), id);
    return fail({ code, approval: id, progress: this.#held });
  }
}

function awaited(approval: Approval): AwaitedApproval {
  const { id, fingerprint, rules, createdAt, expiresAt, state, decisions, revision } = approval;
  return { id, fingerprint, rules, createdAt, expiresAt, state, decisions, revision };
}

/** RFC 7240 §4.1, under a name that does not reach the origin. */
function prefersAsync({ fields }: Held): boolean {
  return fieldValue(fields, 'cordon-prefer')?.trim().toLowerCase() === 'respond-async';
}
