/**
 * The tables, as repositories see them. Types are those that SQLite and PostgreSQL share: ids are text, instants are
 * milliseconds in integers, there is no `now()` in SQL.
 */
export interface Schema {
  readonly schema_migrations: {
    readonly version: number;
    readonly name: string;
    readonly applied_at: number;
  };
  readonly limit_windows: {
    /** Digest of what is counted for whom. */
    readonly key: string;
    /** As `SlidingWindow` writes it. */
    readonly used: string;
    readonly ends_at: number;
  };
  readonly shared_keys: {
    /** Purpose of a key, or `interception-ca`. */
    readonly name: string;
    /** What tells it from others and says nothing about it. */
    readonly value: string;
    /** Name of the machine. */
    readonly set_by: string;
    readonly set_at: number;
  };
  readonly agent_tokens: {
    readonly id: string;
    readonly agent: string;
    /** Hex: SQLite and PostgreSQL have no type for bytes in common. */
    readonly secret_hash: string;
    readonly created_at: number;
    readonly expires_at: number;
    readonly revoked_at: number | null;
    readonly minted_by: string | null;
    /** JSON. */
    readonly workload: string | null;
    readonly session: string | null;
    /** When its end had come, as it was written down. */
    readonly ended_at: number | null;
  };
  readonly taken_assertions: {
    /** Hex: a digest of the assertion, or of its id. */
    readonly digest: string;
    readonly expires_at: number;
  };
  readonly stopped_agents: {
    readonly agent: string;
    readonly stopped_at: number;
    readonly stopped_by: string;
    readonly reason: string | null;
  };
  readonly replicas: {
    readonly id: string;
    readonly policy: string;
    readonly seen_at: number;
  };
  readonly person_tokens: {
    readonly id: string;
    readonly person: string;
    readonly role: string;
    /** JSON: lists of names. */
    readonly groups_of: string;
    readonly places: string;
    readonly secret_hash: string;
    readonly minted_by: string;
    readonly created_at: number;
    readonly expires_at: number;
    readonly revoked_at: number | null;
    /** 0 or 1: SQLite has no type for truth. */
    readonly once: number;
    readonly used_at: number | null;
    readonly ended_at: number | null;
    /** Why it was made, where it is for an emergency. */
    readonly break_glass: string | null;
  };
  readonly console_sessions: {
    readonly id: string;
    readonly person: string;
    readonly role: string;
    readonly groups_of: string;
    readonly places: string;
    readonly secret_hash: string;
    readonly token: string | null;
    readonly vouched_by: string;
    readonly auth_time: number;
    readonly created_at: number;
    readonly expires_at: number;
    readonly last_seen_at: number;
    readonly ended_at: number | null;
  };
  readonly masked_values: {
    /** Keyed digest of home and subject. */
    readonly subject: string;
    /** Keyed digest of home, subject and session: nothing can be looked up by a name that was guessed. */
    readonly scope: string;
    /** Keyed digest of the destination. */
    readonly destination: string;
    readonly token: string;
    readonly entity: string;
    /** Base64. */
    readonly sealed: string;
    /** Of the process that wrote it last: it need not read it. */
    readonly writer: string;
    readonly created_at: number;
    readonly expires_at: number;
  };
  readonly approvals: {
    readonly id: string;
    /** Keyed digest: tells nothing of the request. */
    readonly fingerprint: string;
    readonly subject: string;
    readonly state: string;
    readonly created_at: number;
    readonly expires_at: number;
    readonly settled_at: number | null;
    readonly revision: number;
    /** Sealed: what is asked, which never changes. */
    readonly question: string;
    /** Sealed: who decided what, and why. */
    readonly decisions: string;
  };
  readonly grants: {
    readonly id: string;
    readonly approval: string;
    readonly subject: string;
    readonly rule: string;
    /** Keyed digest. */
    readonly scope: string;
    readonly created_at: number;
    readonly ends_at: number;
    readonly revoked_at: number | null;
    /** Sealed: what it covers, and who gave it. */
    readonly cover: string;
    /** Sealed: who revoked it. */
    readonly revoked_by: string | null;
    readonly ended_at: number | null;
  };
  readonly webhook_outbox: {
    /** Digest of the receiver's URL. */
    readonly webhook: string;
    readonly id: string;
    readonly event: string;
    /** `waiting`, `delivered` or `given-up`. */
    readonly state: string;
    /** Sealed; empty once it is done. */
    readonly payload: string;
    readonly attempts: number;
    readonly created_at: number;
    /** When the next attempt may begin: while one runs, when it is taken to have failed. */
    readonly due_at: number;
    readonly done_at: number | null;
  };
  /** Migrations that programs from before them need not know; in each database. */
  readonly additive_migrations: {
    readonly ledger: string;
    readonly version: number;
  };
  // The index over exchanges and sessions: made from the record, in a database of its own where that is SQLite.
  readonly index_migrations: {
    readonly version: number;
    readonly name: string;
    readonly applied_at: number;
  };
  readonly exchanges: {
    readonly id: string;
    readonly created_at: number;
    readonly writer: string;
    readonly seq: number;
    readonly session: string | null;
    readonly subject: string | null;
    readonly home: string | null;
    readonly kind: string | null;
    readonly method: string | null;
    /** Sealed. */
    readonly target: string | null;
    readonly host: string | null;
    readonly decision: string;
    readonly code: string | null;
    readonly would_deny: string | null;
    /** JSON: a list of ids. */
    readonly rules: string;
    readonly entry: string | null;
    readonly processing: string | null;
    readonly storage: string | null;
    readonly transfer: string | null;
    readonly policy: string | null;
    readonly approval: string | null;
    /** Blocks of the record, `<segment>:<offset>:<block>`, with spaces between them. */
    readonly spots: string;
    readonly status: number | null;
    readonly sent: number | null;
    readonly received: number | null;
    /** Milliseconds. */
    readonly total: number | null;
    /** JSON: counts by entity. */
    readonly findings: string | null;
  };
  readonly recorded_sessions: {
    readonly id: string;
    readonly subject: string | null;
    readonly home: string | null;
    readonly first_at: number;
    readonly last_at: number;
    readonly permitted: number;
    readonly held: number;
    readonly denied: number;
    readonly sent: number;
    readonly received: number;
    readonly findings: number;
  };
  readonly shreddings: {
    readonly session: string;
    readonly created_at: number;
    readonly writer: string;
    readonly seq: number;
    readonly actor: string;
    readonly reason: string;
    readonly failed: string | null;
  };
  readonly indexed_writers: {
    readonly writer: string;
    /** Behind the last block that is indexed. */
    readonly segment: number;
    readonly byte_offset: number;
    readonly block: number;
  };
  readonly indexed_homes: {
    readonly home: string;
  };
  readonly content_keys: {
    /** Stands in each event that was sealed under it. */
    readonly id: string;
    readonly session: string;
    readonly subject: string;
    /** Label of the subject's home: what is kept how long depends on it. */
    readonly home: string;
    /** Base64: wrapped with the key that the record is wrapped with, whose id is beside it. */
    readonly wrapped: string;
    readonly wrapped_with: string;
    readonly created_at: number;
    /** Exact to an hour. */
    readonly used_at: number;
  };
  readonly legal_holds: {
    readonly id: string;
    readonly created_at: number;
    readonly created_by: string;
    readonly reason: string;
    readonly subject: string | null;
    readonly session: string | null;
    readonly home: string | null;
    readonly since: number | null;
    readonly before: number | null;
  };
}
