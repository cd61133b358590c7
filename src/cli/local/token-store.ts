import type { Settings } from '../../config/settings-schema.ts';
import type { PersonTokenStore } from '../../core/people/person-token.ts';
import type { TokenStore } from '../../core/ports.ts';
import { ok, type Result } from '../../core/result.ts';
import { createPersonTokenRepository } from '../../store/people/person-token-repository.ts';
import { createTokenRepository } from '../../store/agents/token-repository.ts';
import { openLocalStore } from './local-store.ts';

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
export async function openTokenStore(settings: Settings): Promise<Result<OpenTokenStore, string>> {
  const opened = await openLocalStore(settings);
  if (!opened.ok) return opened;
  const database = opened.value;
  return ok({
    tokens: createTokenRepository(database.db),
    personTokens: createPersonTokenRepository(database.db),
    [Symbol.asyncDispose]: () => database.close(),
  });
}
