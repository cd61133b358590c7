import type { Failure } from '../codes.ts';
import type { ApprovalId } from '../ids.ts';
import type { Result } from '../result.ts';
import type { Instant } from '../units.ts';
import type { ApprovalNews, WebhookEvent } from './webhook-event.ts';

/** Something to be told to one webhook. */
export interface WebhookMessage {
  /** Digest of the receiver's URL, the same on every replica. */
  readonly webhook: string;
  /** `webhook-id`: one over all attempts, and over all that tell of the same. */
  readonly id: string;
  /** The id that the same had if it was told a little earlier: where that message is there, this one is known. */
  readonly earlierId?: string;
  readonly event: WebhookEvent;
  /** The content of every attempt, byte for byte. */
  readonly payload: string;
  readonly createdAt: Instant;
}

/** A message that one process may try to deliver, until its claim ends. */
export interface ClaimedMessage extends WebhookMessage {
  /** Counts from 1. */
  readonly attempt: number;
  readonly claimedUntil: Instant;
}

export interface Claim {
  readonly now: Instant;
  /** When another process may try, should this one be gone. */
  readonly until: Instant;
  readonly limit: number;
}

/**
 * Messages that wait for their delivery, shared by all replicas: one claims a message at a time, and what nobody delivers is
 * due again. Those that are done are remembered for a while, without their content, so that nothing is told anew.
 * All methods: @failure store_unavailable
 */
export interface WebhookOutbox {
  /** `known`: it waits already, or is done; `full`: as many as `most` wait for this webhook. */
  add(message: WebhookMessage, most: number): Promise<Result<'added' | 'known' | 'full', Failure>>;
  /** Takes what is due, the longest due first. */
  claim(webhook: string, claim: Claim): Promise<Result<readonly ClaimedMessage[], Failure>>;
  /** False where somebody else has claimed it since: then nothing is changed. */
  retry(message: ClaimedMessage, dueAt: Instant): Promise<Result<boolean, Failure>>;
  /** Ends it, whoever has claimed it since; false where it was done already. */
  finish(message: ClaimedMessage, as: 'delivered' | 'given-up', at: Instant): Promise<Result<boolean, Failure>>;
  /** Gives up what has waited since before, of any webhook; yields which. */
  giveUpOlder(than: Instant, at: Instant): Promise<Result<readonly GivenUp[], Failure>>;
  /** How many wait, for all webhooks. */
  waiting(): Promise<Result<number, Failure>>;
  /** Forgets those that were done before. */
  purge(doneBefore: Instant): Promise<Result<void, Failure>>;
  /**
   * Approvals that came to what the event tells, and of which this webhook has no message: whoever changed them ended before it
   * could add one. Among those that were asked for, and, if they are over, ended, since.
   */
  untold(webhook: string, event: ApprovalNews, since: Since): Promise<Result<readonly ApprovalId[], Failure>>;
}

export interface Since {
  readonly asked: Instant;
  readonly ended: Instant;
}

export interface GivenUp extends Pick<WebhookMessage, 'webhook' | 'id' | 'event'> {
  readonly attempts: number;
}
