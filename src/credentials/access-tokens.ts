import { BoundedMap } from '../core/bounded-map.ts';
import type { ClientCredentials } from '../core/exchange/injection.ts';
import type { Clock } from '../core/ports.ts';
import { fail, ok, type Result } from '../core/result.ts';
import type { Milliseconds } from '../core/units.ts';

/** What an authorization server has given. */
export interface IssuedToken {
  readonly token: string;
  /** From when it was asked for; absent: it did not say. */
  readonly lasts?: Milliseconds;
}

/** Why there is no token. */
export interface TokenFailure {
  /** A sentence that holds nothing secret. */
  readonly sentence: string;
  /** The authorization server has answered, with no: asking the same at once would bring the same. */
  readonly isRefusal: boolean;
}

/** Asks for a token with the secret of the client. */
export type FetchToken = (grant: ClientCredentials, secret: string) => Promise<Result<IssuedToken, TokenFailure>>;

/** Policies declare fewer credentials; beyond that one is fetched again. */
const MOST = 1024;
/** So long one counts whose server does not say how long. */
const UNTOLD: Milliseconds = 60_000;
/** One that says it lasts for years is fetched anew all the same. */
const LONGEST: Milliseconds = 12 * 3_600_000;
/** What it is not used of its time at the end, at most and as a part of it: it has to arrive, and clocks differ. */
const SPARED: Milliseconds = 30_000;
const SPARED_PART = 0.1;
/** A token counts so long whatever is said of it, and an authorization server that does not answer is not asked again sooner. */
const SHORTEST: Milliseconds = 1000;
/** One that has refused: enough wrong secrets in a row lock a client out. */
const REFUSED_FOR: Milliseconds = 15_000;
/** A younger one has not ended: its destination does not want it, and would not want another. At most, and as a part of its time. */
const YOUNG: Milliseconds = 10_000;
const YOUNG_PART = 0.25;

interface Held {
  readonly secret: string;
  readonly since: Milliseconds;
  readonly answer: Promise<Result<string, string>>;
  until: Milliseconds;
  token?: string;
  /** From then on a destination is believed that does not take it. */
  mature: Milliseconds;
}

/**
 * Tokens that are fetched with the secrets of OAuth clients: when one is used, each once for all who ask meanwhile, and anew shortly
 * before it ends, or when its destination no longer takes it. One that was fetched with another secret, or as another policy
 * asked for it, is none.
 */
export class AccessTokens {
  readonly #fetch: FetchToken;
  readonly #clock: Clock;
  readonly #held = new BoundedMap<string, Held>(MOST);

  constructor(fetch: FetchToken, clock: Clock) {
    this.#fetch = fetch;
    this.#clock = clock;
  }

  /**
   * @param id of the credential
   * @param secret of the client, as it is now
   * @failure why there is none, in a sentence
   */
  token(id: string, grant: ClientCredentials, secret: string): Promise<Result<string, string>> {
    const key = keyOf(id, grant);
    const now = this.#clock.monotonic();
    const known = this.#held.get(key);
    if (known !== undefined && known.secret === secret && known.until > now) return known.answer;
    const { promise: answer, resolve, reject } = Promise.withResolvers<Result<string, string>>();
    const held: Held = { secret, since: now, answer, until: Number.POSITIVE_INFINITY, mature: Number.POSITIVE_INFINITY };
    this.#held.set(key, held);
    this.#fill(held, grant).then(resolve, (defect: unknown) => {
      held.until = now;
      reject(defect);
    });
    return answer;
  }

  /**
   * A destination has answered that it does not take this token: the next request gets another one. What was sent is not sent
   * again: it may have been processed.
   */
  refused(id: string, grant: ClientCredentials, token: string): void {
    const key = keyOf(id, grant);
    const held = this.#held.get(key);
    // Another one may have been fetched meanwhile.
    if (held?.token !== token || this.#clock.monotonic() < held.mature) return;
    this.#held.delete(key);
  }

  async #fill(held: Held, grant: ClientCredentials): Promise<Result<string, string>> {
    const issued = await this.#fetch(grant, held.secret);
    const now = this.#clock.monotonic();
    if (!issued.ok) {
      const { sentence, isRefusal } = issued.failure;
      held.until = now + (isRefusal ? REFUSED_FOR : SHORTEST);
      return fail(sentence);
    }
    const { token, lasts = UNTOLD } = issued.value;
    held.token = token;
    const used = Math.min(LONGEST, lasts - Math.min(SPARED, lasts * SPARED_PART));
    held.until = Math.max(held.since + used, now + SHORTEST);
    held.mature = held.since + Math.min(YOUNG, lasts * YOUNG_PART);
    return ok(token);
  }
}

/** All that tells one token from another but the secret; the origin of its endpoint among it. */
function keyOf(id: string, grant: ClientCredentials): string {
  return JSON.stringify([id, grant]);
}
