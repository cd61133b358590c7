import { setTimeout as pause } from 'node:timers/promises';
import type { HealthAnswer } from '../../../src/admin/contract.ts';
import type { Lab } from '../../support/lab.ts';

/** The workers of a gateway, as its admin API tells of them. */
export class Crew {
  readonly #lab: Lab;

  constructor(lab: Lab) {
    this.#lab = lab;
  }

  async health(): Promise<HealthAnswer> {
    return (await this.#lab.gateway.adminGet('/v1/health')).content as HealthAnswer;
  }

  async pid(worker: number): Promise<number> {
    return (await this.health()).items[worker - 1]?.pid ?? 0;
  }

  /** Asks until it is so; rejects with what it is after five seconds. */
  async until(matches: (health: HealthAnswer) => boolean): Promise<HealthAnswer> {
    for (let tries = 0; ; tries++) {
      const health = await this.health();
      if (matches(health)) return health;
      if (tries === 200) throw new Error(`The workers stay ${JSON.stringify(health)}`);
      await pause(50);
    }
  }
}
