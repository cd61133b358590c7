import { BoundedMap } from '../core/bounded-map.ts';
import type { Clock, Secrets } from '../core/ports.ts';
import { fail, ok, type Result } from '../core/result.ts';
import type { Milliseconds } from '../core/units.ts';

/** So long a value counts after it was read: one that was changed or removed is sent no longer than that. */
export const CREDENTIAL_FRESH: Milliseconds = 1000;
/** Policies declare fewer; beyond that one is read again. */
const MOST = 1024;

interface Known {
  readonly value: Promise<Result<string, string>>;
  readonly until: Milliseconds;
}

/**
 * The secrets of credentials, by id. Each is read again a second after it was last read, so that a new value counts without
 * a restart, and one that cannot be read any more counts as none.
 */
export class CredentialValues {
  readonly #secrets: Pick<Secrets, 'find'>;
  readonly #clock: Clock;
  readonly #known = new BoundedMap<string, Known>(MOST);

  constructor(secrets: Pick<Secrets, 'find'>, clock: Clock) {
    this.#secrets = secrets;
    this.#clock = clock;
  }

  /**
   * @param id of a credential
   * @failure why there is none, in a sentence
   */
  value(id: string): Promise<Result<string, string>> {
    const now = this.#clock.monotonic();
    const known = this.#known.get(id);
    if (known !== undefined && known.until > now) return known.value;
    const value = this.#read(id);
    this.#known.set(id, { value, until: now + CREDENTIAL_FRESH });
    return value;
  }

  async #read(id: string): Promise<Result<string, string>> {
    const found = await this.#secrets.find(id);
    if (!found.ok) return found;
    return found.value === undefined || found.value === '' ? fail('It has no value') : ok(found.value);
  }
}
