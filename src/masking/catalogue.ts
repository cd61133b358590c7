import { CONTACT_ENTITIES } from './entities/contact/contact-entities.ts';
import { CRYPTO_ENTITIES } from './entities/crypto/crypto-entities.ts';
import { NATIONAL_ENTITIES } from './entities/national/national-entities.ts';
import { NETWORK_ENTITIES } from './entities/network/network-entities.ts';
import { PAYMENT_ENTITIES } from './entities/payment/payment-entities.ts';
import { SECRET_ENTITIES } from './entities/secrets/secret-entities.ts';
import type { Entity, EntityGroup } from './entity.ts';

/**
 * Every built-in entity, by id. Of two values of one length in one place the entity that comes first here is the one that is
 * found: what proves more comes earlier.
 */
export const ENTITIES: ReadonlyMap<string, Entity> = new Map(
  [
    ...SECRET_ENTITIES,
    ...PAYMENT_ENTITIES,
    ...CRYPTO_ENTITIES,
    ...NATIONAL_ENTITIES,
    ...NETWORK_ENTITIES,
    ...CONTACT_ENTITIES,
  ].map((entity) => [entity.id, entity]),
);

const PII: ReadonlySet<EntityGroup> = new Set<EntityGroup>(['contact', 'national-id', 'payment', 'network']);

/** Every group that a policy may name, with its single entities, sorted. */
export const GROUPS: ReadonlyMap<string, readonly string[]> = new Map<string, readonly string[]>([
  ['pii', idsOf((group) => PII.has(group))],
  ...(['contact', 'national-id', 'payment', 'network', 'health', 'secrets', 'crypto'] as const).map(
    (name) => [name, idsOf((group) => group === name)] as const,
  ),
]);

function idsOf(isIn: (group: EntityGroup) => boolean): readonly string[] {
  return [...ENTITIES.values()]
    .filter(({ groups }) => groups.some(isIn))
    .map(({ id }) => id)
    .sort();
}
