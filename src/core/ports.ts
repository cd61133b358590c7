import type { IpAddress } from './address.ts';
import type { Workload } from './agent.ts';
import type { Failure } from './codes.ts';
import type { Home } from './exchange/decision.ts';
import type { AdminAction, Alarm, AppendedEvent } from './exchange/record.ts';
import type { Page, PageQuery } from './page.ts';
import type { Result } from './result.ts';
import type { Instant, Milliseconds } from './units.ts';
import type { AgentId, ApprovalId, TokenId } from './ids.ts';
import type { ApprovalNews } from './webhooks/webhook-event.ts';

/** Time, injected everywhere so that no test depends on the real date. */
export interface Clock {
  now(): Instant;
  /** Milliseconds of a clock that never steps back, for durations. */
  monotonic(): Milliseconds;
}

/** Randomness, injected for the same reason. */
export interface Random {
  bytes(length: number): Uint8Array;
}

/** What a name resolved to. */
export interface Resolution {
  /** All A and AAAA records, deduplicated, at least one and at most the resolver's limit. */
  readonly addresses: readonly IpAddress[];
  /** CNAME targets in order; empty when there was none. */
  readonly chain: readonly string[];
  /** When the answer may no longer be used. */
  readonly expiresAt: Instant;
}

/** Looks names up. Only `pipeline` calls it, and only for names that a rule could permit (invariant 3). */
export interface Resolver {
  /** @failure dns_failed | dns_timeout */
  resolve(name: string): Promise<Result<Resolution, Failure>>;
  /** An answer that is at hand and still good; nobody is asked. Undefined: `resolve` has to. */
  recall(name: string): Resolution | undefined;
}

/** Appends to the record; resolves when the event is as durable as `recordings.durability` says. */
export interface Journal {
  /**
   * @param home of the subject that it concerns, as it was judged: where it is recorded may depend on it; absent where it concerns none
   * @failure audit_unavailable: the effect must not happen
   */
  append(event: AppendedEvent, home?: Home): Promise<Result<void, Failure>>;
}

export interface AgentToken {
  readonly id: TokenId;
  readonly agent: AgentId;
  readonly createdAt: Instant;
  readonly expiresAt: Instant;
  readonly revokedAt?: Instant;
  /** When its end had come, as it was written down: for good, whatever a clock says later. */
  readonly endedAt?: Instant;
  /** Who made it, and so may not approve what is asked under it; absent for tokens of earlier versions. */
  readonly mintedBy?: string;
  /** Whom it was exchanged for; it counts only while the policy knows that workload as the agent. */
  readonly workload?: Workload;
  /** The one session name that it may be used for. */
  readonly session?: string;
}

/** Assertions of workloads that were exchanged: each is good for one token. */
export interface AssertionStore {
  /**
   * Takes an assertion; false when it was taken before, on whichever replica.
   * @param until when it ends anyway, and need not be remembered any more
   */
  take(digest: string, until: Instant): Promise<Result<boolean, Failure>>;
  purge(before: Instant): Promise<Result<void, Failure>>;
}

/** Agent tokens; only hashes of their secrets are kept. */
export interface TokenStore {
  insert(token: AgentToken, secretHash: Uint8Array): Promise<Result<void, Failure>>;
  /** The token and its hash by public id; undefined when there is none. */
  find(id: TokenId): Promise<Result<{ token: AgentToken; secretHash: Uint8Array } | undefined, Failure>>;
  list(): Promise<Result<readonly AgentToken[], Failure>>;
  /** The same newest first, page by page. */
  page(query: PageQuery): Promise<Result<Page<AgentToken>, Failure>>;
  /** Marks it revoked; false when there is no such token. */
  revoke(id: TokenId, at: Instant): Promise<Result<boolean, Failure>>;
}

/** Secret keys of this installation, made at first use, mode 0600. */
export interface Keys {
  /** 32 bytes, stable for a purpose: `records`, `checkpoints`, `spool`, `tokens`, `vault`, `approvals`, `index`, `webhooks`, `secrets`. */
  key(purpose: string): Promise<Uint8Array>;
}

/** Values of credentials and signing secrets, by the names that settings and policy give them. Nothing shows them to people. */
export interface Secrets {
  /** @failure a sentence: it was changed, is open to others, or cannot be read */
  find(name: string): Promise<Result<string | undefined, string>>;
  set(name: string, value: string): Promise<Result<void, string>>;
  /** Names, sorted. */
  list(): Promise<Result<readonly string[], string>>;
  /** False where there is none. */
  remove(name: string): Promise<Result<boolean, string>>;
}

/** A bounded place for content that must wait, encrypted at rest. */
export interface Spool {
  /**
   * @param owner whose share of the spool it takes: an agent
   * @failure overloaded when the spool or that share is full: nothing is evicted to make room.
   */
  put(content: AsyncIterable<Uint8Array>, owner: string): Promise<Result<SpoolEntry, Failure>>;
  open(id: string): AsyncIterable<Uint8Array>;
  remove(id: string): Promise<void>;
}

export interface SpoolEntry {
  readonly id: string;
  readonly bytes: number;
}

/** What happens in the process, for live views: delivery is best-effort, the record is the truth. */
export interface EventBus {
  publish(event: GatewayEvent): void;
  subscribe(listener: (event: GatewayEvent) => void): Disposable;
}

export type GatewayEvent =
  | { readonly type: 'policy.loaded'; readonly digest: string; readonly generation: number }
  | { readonly type: 'policy.refused'; readonly errors: readonly string[] }
  | { readonly type: 'policy.loosened'; readonly digest: string; readonly changes: readonly string[] }
  | { readonly type: 'tables.changed' }
  /** What this process recorded can be listed. */
  | { readonly type: 'exchanges.indexed' }
  | { readonly type: 'token.revoked'; readonly id: TokenId }
  | { readonly type: ApprovalNews; readonly id: ApprovalId }
  | { readonly type: 'admin'; readonly actor: string; readonly action: AdminAction; readonly subject: string | undefined }
  | { readonly type: 'alarm'; readonly alarm: Alarm; readonly actor: string; readonly subject: string | undefined }
  | { readonly type: 'decision'; readonly exchange: string; readonly effect: string; readonly code: string | undefined };
