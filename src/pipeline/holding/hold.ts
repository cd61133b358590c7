import { standingOf } from '../../approval/standing.ts';
import type { Approval } from '../../core/approval/approval.ts';
import type { Failure } from '../../core/codes.ts';
import type { ApprovalTerms } from '../../core/exchange/decision.ts';
import type { ApprovalId } from '../../core/ids.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Instant } from '../../core/units.ts';
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

type Ended = Result<Released, Refusal>;

/** Who asks, as far as waiting goes. */
export interface Waiter {
  /** Tells when the client's side is gone, once. */
  whenGone(listener: () => void): void;
}

/** How soon a client that was not let wait any longer should ask again. */
const ASK_AGAIN_SECONDS = 10;

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
  const ended = await holding.run(waiter, content);
  if (ended.ok || holding.isRecorded) return ended;
  const recorded = await services.recorder.decision(refusedEvent(ended.failure));
  return recorded.ok ? ended : refuse(recorded.failure, held);
}

/** One exchange that is held. */
class Holding {
  readonly #held: Held;
  readonly #services: Services;
  readonly #terms: readonly ApprovalTerms[];
  readonly #until: Instant;
  readonly #ended = new AbortController();
  #cutBy: Failure | undefined;
  isRecorded = false;

  constructor(held: Held, services: Services) {
    this.#held = held;
    this.#services = services;
    this.#terms = approvalTerms(held.decision);
    this.#until = services.clock.now() + (prefersAsync(held) ? 0 : Math.min(...this.#terms.map(({ wait }) => wait)));
  }

  async run(waiter: Waiter, content: RequestContent | undefined): Promise<Ended> {
    if (this.#terms.some(({ reason }) => reason === 'required') && reasonOf(this.#held.fields) === undefined) {
      return fail({ code: 'reason_required', progress: this.#held });
    }
    waiter.whenGone(() => this.#ended.abort());
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
    }
  }

  async #ask(content: HeldContent, open: readonly ApprovalTerms[]): Promise<Result<Approval, Refusal>> {
    const { holds, clock, inForce } = this.#services;
    const now = clock.now();
    const question = questionOf(this.#held, content, { terms: open, now, inForce: inForce(), means: holds });
    const asked = await holds.approvals.ask(question, now);
    if (!asked.ok) return refuse(asked.failure, this.#held);
    const { approval } = asked.value;
    const recorded = await this.#record(approval.id);
    return recorded.ok ? ok(approval) : recorded;
  }

  /** Once for each exchange, before it waits. */
  async #record(approval: ApprovalId): Promise<Result<void, Refusal>> {
    if (this.isRecorded) return ok(undefined);
    this.isRecorded = true;
    const recorded = await this.#services.recorder.decision(heldEvent(this.#held, approval));
    return recorded.ok ? recorded : refuse(recorded.failure, this.#held);
  }

  /** @param asked absent where grants cover everything */
  async #await(content: HeldContent, open: readonly ApprovalTerms[], asked: Approval | undefined): Promise<Ended | 'spent'> {
    const { holds, clock, inForce } = this.#services;
    const going = (approval: Approval | undefined): Promise<Ended | 'spent'> =>
      release(this.#held, content, { approval, open, terms: this.#terms }, this.#services);
    if (asked === undefined) return await going(undefined);
    const waiting = { fingerprint: asked.fingerprint, requesters: requestersOf(this.#held, inForce()) };
    let approval = asked;
    for (;;) {
      if (this.#cutBy !== undefined) return refuse(this.#cutBy, this.#held);
      const now = clock.now();
      const standing = standingOf(approval, waiting, now);
      if (standing.kind === 'spent') return 'spent';
      if (standing.kind === 'refused') return await this.#refused(standing.code, approval);
      if (standing.kind === 'may-pass') return await going(approval);
      if (this.#ended.signal.aborted || now >= this.#until) return this.#stillHeld(approval);
      const limit = AbortSignal.timeout(Math.min(this.#until, approval.expiresAt) - now);
      await holds.watch.changed(approval.id, approval.revision, AbortSignal.any([this.#ended.signal, limit]));
      const found = await holds.approvals.find(approval.id);
      if (!found.ok) return refuse(found.failure, this.#held);
      if (found.value === undefined) return fail({ code: 'approval_stale', progress: this.#held });
      approval = found.value;
    }
  }

  #stillHeld({ id }: Approval): Ended {
    return fail({ code: 'held', approval: id, retryAfterSeconds: ASK_AGAIN_SECONDS, progress: this.#held });
  }

  async #refused(code: Refusal['code'], { id }: Approval): Promise<Ended> {
    const { holds, clock } = this.#services;
    if (code === 'approval_expired') await holds.approvals.expireDue(clock.now(), id);
    return fail({ code, approval: id, progress: this.#held });
  }
}

/** RFC 7240 §4.1, under a name that does not reach the origin. */
function prefersAsync({ fields }: Held): boolean {
  return fieldValue(fields, 'cordon-prefer')?.trim().toLowerCase() === 'respond-async';
}
