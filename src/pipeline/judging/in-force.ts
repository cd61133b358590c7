import type { Host } from '../../core/address.ts';
import type { SubjectAttributes } from '../../core/exchange/decision.ts';
import type { OriginTlsMaterial } from '../../core/exchange/permit.ts';
import type { DestinationFacts } from '../../core/place/evidence.ts';
import type { AgentId } from '../../core/ids.ts';
import type { Resolution } from '../../core/ports.ts';
import type { PreparedPolicy } from '../../policy/target-index.ts';

/** A policy and the tables it is applied with; both change together, as one generation. */
export interface InForce {
  /** Counts up with every change of policy or tables. */
  readonly generation: number;
  readonly policy: PreparedPolicy;
  /** What the destinations of the policy state under `tls`, by the key of the statement. */
  readonly originTls: ReadonlyMap<string, OriginTlsMaterial>;
  readonly subjects: ReadonlyMap<AgentId, SubjectAttributes>;
  /** What the tables say about a destination, as far as it is known. */
  locate(query: LocateQuery): DestinationFacts;
}

export interface LocateQuery {
  readonly host: Host;
  readonly port: number;
  /** Absent before the look-up of a name. */
  readonly resolution?: Pick<Resolution, 'addresses' | 'chain'> | undefined;
  /** Path of the request target as it was sent; absent where it is not known. */
  readonly path?: string;
  /** Null when the request has no content; absent where it is not known. */
  readonly content?: null;
}
