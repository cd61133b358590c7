/** Branded identifiers: two ids of different kinds never mix, although both are text at run time. */
declare const brand: unique symbol;
type Id<Kind extends string> = string & { readonly [brand]: Kind };

/** One request with its response, UUIDv7 text; made by the gateway, never taken from a client. */
export type ExchangeId = Id<'exchange'>;
/** One agent run (contract §3). */
export type SessionId = Id<'session'>;
/** `agents[].id` of the policy: `[a-z][a-z0-9-]*`. */
export type AgentId = Id<'agent'>;
/** `rules[].id` of the policy: `[a-z][a-z0-9-]*`. */
export type RuleId = Id<'rule'>;
/** `destinations[].id` of the policy, or `<rule>#<n>` for an inline destination. */
export type DestinationId = Id<'destination'>;
/** SHA-256 over the canonical policy source, `sha256:<64 hex digits>`. */
export type PolicyDigest = Id<'policy-digest'>;
/** Public id of an agent or admin token (not its secret). */
export type TokenId = Id<'token'>;
/** One held request, from the first time it was asked about. */
export type ApprovalId = Id<'approval'>;
export type GrantId = Id<'grant'>;
/** Keyed digest of everything that an approval covers (contract §4.1.11), base64url. */
export type Fingerprint = Id<'fingerprint'>;
/** Keyed digest of everything that a grant covers but the kinds of entities, base64url. */
export type GrantScope = Id<'grant-scope'>;
/** Public id of a session of the console (not what its cookie holds). */
export type ConsoleSessionId = Id<'console-session'>;
