import type { Keys } from '../../core/ports.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { KEY_BYTES, KeyError } from '../keys.ts';

const MAGIC = 'cordon-keys 1';
const PURPOSE = /^[a-z][a-z0-9-]{0,63}$/;

/** Keys by purpose, each of 32 bytes. */
export type KeySet = ReadonlyMap<string, Uint8Array>;

/**
 * Keys that stay with one replica: what is sealed with them lies in its own data directory, and with its own signature a chain says
 * who wrote it.
 */
const OF_ONE_REPLICA = /^(?:spool|secrets|checkpoints(?:-.*)?)$/;

/** Whether all replicas of a fleet need the same key for this purpose: it seals rows of the store, or content whose key lies there. */
export function isShared(purpose: string): boolean {
  return !OF_ONE_REPLICA.test(purpose);
}

/** A key set as text: the word for its form, then a line for each key. */
export function keySetText(keys: KeySet): string {
  const lines = [...keys].map(([purpose, key]) => `${purpose} ${Buffer.from(key).toString('base64')}`);
  return [MAGIC, ...lines, ''].join('\n');
}

/**
 * Reads such text; commas part its words as well as white space does, so that it also fits into a variable.
 * @failure a sentence that shows nothing of the keys
 */
export function readKeySet(text: string): Result<KeySet, string> {
  const [name, version, ...words] = text.split(/[\s,]+/).filter((word) => word !== '');
  if (`${name} ${version}` !== MAGIC) return fail(`Found no key set, expected "${MAGIC}" at its beginning`);
  const keys = new Map<string, Uint8Array>();
  for (let index = 0; index < words.length; index += 2) {
    const purpose = words[index]!;
    if (!PURPOSE.test(purpose)) return fail(`Key ${index / 2 + 1}: Found no purpose, expected a name such as "vault"`);
    if (!isShared(purpose)) return fail(`Found a key for "${purpose}", expected none: each replica has its own`);
    if (keys.has(purpose)) return fail(`Found two keys for "${purpose}", expected one`);
    const key = Buffer.from(words[index + 1] ?? '', 'base64');
    if (key.length !== KEY_BYTES) return fail(`"${purpose}": Found ${key.length} bytes of base64, expected ${KEY_BYTES}`);
    keys.set(purpose, Uint8Array.from(key));
  }
  return ok(keys);
}

/**
 * Takes what replicas share from a set that is given, and the rest from the keys of this one. A shared key that the set does not
 * have is made by nobody: `key()` rejects with a {@link KeyError}.
 * @param setting where the set is given: `data.keys-file`
 */
export function withKeySet(own: Keys, setting: string, given: () => Promise<KeySet>): Keys {
  return {
    async key(purpose) {
      if (!isShared(purpose)) return own.key(purpose);
      const key = (await given()).get(purpose);
      if (key === undefined)
        throw new KeyError(`${setting}: Found no key for "${purpose}", expected one for all that is shared`);
      return key.slice();
    },
  };
}
