import type { PolicyDigest } from '../../core/ids.ts';
import type { RecordAdmin } from '../../core/people/admin-entry.ts';
import type { Clock, EventBus } from '../../core/ports.ts';
import type { ReplicaSeen, ReplicaStore } from '../../core/fleet/replica-seen.ts';
import type { Milliseconds } from '../../core/units.ts';
import type { Log } from '../../telemetry/log.ts';
import { createReplicaRepository } from '../../store/upkeep/replica-repository.ts';
import type { Metrics } from '../../telemetry/metrics.ts';
import type { PolicyInForce } from '../in-force.ts';
import { createAdminRecord } from '../people/admin-record.ts';
import type { State } from '../state.ts';

const BEAT: Milliseconds = 5_000;
/** Who has not told of itself for so long is gone. Clocks of replicas may differ by less. */
const GONE_AFTER: Milliseconds = 30_000;
/** A reload comes to all replicas one after the other: so long may they differ. */
const MIXED_AFTER: Milliseconds = 60_000;
/** What ended without a word is forgotten some day. */
const FORGOTTEN_AFTER: Milliseconds = 86_400_000;

export interface FleetParts {
  readonly store: ReplicaStore;
  /** The writer of this replica's own chain. */
  readonly id: string;
  /** Digest of what is in force here. */
  readonly policy: () => PolicyDigest;
  readonly clock: Clock;
  readonly metrics: Pick<Metrics, 'sample'>;
  readonly record: RecordAdmin;
  readonly log: Log;
}

/** The replicas, as this one sees them. */
export interface Fleet {
  /** All of them run one policy. */
  readonly uniform: boolean;
  readonly replicas: readonly ReplicaSeen[];
}

/**
 * Tells the other replicas which policy this one runs, and looks at theirs. A fleet that stays mixed decides by chance: that is
 * an alarm, raised by the first replica alone.
 */
export class FleetWatch implements AsyncDisposable {
  readonly #parts: FleetParts;
  #others: readonly ReplicaSeen[] = [];
  #mixedSince: Milliseconds | undefined;
  #isTold = false;
  #looking: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: FleetParts) {
    this.#parts = parts;
    parts.metrics.sample('cordon_fleet_replicas', () => this.seen.replicas.length);
    parts.metrics.sample('cordon_fleet_policies', () => policiesOf(this.seen.replicas).length);
  }

  /** Looks at once and then every so often, until disposed of. */
  start(): void {
    void this.look();
    this.#timer = setInterval(() => void this.look(), BEAT).unref();
  }

  /** As of the last time that the store could tell. */
  get seen(): Fleet {
    const { id, policy, clock } = this.#parts;
    const self: ReplicaSeen = { id, policy: policy(), at: clock.now() };
    const replicas = [self, ...this.#others].toSorted((a, b) => (a.id < b.id ? -1 : 1));
    return { uniform: policiesOf(replicas).length === 1, replicas };
  }

  /** One beat; they run one after the other. */
  look(): Promise<void> {
    this.#looking = this.#looking.then(() => this.#look());
    return this.#looking;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    await this.#looking;
    const { store, id, clock } = this.#parts;
    // A store that is down forgets it by itself.
    await store.leave(id, clock.now() - FORGOTTEN_AFTER);
  }

  async #look(): Promise<void> {
    const { store, id, policy, clock } = this.#parts;
    const now = clock.now();
    const told = await store.tell({ id, policy: policy(), at: now });
    const seen = told.ok ? await store.since(now - GONE_AFTER) : told;
    if (!seen.ok) return;
    this.#others = seen.value.filter((replica) => replica.id !== id);
    await this.#judge(clock.monotonic());
  }

  async #judge(now: Milliseconds): Promise<void> {
    const { uniform, replicas } = this.seen;
    this.#mixedSince = uniform ? undefined : (this.#mixedSince ?? now);
    const isMixed = this.#mixedSince !== undefined && now - this.#mixedSince >= MIXED_AFTER;
    // Back to one policy is told at once, and only of what was told before.
    if (this.#isTold ? !uniform : !isMixed) return;
    if (replicas[0]?.id === this.#parts.id && !(await this.#tell(uniform, replicas))) return;
    this.#isTold = isMixed;
  }

  /** @returns false: it could not be recorded, and is told of with the next beat */
  async #tell(uniform: boolean, replicas: readonly ReplicaSeen[]): Promise<boolean> {
    const { record, log } = this.#parts;
    const details = { policies: policiesOf(replicas), replicas: replicas.map(({ id, policy }) => `${id} ${policy}`) };
    const [action, alarm] = uniform ? (['fleet.uniform', 'fleet-uniform'] as const) : (['fleet.mixed', 'fleet-mixed'] as const);
    const recorded = await record({ by: 'cordon', action, subject: 'fleet', details, alarm });
    if (!recorded.ok) return false;
    if (uniform) log.info(details, 'All replicas run one policy again');
    else log.error(details, 'Replicas run different policies');
    return true;
  }
}

/** Watches the replicas that share the store of this one, from now on. */
export function watchFleet(
  parts: Omit<FleetParts, 'store' | 'id' | 'policy' | 'record'> & {
    readonly state: Pick<State, 'database' | 'journal'>;
    readonly inForce: PolicyInForce;
    readonly events: EventBus;
  },
): FleetWatch {
  const { state, inForce, events } = parts;
  const { database, journal } = state;
  const watch = new FleetWatch({
    ...parts,
    store: createReplicaRepository(database.db),
    id: journal.writer,
    policy: () => inForce.compiled.digest,
    record: createAdminRecord({ journal, events }),
  });
  watch.start();
  return watch;
}

function policiesOf(replicas: readonly ReplicaSeen[]): readonly PolicyDigest[] {
  return [...new Set(replicas.map(({ policy }) => policy))].toSorted();
}
