/**
 * What is known about a condition (contract §4.1.2): Kleene's strong three-valued logic. `unknown` counts as a match for
 * deny, hold and obligations and as no match for permit; docs/truth-table.md tells it in words.
 */
export type Tri = 'yes' | 'no' | 'unknown';

/** `no` if either is, `yes` only if both are. */
export function and(a: Tri, b: Tri): Tri {
  if (a === 'no' || b === 'no') return 'no';
  return a === 'yes' ? b : 'unknown';
}

/** `yes` if either is, `no` only if both are. */
export function or(a: Tri, b: Tri): Tri {
  if (a === 'yes' || b === 'yes') return 'yes';
  return a === 'no' ? b : 'unknown';
}

/** The opposite; what is unknown stays so. */
export function not(a: Tri): Tri {
  if (a === 'unknown') return a;
  return a === 'yes' ? 'no' : 'yes';
}

/** `yes` for true, `no` for false. */
export function known(value: boolean): Tri {
  return value ? 'yes' : 'no';
}
