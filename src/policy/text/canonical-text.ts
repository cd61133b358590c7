import { CountrySet } from '../../core/place/country-set.ts';

/**
 * The same text for values that mean the same: members sorted by name, sets and lists sorted
 * (no list of a policy has an order), functions and absent members left out.
 * For comparing parts of compiled policies, not for storing them.
 */
export function canonicalText(value: unknown): string {
  return JSON.stringify(canonical(value)) ?? 'undefined';
}

function canonical(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof CountrySet) return value.toArray();
  if (value instanceof Set || Array.isArray(value)) return [...(value as Iterable<unknown>)].map(canonicalText).toSorted();
  const members = Object.entries(value).filter(([, member]) => member !== undefined && typeof member !== 'function');
  return members.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([name, member]) => [name, canonical(member)]);
}
