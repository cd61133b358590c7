import { createHash } from 'node:crypto';
import type { VaultSession } from '../../core/vault/vault.ts';
import { spellToken } from '../../core/vault/vault-token.ts';

/** Tokens as a session would give them, for requests that nobody makes: nothing is kept, and nothing is restored. */
export function throwawayTokens(): VaultSession['tokenFor'] {
  return (entity, value, kind) => {
    const digest = createHash('sha256')
      .update(JSON.stringify([entity, value]))
      .digest();
    return spellToken(entity, digest, kind);
  };
}
