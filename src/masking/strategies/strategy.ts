/**
 * What a found value is replaced by. `redact`: the kind of the value alone. `hash`: the same text for the same value, which
 * cannot be undone. `partial`: as much of the value as lets a person recognise it. `token`: a text that the way back
 * restores.
 */
export type Strategy = 'redact' | 'hash' | 'partial' | 'token';
