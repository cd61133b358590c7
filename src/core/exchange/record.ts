import type { Code } from '../codes.ts';
import type { ExchangeKind } from './decision.ts';
import type { Role } from '../people/role.ts';
import type { Facet } from '../place/evidence.ts';
import type { Bytes, Milliseconds } from '../units.ts';
import type { AgentId, ApprovalId, ExchangeId, PolicyDigest, RuleId, SessionId } from '../ids.ts';

/** Version of the record format; a new one starts a new segment (contract §8). */
export const RECORD_VERSION = 1;

/** What a writer adds to an event to make it a record. */
export interface RecordFrame {
  readonly v: typeof RECORD_VERSION;
  /** Counts from 0 per writer without a gap, whatever the clock does. */
  readonly seq: number;
  /** RFC 3339 with milliseconds, UTC. */
  readonly time: string;
  /** Who writes this chain: one per process and data directory. */
  readonly writer: string;
  /** `sha256:<hex>` of the previous line's bytes without its newline; of nothing for the first. */
  readonly prev: string;
}

export type Record = RecordFrame & RecordEvent;

/** An event as it is given to the record: what is sealed is bytes, until its line is made. */
export type AppendedEvent = Exclude<RecordEvent, ContentEvent> | AppendedContent;
/** A piece of content, its sealed bytes not yet base64. */
export type AppendedContent = Omit<ContentEvent, 'sealed'> & { readonly sealed: Uint8Array };

/** Members that are undefined are left out of the record, as JSON does. */
export type RecordEvent =
  | DecisionEvent
  | ContentEvent
  | ProgressEvent
  | OutcomeEvent
  | FoldedEvent
  | GapEvent
  | PolicyEvent
  | AdminEvent;

/** Written before the effect: what was asked, where it would go, what was decided and why. */
export interface DecisionEvent {
  readonly kind: 'decision';
  readonly exchange: ExchangeId;
  readonly session?: SessionId | undefined;
  /** Absent when the agent could not be identified or the request not be read. */
  readonly subject?: AgentId | undefined;
  readonly home?: string | undefined;
  /** Address of the client; `self` where the gateway asked for itself. */
  readonly client: string;
  readonly exchangeKind?: ExchangeKind | undefined;
  readonly method?: string | undefined;
  /** Target URI without query values; `host:port` for a CONNECT. */
  readonly target?: string | undefined;
  /** Media type of the content of the request, `none` where it has no content; absent where nobody could tell. */
  readonly mediaType?: string | undefined;
  readonly place?: { readonly entry: string; readonly processing: string; readonly storage: string } | undefined;
  /** What spoke for or against the place, that of addresses which were left out (`addresses-mode: filter`) included. */
  readonly evidence: readonly RecordedEvidence[];
  /** Addresses of the destination that no table knows; the others are in `evidence`. */
  readonly unlocated?: readonly string[] | undefined;
  readonly contradictions?: readonly string[] | undefined;
  /** CNAME chain of the look-up. */
  readonly chain?: readonly string[] | undefined;
  readonly decision: 'permit' | 'hold' | 'deny';
  readonly code?: Code | undefined;
  readonly reason?: string | undefined;
  readonly rules: readonly RuleId[];
  readonly policy?: PolicyDigest | undefined;
  readonly transfer?: { readonly rule: RuleId; readonly basis: string; readonly reference?: string } | undefined;
  readonly obligations: readonly string[];
  /** Id of the credential that the decision has injected; its value is nowhere. */
  readonly credential?: string | undefined;
  readonly wouldDeny?: Code | undefined;
  /** The tunnel that this exchange ran inside. */
  readonly tunnel?: ExchangeId | undefined;
  /** What it waits for, or was let go by. */
  readonly approval?: ApprovalId | undefined;
}

export interface RecordedEvidence {
  readonly kind: string;
  readonly places: Readonly<{ [F in Facet]?: string | undefined }>;
  readonly source: string;
  readonly date?: string | undefined;
  readonly match?: string | undefined;
  readonly address?: string | undefined;
  readonly stale?: true | undefined;
}

/** Written after the effect. A decision without an outcome is reported by `verify`. */
export interface OutcomeEvent {
  readonly kind: 'outcome';
  readonly exchange: ExchangeId;
  /** Of the subject, as in the decision: of an outcome whose decision is out of reach it says whose it is. */
  readonly home?: string | undefined;
  /** HTTP status that the client got; absent when it got none. */
  readonly status?: number | undefined;
  /** How a gRPC call ended, by its `grpc-status`; absent where the origin did not say, and for everything else. */
  readonly grpcStatus?: number | undefined;
  /** Set when the gateway answered itself or cut the exchange. */
  readonly code?: Code | undefined;
  readonly detail?: string | undefined;
  /** The address that was dialled; absent when nothing was. */
  readonly dialled?: string | undefined;
  readonly bytes: ByteCounts;
  readonly timing: { readonly total: number; readonly firstByte?: number | undefined };
  readonly findings: Readonly<{ [entity: string]: number }>;
}

/** Content bytes by direction: `sent` toward the destination, `received` from it. */
export interface ByteCounts {
  readonly sent: number;
  readonly received: number;
}

/** Which message of an exchange. */
export type MessageSide = (typeof MESSAGE_SIDES)[number];
export const MESSAGE_SIDES = ['request', 'response'] as const;

