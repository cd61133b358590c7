import { join } from 'node:path';
import type { Settings } from '../../config/settings-schema.ts';
import type { PersonTokenStore } from '../../core/people/person-token.ts';
import type { TokenStore } from '../../core/ports.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { openSqlite } from '../../store/sqlite.ts';
import { createPersonTokenRepository } from '../../store/people/person-token-repository.ts';
import { createTokenRepository } from '../../store/token-repository.ts';
import { systemClock } from '../../app/system.ts';

/** Tokens of this installation, open until disposed. */
export interface OpenTokenStore extends AsyncDisposable {
  readonly tokens: TokenStore;
  readonly personTokens: PersonTokenStore;
}

/**
 * Opens the store that the settings name; a running gateway may have it open too.
 *
 * @failure a sentence for the operator
 */
export async function openTokenStore({ data, store }: Settings): Promise<Result<OpenTokenStore, string>> {
  if (store.url !== 'sqlite') return fail('store.url: PostgreSQL comes with a later version, expected sqlite');
  const opened = await openSqlite({ file: join(data.directory, 'cordon.db'), clock: systemClock });
  if (!opened.ok) return fail(opened.failure.detail);
  const database = opened.value;
  return ok({
    tokens: createTokenRepository(database.db),
    personTokens: createPersonTokenRepository(database.db),
    [Symbol.asyncDispose]: () => database.close(),
  });
}
