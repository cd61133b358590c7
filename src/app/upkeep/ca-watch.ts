import type { AdminEvent } from '../../core/exchange/record.ts';
import type { Journal } from '../../core/ports.ts';
import type { Milliseconds } from '../../core/units.ts';
import type { Log } from '../../telemetry/log.ts';
import type { IssuingCa } from '../../tls/issuing-ca.ts';

const EVERY: Milliseconds = 1_000;

/** Follows the rotation of the interception CA while connections go on: what is new counts for those that begin from then on. */
export class CaWatch implements Disposable {
  readonly #ca: IssuingCa;
  readonly #journal: Journal;
  readonly #log: Log;
  readonly #timer: NodeJS.Timeout;
  #looking = false;
  #problem: string | undefined;

  constructor({ ca, journal, log }: { readonly ca: IssuingCa; readonly journal: Journal; readonly log: Log }) {
    this.#ca = ca;
    this.#journal = journal;
    this.#log = log;
    this.#timer = setInterval(() => void this.#look(), EVERY).unref();
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  async #look(): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    const before = this.#ca.fingerprint;
    const renewed = await this.#ca.renew();
    this.#looking = false;
    if (!renewed.ok) return this.#complain(renewed.failure);
    this.#problem = undefined;
    if (!renewed.value) return;
    const { fingerprint, published } = this.#ca;
    this.#log.info({ fingerprint, published }, 'The interception CA has changed, or what agents are told to trust');
    if (fingerprint !== before) await this.#tell({ fingerprint, before });
  }

  async #tell(details: AdminEvent['details']): Promise<void> {
    await this.#journal.append({ kind: 'admin', actor: 'cordon', action: 'ca.switched', subject: 'interception-ca', details });
  }

  /** Once until it is something else: the CA in use stays. */
  #complain(problem: string): void {
    if (problem === this.#problem) return;
    this.#problem = problem;
    this.#log.error({ problem }, 'The interception CA cannot be read anew; the one in use stays');
  }
}
