import { createLocalJWKSet, errors, type CryptoKey, type JSONWebKeySet } from 'jose';
import type { Failure } from '../../../core/codes.ts';
import type { Clock } from '../../../core/ports.ts';
import { fail, ok, type Result } from '../../../core/result.ts';
import type { Milliseconds } from '../../../core/units.ts';
import type { KeyHint } from '../../../identity/workload/verify-assertion.ts';

/** What an issuer publishes. @failure it cannot be asked, or answers something else */
export type AskForKeys = () => Promise<Result<JSONWebKeySet, Failure>>;

type LocalKeys = ReturnType<typeof createLocalJWKSet>;

/** How long published keys are taken for current: one that is withdrawn counts no longer than that. */
const FRESH: Milliseconds = 600_000;
/** How long they count where the issuer cannot be asked. */
const KEPT: Milliseconds = 3_600_000;
/** An issuer is not asked again before that, whatever keys are named to us. */
const PAUSE: Milliseconds = 10_000;

/** The keys of one issuer, asked for when they are needed: again when they are old, or when another one is named (a rotation). */
export class IssuerKeys {
  readonly #ask: AskForKeys;
  readonly #clock: Pick<Clock, 'monotonic'>;
  #known: { readonly keys: LocalKeys; readonly at: Milliseconds } | undefined;
  #asked: { readonly at: Milliseconds; readonly outcome: Promise<Result<LocalKeys, Failure>> } | undefined;

  constructor(ask: AskForKeys, clock: Pick<Clock, 'monotonic'>) {
    this.#ask = ask;
    this.#clock = clock;
  }

  /**
   * The one key that the hint is about.
   * @failure unidentified: there is none, or several; what the issuer's being asked gives
   */
  async find(hint: KeyHint): Promise<Result<CryptoKey, Failure>> {
    const keys = await this.#current();
    if (!keys.ok) return keys;
    const found = await keyIn(keys.value, hint);
    if (found.ok || this.#isAskedLately()) return found;
    const renewed = await this.#renew();
    return renewed.ok ? keyIn(renewed.value, hint) : renewed;
  }

  async #current(): Promise<Result<LocalKeys, Failure>> {
    if (this.#known !== undefined && this.#age() < FRESH) return ok(this.#known.keys);
    const asked = await this.#renew();
    return !asked.ok && this.#known !== undefined && this.#age() < KEPT ? ok(this.#known.keys) : asked;
  }

  #age(): Milliseconds {
    return this.#known === undefined ? Number.POSITIVE_INFINITY : this.#clock.monotonic() - this.#known.at;
  }

  #isAskedLately(): boolean {
    return this.#asked !== undefined && this.#clock.monotonic() - this.#asked.at < PAUSE;
  }

  /** Whoever comes while it is asked, or shortly after, gets the same answer. */
  #renew(): Promise<Result<LocalKeys, Failure>> {
    if (this.#asked === undefined || !this.#isAskedLately()) {
      this.#asked = { at: this.#clock.monotonic(), outcome: this.#publishedNow() };
    }
    return this.#asked.outcome;
  }

  async #publishedNow(): Promise<Result<LocalKeys, Failure>> {
    const published = await this.#ask();
    if (!published.ok) return published;
    try {
      const keys = createLocalJWKSet(published.value);
      this.#known = { keys, at: this.#clock.monotonic() };
      return ok(keys);
    } catch {
      return fail({ code: 'origin_protocol', detail: 'Found something else than a JSON Web Key Set' });
    }
  }
}

async function keyIn(keys: LocalKeys, { alg, kid }: KeyHint): Promise<Result<CryptoKey, Failure>> {
  try {
    const key = await keys({ alg, ...(kid !== undefined && { kid }) });
    // A shared secret signs nothing here, wherever it was published.
    return key.type === 'public' ? ok(key) : fail({ code: 'unidentified', detail: 'The issuer publishes another kind of key' });
  } catch (error) {
    const why = error instanceof errors.JOSEError ? error.code : 'it cannot be used';
    return fail({ code: 'unidentified', detail: `The issuer publishes no key for this assertion (${why})` });
  }
}
