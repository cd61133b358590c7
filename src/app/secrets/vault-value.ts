import { fail, ok, type Result } from '../../core/result.ts';
import { MOST_VALUE } from '../../store/secrets/secret-name.ts';
import { member } from './json-member.ts';
import type { VaultAnswer } from './vault-server.ts';

/**
 * The value in the answer to a read of KV version 2.
 * @param entry for the failure: `secret/cordon/openai-key`
 * @failure a sentence, without anything of the answer
 */
export function valueIn({ status, content }: VaultAnswer, entry: string, field: string): Result<string, string> {
  if (status === 403) return fail(`Vault permits no reading of ${entry} (status 403)`);
  const data = member(content, 'data');
  // A version that was deleted is told with 404 as well, but with what is known of it.
  if (member(data, 'data') === null && member(data, 'metadata') !== undefined) {
    return fail(`The current version of ${entry} in Vault was deleted`);
  }
  if (status === 404)
    return fail(isNoMount(content) ? `Vault has nothing mounted that ${entry} is in` : `Vault has no entry ${entry}`);
  if (status !== 200) return fail(`Found status ${status} for ${entry} in Vault, expected 200`);
  const found = member(data, 'data');
  if (typeof found !== 'object') return fail(`Found no KV version 2 in the answer of Vault for ${entry}`);
  const value = member(found, field);
  if (value === undefined) return fail(`The entry ${entry} in Vault has no field ${field}`);
  if (typeof value !== 'string' || value === '') return fail(`The field ${field} of ${entry} in Vault is no text, or empty`);
  if (Buffer.byteLength(value) > MOST_VALUE)
    return fail(`The field ${field} of ${entry} in Vault has more than ${MOST_VALUE} bytes`);
  return ok(value);
}

function isNoMount(content: unknown): boolean {
  const errors = member(content, 'errors');
  return Array.isArray(errors) && errors.some((each) => typeof each === 'string' && each.startsWith('no handler for route'));
}
