import type { Milliseconds } from '../../core/units.ts';

/** As often as files that the policy names outside its directory are looked at. */
const EVERY: Milliseconds = 30_000;

/** @param again somebody has asked for it */
type Renew = (again: boolean) => Promise<void>;

/** Has the certificates of listeners read anew: on SIGHUP, when somebody asks for a reload, and from time to time. */
export class CertificateWatch implements Disposable {
  readonly #renewals: Renew[];
  readonly #timer: NodeJS.Timeout;
  readonly #onSignal = (): void => void this.look();
  #running: Promise<void> = Promise.resolve();

  constructor(renew: Renew) {
    this.#renewals = [renew];
    process.on('SIGHUP', this.#onSignal);
    this.#timer = setInterval(() => void this.#renew(false), EVERY).unref();
  }

  /** Something else that has certificates. */
  add(renew: Renew): void {
    this.#renewals.push(renew);
  }

  /** As SIGHUP does. */
  look(): Promise<void> {
    return this.#renew(true);
  }

  [Symbol.dispose](): void {
    process.off('SIGHUP', this.#onSignal);
    clearInterval(this.#timer);
  }

  /** One after the other, so that what was read first never takes the place of what was read last. */
  #renew(again: boolean): Promise<void> {
    this.#running = this.#running.then(async () => void (await Promise.all(this.#renewals.map((renew) => renew(again)))));
    return this.#running;
  }
}
