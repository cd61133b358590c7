import type { Authority } from '../address.ts';
import type { ContentFacts, Decision, ExchangeKind, SubjectAttributes, Visibility } from './decision.ts';
import type { DestinationFacts } from '../place/evidence.ts';
import type { ExchangeId, SessionId } from '../ids.ts';
import type { Instant, Milliseconds } from '../units.ts';

/** Field lines in the order and case in which they arrived (RFC 9110 §5.2). */
export type FieldLines = readonly (readonly [name: string, value: string])[];

/** The client's side of a connection. */
export interface Client {
  /** Of the peer, or as a load balancer that is trusted for it states it. */
  readonly address: string;
  readonly port: number;
  /** What it showed in TLS, whether or not it verifies. */
  readonly certificate?: ClientCertificate | undefined;
}

/** The certificate of a client. */
export interface ClientCertificate {
  /** URIs and DNS names of its subjectAltName (RFC 5280 §4.2.1.6). */
  readonly names: readonly string[];
  readonly notAfter: Instant;
  /** SHA-256: which one it is, among those of the same names. */
  readonly fingerprint: string;
  /** Why it did not verify in the handshake, in a sentence; absent where it did. */
  readonly problem?: string;
  /** Why it counts no more by the revocation lists of now, in a sentence; absent where none are read. */
  readonly revocation?: (now: Instant) => string | undefined;
}

/** A request as a listener accepted it: parsed, judged by nobody. */
export interface Accepted {
  readonly id: ExchangeId;
  readonly kind: ExchangeKind;
  readonly visibility: Visibility;
  readonly client: Client;
  /** On the monotonic clock. */
  readonly startedAt: Milliseconds;
  readonly scheme: 'http' | 'https';
  readonly authority: Authority;
  /** `CONNECT` for a tunnel. */
  readonly method: string;
  /** Origin-form target to send upstream, query included; empty for a CONNECT. */
  readonly requestTarget: string;
  /** Canonical path for rules; absent for a CONNECT and where the path has no single reading. */
  readonly path?: string | undefined;
  readonly fields: FieldLines;
  readonly httpVersion: '1.0' | '1.1' | '2';
  /** Whether content follows the header section. */
  readonly hasContent: boolean;
  /** What a CONNECT established, for the exchanges inside it. */
  readonly tunnel?: TunnelContext | undefined;
}

/** The tunnel that intercepted exchanges run in: its subject was identified once, its name was judged once. */
export interface TunnelContext {
  readonly id: ExchangeId;
  readonly authority: Authority;
  /** Absent only in tunnels to the gateway's own name, part of which needs no identity. */
  readonly subject?: Subject;
}

/** Who sends it. */
export interface Subject {
  readonly attributes: SubjectAttributes;
  readonly session: SessionId;
  /** How it was identified, for the record: `token:<id>`, `cidr:<range>`, `certificate:<name>`. */
  readonly by: string;
  /** That it was identified by, alone or beside a token; it ends with it. */
  readonly certificate?: ClientCertificate;
  /** Who minted the token that was shown: a requester too (contract §4.1.11). Absent where none was, or nobody knows. */
  readonly minter?: string;
}

export interface Identified extends Accepted {
  readonly subject: Subject;
}

export interface Located extends Identified {
  readonly destination: DestinationFacts;
  /** The addresses were at hand, so nobody has judged yet, by the policy in force, whether the name may be looked up at all. */
  readonly recalled: boolean;
  /** What is known of the content, where anything may depend on it; what was read is what is sent. */
  readonly contentFacts?: ContentFacts;
  /** The members of JSON content that the place depends on, as far as they are there; absent where it depends on none. */
  readonly members?: Readonly<Record<string, unknown>>;
}

export interface Authorized extends Located {
  readonly decision: Decision;
}
