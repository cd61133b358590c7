import { joinRegistries, type MetricReading } from '../../telemetry/registry.ts';

/**
 * What workers counted that have ended, as far as anybody has read it: a sum that falls would be taken for a restart of the whole
 * gateway, and counted twice.
 */
export class DepartedFigures {
  #kept: readonly (readonly MetricReading[])[] = [];

  add(figures: readonly MetricReading[]): void {
    const counted = figures.filter(({ name, type }) => isCounted(type) && name.startsWith('cordon_'));
    if (counted.length > 0) this.#kept = [...this.#kept, counted];
  }

  /** All of it in one; so much is kept, however many have ended. */
  async readings(): Promise<readonly MetricReading[]> {
    if (this.#kept.length === 0) return [];
    const kept = this.#kept;
    const together = await joinRegistries(kept).getMetricsAsJSON();
    this.#kept = [together, ...this.#kept.slice(kept.length)];
    return together;
  }
}

/** As a reading that went through a pipe has it: `counter`, `histogram`. */
function isCounted(type: unknown): boolean {
  return type === 'counter' || type === 'histogram';
}
