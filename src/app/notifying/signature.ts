import { createHmac } from 'node:crypto';
import type { Secrets } from '../../core/ports.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Instant } from '../../core/units.ts';

/** Standard Webhooks: a key has 24 to 64 bytes. Longer ones do no harm. */
const LEAST_KEY_BYTES = 24;
const PREFIX = 'whsec_';

/**
 * The key that a secret stands for: what follows `whsec_` in base64, as Standard Webhooks writes it, or the bytes of the text.
 * @failure a sentence that does not quote it
 */
export function signingKey(secret: string): Result<Uint8Array, string> {
  const isEncoded = secret.startsWith(PREFIX);
  const key = isEncoded ? Buffer.from(secret.slice(PREFIX.length), 'base64') : Buffer.from(secret);
  if (key.length >= LEAST_KEY_BYTES) return ok(key);
  return fail(`Found a secret of ${key.length} bytes, expected at least ${LEAST_KEY_BYTES}: openssl rand -base64 32`);
}

/** The key that a secret of the installation stands for, as it is now. @failure a sentence that does not quote it */
export async function namedKey(secrets: Secrets, name: string): Promise<Result<Uint8Array, string>> {
  const found = await secrets.find(name);
  if (!found.ok) return found;
  return found.value === undefined ? fail(`Found none: cordon secrets set ${name}`) : signingKey(found.value);
}

/** The fields that tell a receiver what it gets, when, and from whom (Standard Webhooks 1.0). */
export function signedFields(key: Uint8Array, id: string, payload: string, now: Instant): Readonly<Record<string, string>> {
  const timestamp = String(Math.floor(now / 1000));
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${payload}`).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` };
}
