import { localActor } from '../../app/people/local-actor.ts';
import { mintedEntry, revokedEntry } from '../../app/people/token-entries.ts';
import { systemClock, systemRandom } from '../../app/system.ts';
import type { Settings } from '../../config/settings-schema.ts';
import type { Failure } from '../../core/codes.ts';
import type { TokenId } from '../../core/ids.ts';
import type { PersonToken } from '../../core/people/person-token.ts';
import type { AgentToken } from '../../core/ports.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { mintAgentToken, type AgentTokenOrder } from '../../identity/agent-token.ts';
import { mintPersonToken, type PersonTokenOrder } from '../../identity/people/person-token.ts';
import { doLocally } from './do-locally.ts';
import { openTokenStore, type OpenTokenStore } from './token-store.ts';

/** A token for an agent or a person; who mints it is the user of this machine. */
export type LocalOrder = Omit<AgentTokenOrder, 'mintedBy'> | Omit<PersonTokenOrder, 'mintedBy' | 'once'>;

export interface LocallyMinted {
  readonly text: string;
  readonly token: AgentToken | PersonToken;
}

/**
 * Mints a token on the store itself, once that is on the record.
 * @failure a sentence
 */
export async function mintLocally(settings: Settings, order: LocalOrder): Promise<Result<LocallyMinted, string>> {
  const opened = await openTokenStore(settings);
  if (!opened.ok) return opened;
  await using store = opened.value;
  const { text, token, insert } = minted(order, store);
  const inserted = await doLocally(settings, mintedEntry(token, localActor()), insert);
  return inserted.ok ? ok({ text, token }) : inserted;
}

interface Minted extends LocallyMinted {
  readonly insert: () => Promise<Result<void, Failure>>;
}

function minted(order: LocalOrder, { tokens, personTokens }: OpenTokenStore): Minted {
  const mintedBy = localActor();
  if ('agent' in order) {
    const made = mintAgentToken({ ...order, mintedBy }, systemRandom, systemClock);
    return { ...made, insert: () => tokens.insert(made.token, made.secretHash) };
  }
  const made = mintPersonToken({ ...order, mintedBy, once: false }, systemRandom, systemClock);
  return { ...made, insert: () => personTokens.insert(made.token, made.secretHash) };
}

/**
 * Revokes a token on the store itself; false when there is none with this id.
 * @failure a sentence
 */
export async function revokeLocally(settings: Settings, id: TokenId): Promise<Result<boolean, string>> {
  const opened = await openTokenStore(settings);
  if (!opened.ok) return opened;
  await using store = opened.value;
  for (const kind of [store.tokens, store.personTokens]) {
    const found = await kind.find(id);
    if (!found.ok) return fail(found.failure.detail);
    if (found.value === undefined) continue;
    return await doLocally(settings, revokedEntry(id, localActor()), () => kind.revoke(id, systemClock.now()));
  }
  return ok(false);
}
