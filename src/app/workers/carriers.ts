import type { LimitUse } from '../../core/exchange/limit-use.ts';
import type { Milliseconds } from '../../core/units.ts';
import type { Replica } from '../replica.ts';
import type { PolicyFollowers } from '../upkeep/policy-leader.ts';

/** A process that carries exchanges, as people see it. */
export interface CarrierHealth {
  /** Number of the worker, from 1 on; 1 where the gateway is one process. */
  readonly id: string;
  /** `silent`: it runs, and has not been heard of for a while; `gone`: another is about to take its place. */
  readonly state: 'ready' | 'not-ready' | 'silent' | 'gone';
  readonly pid?: number;
  /** Of its chains, one for each store of the record; absent before it was heard of. */
  readonly writers?: string[];
  /** Of the policy that it runs. */
  readonly policy?: string;
  readonly generation?: number;
  readonly exchanges: number;
  /** Times that another one took its place. */
  readonly restarts: number;
  /** Why the one that is to take its place could not start. */
  readonly problems?: string[];
}

/** The processes that carry exchanges: this one alone, or workers. */
export interface Carriers extends AsyncDisposable {
  /** `host:port` of each proxy listener. */
  readonly addresses: readonly string[];
  /** Those that run the policy of this process; undefined: there are no others. */
  readonly followers: PolicyFollowers | undefined;
  /** Exchanges and tunnels that run, by agent. */
  running(): ReadonlyMap<string, number>;
  /** Limits of which most is used, the fullest first. */
  limits(count: number, isWanted: (use: LimitUse) => boolean): readonly LimitUse[];
  /** Whether exchanges can be permitted now. */
  ready(): boolean;
  health(): readonly CarrierHealth[];
  metrics(): Promise<{ readonly contentType: string; readonly text: string }>;
  /** Has the certificates of their listeners read anew. @param again somebody has asked for it */
  renewCertificates(again: boolean): Promise<void>;
  /** Stops accepting; what runs may finish within `deadline` milliseconds. */
  drain(deadline: Milliseconds): Promise<void>;
}

/** Exchanges are carried by this process, which has opened its listeners. */
export function carriedHere({ plane, inForce, metrics, state, limits }: Replica): Carriers {
  return {
    addresses: plane.addresses,
    followers: undefined,
    running: () => plane.live.byAgent(),
    limits: (count, isWanted) => limits.fullest(count, isWanted),
    ready: () => plane.ready(),
    health: () => [healthHere({ plane, inForce, state })],
    metrics: () => metrics.render(),
    renewCertificates: (again) => plane.renewCertificates(again),
    drain: (deadline) => plane.drain(deadline),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

function healthHere({ plane, inForce, state }: Pick<Replica, 'plane' | 'inForce' | 'state'>): CarrierHealth {
  return {
    id: '1',
    state: plane.ready() ? 'ready' : 'not-ready',
    pid: process.pid,
    writers: state.records.journals.map(({ writer }) => writer),
    policy: inForce.compiled.digest,
    generation: inForce.current.generation,
    exchanges: plane.live.size,
    restarts: 0,
  };
}
