import { BoundedMap } from '../../core/bounded-map.ts';
import type { AgentId } from '../../core/ids.ts';
import type { Clock, EventBus } from '../../core/ports.ts';
import type { Milliseconds } from '../../core/units.ts';

/** Who goes on trying is told of once in so long; all of it is on the record. */
const EVERY: Milliseconds = 60_000;
const MOST = 1024;

/** Tells people of agents that send the placeholder of a credential where it does not belong. */
export class PlaceholderAlarms {
  readonly #events: EventBus;
  readonly #clock: Clock;
  readonly #told = new BoundedMap<string, Milliseconds>(MOST);

  constructor(events: EventBus, clock: Clock) {
    this.#events = events;
    this.#clock = clock;
  }

  raise(agent: AgentId, credential: string): void {
    const key = `${agent} ${credential}`;
    const now = this.#clock.monotonic();
    if (now - (this.#told.get(key) ?? Number.NEGATIVE_INFINITY) < EVERY) return;
    this.#told.set(key, now);
    this.#events.publish({ type: 'alarm', alarm: 'placeholder-misplaced', actor: agent, subject: `credential:${credential}` });
  }
}