/**
 * A piece of what was sent or answered, masked (`record: content`). All that comes from agent or origin is sealed under the
 * key of its session: where that key is deleted nobody reads it any more, and the chain stays what it was.
 */
export interface ContentEvent {
  readonly kind: 'content';
  readonly exchange: ExchangeId;
  readonly part: MessageSide;
  /** Counts from 0 for each part. */
  readonly index: number;
  /** When its first byte passed, in milliseconds since the exchange began. */
  readonly at: Milliseconds;
  /** Length of the recorded text: decoded and masked. */
  readonly bytes: Bytes;
  /** Id of the content key. */
  readonly key: string;
  /** In base64 (RFC 4648 §4); `recording/content/sealed-content.ts` says of what. */
  readonly sealed: string;
  /** This is the end of the part, or of what is recorded of it. */
  readonly last?: true | undefined;
  /** With `last`: bytes of content that passed, in the coding that they passed in. */
  readonly passed?: Bytes | undefined;
  /** Nobody here reads the content: only its length and a keyed digest are kept. */
  readonly unread?: UnreadBecause | undefined;
  /** There was more, or was to be: it went on beyond the limit, could not be read further, or broke off. */
  readonly cut?: 'limit' | 'unreadable' | 'aborted' | undefined;
}

/** `opaque`: an image, an archive, an unknown medium; `unreadable`: an unknown coding or charset; `partial`: a part of something. */
export type UnreadBecause = 'opaque' | 'unreadable' | 'partial';

/** A long stream is still open. */
export interface ProgressEvent {
  readonly kind: 'progress';
  readonly exchange: ExchangeId;
  readonly bytes: ByteCounts;
}

/** Identical denials beyond a rate, counted instead of written one by one (invariant 9). */
export interface FoldedEvent {
  readonly kind: 'folded';
  readonly subject?: AgentId;
  readonly client: string;
  readonly target?: string;
  readonly code: Code;
  readonly count: number;
  readonly since: string;
}

/** What a crash or a full disk cost, as far as it can be told. */
export interface GapEvent {
  readonly kind: 'gap';
  readonly reason: string;
  readonly droppedBytes?: number;
}

/** A policy came into force, or a reload was refused. */
export interface PolicyEvent {
  readonly kind: 'policy';
  readonly policy: PolicyDigest;
  readonly change: 'loaded' | 'refused' | 'tables';
  readonly loosened?: readonly string[];
  readonly errors?: readonly string[];
}

/** A person or a process changed something, or tried to. Written before the effect; never holds a secret. */
export interface AdminEvent {
  readonly kind: 'admin';
  /** A person, `local:<user>` on the machine itself, `workload:<issuer> <subject>`, `cordon` for the gateway, `unknown` when nobody was recognised. */
  readonly actor: string;
  readonly role?: Role | undefined;
  /** What the actor showed: `token:<id>` or `session:<id>`; absent on the machine itself. */
  readonly credential?: string | undefined;
  /** Address of the actor's client; absent on the machine itself. */
  readonly client?: string | undefined;
  readonly action: AdminAction;
  /** What it was done to: `token:<id>`, `session:<id>`. */
  readonly subject?: string | undefined;
  /** What more there is to know, by name. */
  readonly details?: Readonly<{ [name: string]: string | number | readonly string[] }> | undefined;
  /** Something that others should look at. */
  readonly alarm?: AdminAlarm | undefined;
  /** The action was recorded, and then could not be carried out. */
  readonly failed?: Code | undefined;
  /** How many were folded into this record, and since when (invariant 9). */
  readonly count?: number | undefined;
  readonly since?: string | undefined;
}

export type AdminAction =
  | 'token.minted'
  | 'token.exchanged'
  | 'token.revoked'
  | 'break-glass.used'
  | 'session.opened'
  | 'session.ended'
  | 'credential.refused'
  | 'policy.reloaded'
  | 'approval.approved'
  | 'approval.denied'
  | 'approvals.purged'
  | 'records.removed'
  | 'content.shredded'
  | 'legal-hold.added'
  | 'legal-hold.removed'
  | 'grant.revoked'
  | 'report.made'
  | 'node.located'
  | 'backup.made'
  | 'backup.restored'
  | 'ca.rotated'
  | 'ca.switched'
  | 'keys.exported'
  | 'keys.adopted'
  | 'agent.stopped'
  | 'agent.resumed'
  | 'secret.set'
  | 'secret.removed'
  | 'webhook.given-up'
  | 'sink.behind'
  | 'sink.level'
  | 'listener.renewed'
  | 'listener.not-renewed'
  | 'worker.ended'
  | 'worker.start-failed'
  | 'fleet.mixed'
  | 'fleet.uniform'
  | 'content.read'
  | 'records.exported'
  | 'records.export-ended'
  | 'records.verified'
  | 'records.verify-ended';

export type AdminAlarm =
  | 'minted-for-oneself'
  | 'break-glass-minted'
  | 'break-glass-used'
  | 'worker-ended'
  | 'worker-start-failed'
  | 'fleet-mixed'
  | 'fleet-uniform'
  | 'sink-behind'
  | 'sink-level';

/** What people are told of at once, whoever did it. */
export type Alarm = AdminAlarm | 'placeholder-misplaced';
