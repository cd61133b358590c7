import type { LimitUse } from '../../core/exchange/limit-use.ts';
import type { Milliseconds } from '../../core/units.ts';
import type { LimitClaim, LimitLedger, NotLeft } from '../../pipeline/limiting/limit-ledger.ts';
import type { Channel } from './channel.ts';
import type { FromPrimary, FromWorker } from './messages.ts';

/** A primary that takes longer is in trouble: what nobody can count is not let go, and what runs is cut. */
const ANSWER_TIME: Milliseconds = 2_000;

/** Limits counted by the primary for all of its workers: exactly, wherever the requests of an agent come in. */
export class CountedByPrimary implements LimitLedger {
  readonly #channel: Channel<FromWorker, FromPrimary>;

  constructor(channel: Channel<FromWorker, FromPrimary>) {
    this.#channel = channel;
  }

  async take(claims: readonly LimitClaim[]): Promise<NotLeft | undefined> {
    const answer = await this.#channel.ask('take', claims, ANSWER_TIME);
    return answer.ok ? answer.value : 'unknown';
  }

  giveBack(claims: readonly LimitClaim[]): void {
    this.#channel.tell('give-back', claims);
  }

  fullest(): readonly LimitUse[] {
    return [];
  }

  async use(claims: readonly LimitClaim[], bytes: number): Promise<NotLeft | undefined> {
    const answer = await this.#channel.ask('use', { claims, bytes }, ANSWER_TIME);
    return answer.ok ? answer.value : 'unknown';
  }
}
