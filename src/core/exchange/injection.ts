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
  /** The secret is that of an OAuth client; the token that it is given goes into Authorization (RFC 6750 §2.1). */
  | { readonly by: 'oauth2'; readonly grant: ClientCredentials };

/**
 * How a token is asked for with the secret of a client, the same members for the same token.
 * @source RFC 6749 §4.4, RFC 8707 §2 (`resource`)
 */
export interface ClientCredentials {
  /** An absolute https URI. */
  readonly tokenUrl: string;
  readonly client: string;
  /** None: what the authorization server gives unasked. */
  readonly scopes: readonly string[];
  /** How the secret is shown (RFC 6749 §2.3.1). */
  readonly authentication: 'client_secret_basic' | 'client_secret_post';
  /** Whom the token is for, as many authorization servers want it said that do not know `resource`. */
  readonly audience?: string;
  readonly resource?: string;
  /** Why client and secret may go to an endpoint outside the gateway's own home. */
  readonly transfer?: TokenTransfer;
}

/** A transfer clause of which every member is text, as a policy would write it. */
export interface TokenTransfer {
  /** Countries, regions and open places. */
  readonly to: readonly string[];
  readonly basis: string;
  readonly reference?: string;
  readonly until?: string;
}

/** The field that a secret goes into, in lower case; undefined where it goes into the query. */
export function fieldOf(injection: Injection): string | undefined {
  if (injection.by === 'query') return undefined;
  return injection.by === 'field' ? injection.name : 'authorization';
}
