import type { Cidr } from './address.ts';
import type { SubjectAttributes } from './exchange/decision.ts';

/** An agent as the policy declares it. */
export interface AgentDeclaration {
  readonly attributes: SubjectAttributes;
  /** Answerable for it; may not approve its requests. */
  readonly owners: readonly string[];
  /** Alternatives; inside one entry all that is written must hold (contract §4.1.8). */
  readonly identify: readonly IdentifyEntry[];
}

export interface IdentifyEntry {
  /** A valid agent token of this agent must be presented. */
  readonly token: boolean;
  /** The source address must be in one of these; absent: any source. */
  readonly cidr?: readonly Cidr[];
  /** A client certificate that verifies has this name in its subjectAltName: a URI, such as a SPIFFE id, or a DNS name. */
  readonly certificate?: string;
  /** A token that was exchanged for one of this workload must be presented. */
  readonly oidc?: WorkloadPattern;
}

/** Workloads of an issuer: what is written must hold of what it states. */
export interface WorkloadPattern {
  readonly issuer: string;
  /** A glob. */
  readonly subject: string;
  /** Globs, by claim. */
  readonly claims: Readonly<Record<string, string>>;
}

/** What an issuer has stated of a workload that exchanged its token. */
export interface Workload {
  readonly issuer: string;
  readonly subject: string;
  /** Of the claims, those that a policy named when it was exchanged. */
  readonly claims: Readonly<Record<string, string>>;
}
