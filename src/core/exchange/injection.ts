/** Where in a request a secret goes, and in which form (contract §4 `credentials`). */
export type Injection =
  /** Into a field; its value is `template` with the secret for `{}`. `name` in lower case. */
  | { readonly by: 'field'; readonly name: string; readonly template: string }
  /** Into the query, as the value of this parameter. */
  | { readonly by: 'query'; readonly name: string }
  /** RFC 7617: the secret is the password of this user. */
  | { readonly by: 'basic'; readonly user: string }
  /** The request is signed with it; the secret is `ID:SECRET` or `ID:SECRET:SESSION-TOKEN`. */
  | { readonly by: 'aws-sigv4'; readonly service: string; readonly region: string }
  /** A token is fetched with it. */
  | { readonly by: 'oauth2' };

/** The field that a secret goes into, in lower case; undefined where it goes into the query. */
export function fieldOf(injection: Injection): string | undefined {
  if (injection.by === 'query') return undefined;
  return injection.by === 'field' ? injection.name : 'authorization';
}
