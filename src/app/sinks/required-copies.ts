import type { Settings } from '../../config/settings-schema.ts';
import type { SinkLabel } from '../../telemetry/metrics.ts';

/** Whether the sinks that are required have what they must have: as long as one has not, nothing new is recorded, and so not done. */
export class RequiredCopies {
  /** Why nothing may go on, by sink. */
  readonly #missing = new Map<SinkLabel, string>();

  /** Until a sink was looked at, nobody knows how far behind it is: that counts as too far. */
  constructor({ sinks }: Pick<Settings, 'sinks'>) {
    for (const [index, { required }] of sinks.entries()) {
      if (required) this.report(`sinks[${index}]`, 'It is not known yet how far the sink is behind');
    }
  }

  /** A sentence that names the sink; undefined where all have enough. */
  get refusal(): string | undefined {
    const [first] = this.#missing;
    return first === undefined ? undefined : `${first[0]}: ${first[1]}`;
  }

  /** @param trouble undefined where the sink has enough */
  report(sink: SinkLabel, trouble: string | undefined): void {
    if (trouble === undefined) this.#missing.delete(sink);
    else this.#missing.set(sink, trouble);
  }
}
