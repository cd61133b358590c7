const CONTACT = ['email', 'phone'];
const NATIONAL_ID = ['us-ssn', 'de-steuer-id', 'fr-nir'];
const PAYMENT = ['iban', 'payment-card'];
const NETWORK = ['ip-address'];
const SECRETS = ['aws-access-key', 'private-key', 'jwt'];

/**
 * Groups that masks and content conditions may name, with their single entities (contract §4). A name that is neither here
 * nor declared under `entities` is an error: a mask with a misspelt name would mask nothing.
 */
const ENTITY_GROUPS: ReadonlyMap<string, readonly string[]> = new Map([
  ['pii', [...CONTACT, ...NATIONAL_ID, ...PAYMENT, ...NETWORK]],
  ['contact', CONTACT],
  ['national-id', NATIONAL_ID],
  ['payment', PAYMENT],
  ['network', NETWORK],
  ['health', []],
  ['secrets', SECRETS],
  ['crypto', []],
]);

/** Groups and single entities. */
export const ENTITY_NAMES: ReadonlySet<string> = new Set([...ENTITY_GROUPS.keys(), ...[...ENTITY_GROUPS.values()].flat()]);
