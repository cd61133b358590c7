import type { Grant } from '../../core/approval/grant.ts';
import type { GrantStore } from '../../core/approval/approval-store.ts';
import { BoundedMap } from '../../core/bounded-map.ts';
import type { Failure } from '../../core/codes.ts';
import type { GrantScope } from '../../core/ids.ts';
import { ok, type Result } from '../../core/result.ts';
import type { Instant } from '../../core/units.ts';

const MOST_SCOPES = 10_000;

/**
 * Grants in force. They are asked for anew at every request; while the store cannot be asked, those that it named last go on
 * until their end (design: cached, unexpired grants outlive a store that is down).
 */
export class GrantCache {
  readonly #store: Pick<GrantStore, 'matching'>;
  readonly #known = new BoundedMap<GrantScope, readonly Grant[]>(MOST_SCOPES);

  constructor(store: Pick<GrantStore, 'matching'>) {
    this.#store = store;
  }

  /** Those with one of these scopes; whether each covers a request is for `covers()` to say, its end included. */
  async matching(scopes: readonly GrantScope[], now: Instant): Promise<Result<readonly Grant[], Failure>> {
    if (scopes.length === 0) return ok([]);
    const found = await this.#store.matching(scopes, now);
    if (!found.ok) {
      const known = scopes.flatMap((scope) => this.#known.get(scope) ?? []);
      return known.length === 0 ? found : ok(known);
    }
    for (const scope of scopes) {
      this.#known.set(
        scope,
        found.value.filter((grant) => grant.scope === scope),
      );
    }
    return found;
  }
}
