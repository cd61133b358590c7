import type { Host } from '../../src/core/address.ts';
import { parseHost } from '../../src/wire/name/authority.ts';

/** A host as the listeners parse it. */
export function host(text: string): Host {
  const parsed = parseHost(text);
  if (!parsed.ok) throw new Error(parsed.failure);
  return parsed.value;
}
