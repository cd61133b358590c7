import type { SubjectAttributes } from '../../core/exchange/decision.ts';
import type { OriginTlsMaterial } from '../../core/exchange/permit.ts';
import type { DestinationFacts } from '../../core/place/evidence.ts';
import type { AgentId } from '../../core/ids.ts';
import type { LocateQuery } from '../../destination/locate.ts';
import type { PreparedPolicy } from '../../policy/target-index.ts';

/** A policy and the tables it is applied with; both change together, as one generation. */
export interface InForce {
  /** Counts up with every change of policy or tables. */
  readonly generation: number;
  readonly policy: PreparedPolicy;
  /** Whether some rule states a condition on the content of requests, or masks it. */
  readonly looksAtContent: boolean;
  /** What the destinations of the policy state under `tls`, by the key of the statement. */
  readonly originTls: ReadonlyMap<string, OriginTlsMaterial>;
  readonly subjects: ReadonlyMap<AgentId, SubjectAttributes>;
  /** What the tables say about a destination, as far as it is known. */
  locate(query: LocateQuery): DestinationFacts;
}
