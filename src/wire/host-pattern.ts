/** A host pattern of a policy or of the endpoint catalogue: an exact canonical name, `*.suffix` (one or more labels), or `*`. */
export type HostPattern =
  | { readonly kind: 'exact'; readonly name: string; readonly text: string }
  | { readonly kind: 'suffix'; readonly suffix: string; readonly text: string }
  | { readonly kind: 'any'; readonly text: '*' };
