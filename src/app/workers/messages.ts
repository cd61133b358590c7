/** All that the primary and its workers say to each other. Both are one program in one version. */
import type { SocketAddress } from '../../config/setting-text.ts';
import type { Settings } from '../../config/settings-schema.ts';
import type { PolicyDigest, SessionId } from '../../core/ids.ts';
import type { GatewayEvent } from '../../core/ports.ts';
import type { Instant, Milliseconds } from '../../core/units.ts';
import type { ListeningAddress } from '../../destination/self-addresses.ts';
import type { LimitClaim, NotLeft } from '../../pipeline/limiting/limit-ledger.ts';
import type { MetricReading } from '../../telemetry/registry.ts';
import type { PolicySource } from '../loading/policy-source.ts';

/** What a worker runs with. */
export interface WorkerOrder {
  /** Those of this worker alone: what bounds the whole gateway is its share of that. */
  readonly settings: Settings;
  readonly observe: boolean;
  /** The time of the primary: a clock that was set back while it ran gives no worker more time than it. */
  readonly now: Instant;
  /** Which worker it is, from 1 on; the one that takes the place of another has its number. */
  readonly number: number;
  /** Where the gateway listens besides. */
  readonly listening: readonly ListeningAddress[];
}

/** How a worker is. */
export interface WorkerStatus {
  readonly digest: PolicyDigest;
  readonly generation: number;
  /** Of its chains: one for each store of the record. */
  readonly writers: readonly string[];
  /** Its record can be written. */
  readonly isReady: boolean;
  /** Exchanges and tunnels that run, by agent. */
  readonly running: ReadonlyMap<string, number>;
}

/** What the primary says. */
export interface FromPrimary {
  readonly questions: {
    /** Takes exchanges from now on. Answers with the addresses of its listeners, or why it cannot. */
    readonly start: { readonly asks: WorkerOrder; readonly answers: WorkerStart };
    /** Makes a policy ready to come into force. Answers with what stands against it; with nothing, it can. */
    readonly prepare: { readonly asks: PolicySource; readonly answers: readonly string[] };
    /** Puts the policy that was made ready into force. False: it was not. */
    readonly enforce: { readonly asks: PolicyDigest; readonly answers: boolean };
    readonly metrics: { readonly asks: undefined; readonly answers: readonly MetricReading[] };
  };
  readonly news: {
    /** Another process has changed the store. */
    readonly 'store-changed': undefined;
    /** Reads the certificates of its listeners anew; true: somebody has asked for it. */
    readonly 'renew-certificates': boolean;
    /** The gateway listens there as well. */
    readonly listening: ListeningAddress;
    /** Takes no more; what runs may finish within so many milliseconds, and then the process ends. */
    readonly drain: Milliseconds;
  };
}

export type WorkerStart =
  | { readonly isOpen: true; readonly addresses: readonly SocketAddress[]; readonly status: WorkerStatus }
  | { readonly isOpen: false; readonly problems: readonly string[] };

/** What a worker says. */
export interface FromWorker {
  readonly questions: {
    readonly take: { readonly asks: readonly LimitClaim[]; readonly answers: NotLeft | undefined };
    readonly use: {
      readonly asks: { readonly claims: readonly LimitClaim[]; readonly bytes: number };
      readonly answers: NotLeft | undefined;
    };
    /** The session of exchanges that name none: by agent and source address. */
    readonly session: { readonly asks: string; readonly answers: SessionId };
    /** What is in force. What lies in its directory may be another one, or none. Who has asked is told of every change. */
    readonly policy: { readonly asks: undefined; readonly answers: PolicySource };
  };
  readonly news: {
    readonly 'give-back': readonly LimitClaim[];
    readonly status: WorkerStatus;
    readonly event: GatewayEvent;
    readonly 'store-changed': undefined;
  };
}
