import * as Type from 'typebox/type';
import type { Static, TSchema } from 'typebox/type';

/**
 * Words and texts that several sections use. `expected` is what error messages call a value; `description` is for editors
 * and docs.
 */

/** A schema for a key that may be left out: its type is that of the filled-in value (`conform()` fills defaults in). */
export function withDefault<S extends TSchema>(schema: S, value: Static<S>): S {
  return Object.assign(Type.Optional(schema), { default: value });
}

export const Id = Type.String({
  pattern: '^[a-z][a-z0-9-]*$',
  maxLength: 100,
  expected: 'an id such as "my-id": a lower-case letter, then letters, digits and hyphens',
});

export const Duration = Type.String({
  pattern: '^[0-9]{1,9}(ms|s|m|h|d)$',
  expected: 'a duration such as 150ms, 30s, 15m, 12h or 7d',
});
export const Size = Type.String({ pattern: '^[0-9]{1,12}(B|KiB|MiB|GiB)$', expected: 'a size such as 64KiB, 10MiB or 1GiB' });
export const When = Type.String({ maxLength: 40, expected: 'an RFC 3339 date or instant such as 2027-03-01' });
export const Line = Type.String({ pattern: '^[^\\x00-\\x1f\\x7f]+$', maxLength: 1000, expected: 'one line of text' });
export const HostGlob = Type.String({ maxLength: 260, expected: 'a host name, or "*.suffix" for all names below one' });
export const AddressBlock = Type.String({ maxLength: 50, expected: 'an address or CIDR block such as 10.0.0.0/8' });
export const PlaceName = Type.String({
  maxLength: 100,
  expected: 'a country such as DE, a set such as eu, or a cloud region such as aws:eu-central-1',
});
/** A token (RFC 9110 §5.6.2). */
export const FIELD_NAME = "^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$";
export const FieldName = Type.String({ pattern: FIELD_NAME, expected: 'the name of a header field' });
export const EntityName = Type.String({
  pattern: '^[a-z][a-z0-9-]*$',
  maxLength: 100,
  expected: 'an entity or group such as email or pii',
});
export const Method = Type.String({ pattern: '^[A-Z][A-Z0-9-]{0,31}$', expected: 'a method in capitals such as GET or POST' });

export const Ports = withDefault(
  Type.Array(Type.Integer({ minimum: 1, maximum: 65_535, expected: 'a port from 1 to 65535' }), {
    minItems: 1,
    uniqueItems: true,
    expected: 'a list of ports such as [443]',
    description: 'Ports it covers. Cleartext ports such as 80 must be written.',
  }),
  [443],
);

/** A list that says something: an empty one would cover nothing, and is surely a slip. */
export function someOf<S extends TSchema>(items: S, expected: string, description: string): ReturnType<typeof Type.Array<S>> {
  return Type.Array(items, { minItems: 1, expected, description });
}
