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
  readonly agent_tokens: {
    readonly id: string;
    readonly agent: string;
    /** Hex: SQLite and PostgreSQL have no type for bytes in common. */
    readonly secret_hash: string;
    readonly created_at: number;
    readonly expires_at: number;
    readonly revoked_at: number | null;
  };
}
