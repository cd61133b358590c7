import type { Settings } from '../../config/settings-schema.ts';
import type { Clock, EventBus, Secrets } from '../../core/ports.ts';
import type { GeoTables } from '../../destination/geo-tables.ts';
import type { ListeningAddress } from '../../destination/self-addresses.ts';
import type { Log } from '../../telemetry/log.ts';
import type { Metrics } from '../../telemetry/metrics.ts';
import type { DataPlane } from '../data-plane.ts';
import type { PolicyInForce } from '../in-force.ts';
import type { PolicySource } from '../loading/policy-source.ts';
import type { TokenEndpoints } from '../oauth/token-endpoint.ts';
import type { State } from '../state.ts';
import { watchTables } from '../tables.ts';
import { PolicyKeeper } from './policy-keeper.ts';
import { Rejudgement } from './rejudgement.ts';

export interface UpkeepParts {
  readonly settings: Settings;
  readonly observe: boolean;
  readonly clock: Clock;
  readonly log: Log;
  readonly state: State;
  readonly secrets: Pick<Secrets, 'find'>;
  readonly tokenEndpoints: Pick<TokenEndpoints, 'problem'>;
  readonly inForce: PolicyInForce;
  readonly events: EventBus;
  readonly metrics: Metrics;
  readonly plane: DataPlane;
  /** The files the policy in force was compiled from. */
  readonly source: PolicySource;
  /** Warnings it was compiled with. */
  readonly warnings: readonly string[];
  readonly listening: readonly ListeningAddress[];
}

/**
 * Keeps policy, tables and identities current while a process carries exchanges. Every change ends the same way: what runs is
 * judged again, the change is recorded, and whoever listens is told.
 */
export class Upkeep implements Disposable {
  /** Puts policies into force. */
  readonly policy: PolicyKeeper;
  readonly #parts: UpkeepParts;
  readonly #rejudgement: Rejudgement;
  readonly #resources = new DisposableStack();

  constructor(parts: UpkeepParts) {
    const { settings, clock, state, inForce, plane } = parts;
    this.#parts = parts;
    this.policy = new PolicyKeeper({ ...parts, onReplaced: () => this.#judgeAgain() });
    this.#rejudgement = this.#resources.use(
      new Rejudgement({
        live: plane.live,
        inForce,
        reidentify: plane.reidentify,
        endWithGrants: () => plane.endWithGrants(),
        clock,
      }),
    );
    this.#resources.use(
      watchTables(settings, clock, () => parts.listening, {
        onLoaded: (tables) => this.#onTables(tables),
        onRefused: (problem) => parts.log.error({ problem }, 'Tables refused; the ones in force stay'),
      }),
    );
    this.#resources.use(state.database.onChange(() => void this.#onStoreChange()));
  }

  [Symbol.dispose](): void {
    this.#resources.dispose();
  }

  #onTables(tables: GeoTables): void {
    const { inForce, state, events, log } = this.#parts;
    inForce.replaceTables(tables);
    this.#judgeAgain();
    void state.journal.append({ kind: 'policy', policy: inForce.compiled.digest, change: 'tables' });
    events.publish({ type: 'tables.changed' });
    log.info({ version: tables.version }, 'Tables loaded');
  }

  async #onStoreChange(): Promise<void> {
    const { tokenCache, stopped } = this.#parts.plane;
    tokenCache.invalidate();
    // Known before anybody is asked who it is. Where the store is down, who was stopped stays stopped.
    await stopped.refresh();
    this.#rejudgement.onStoreChange();
  }

  #judgeAgain(): void {
    this.#parts.plane.onGeneration(this.#parts.inForce.current.generation);
    this.#rejudgement.judgeAgain();
  }
}
