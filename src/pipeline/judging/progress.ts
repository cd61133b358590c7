import type { ContentFacts, Decision, Home } from '../../core/exchange/decision.ts';
import type { InterceptPermit, Permit } from '../../core/exchange/permit.ts';
import type { Accepted, Authorized, Identified, Located, Subject } from '../../core/exchange/exchange.ts';
import type { DestinationFacts } from '../../core/place/evidence.ts';
import type { Outlook } from '../../policy/outlook.ts';
import type { Held, Permitted, Release } from './permitted.ts';

/** As much of an exchange as is known when it ends: each stage adds to it, the record tells all of it. */
export type Progress = Accepted &
  Partial<Omit<Identified, keyof Accepted>> &
  Partial<Omit<Located, keyof Identified>> &
  Partial<Omit<Authorized, keyof Located>>;

/**
 * What the stages find is written into the exchange itself, each member by one stage. A copy per stage would be purer, and
 * four copies of twenty members cost an exchange more than all of its judging (docs/performance.md).
 */
type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** The exchange, of which is now known who sends it. */
export function withSubject(exchange: Accepted, subject: Subject): Identified {
  const identified = exchange as Writable<Identified>;
  identified.subject = subject;
  return identified;
}

/** The exchange, of which is now known where it goes, as far as `destination` tells. */
export function withDestination(exchange: Identified, destination: DestinationFacts, recalled = false): Located {
  const located = exchange as Writable<Located>;
  located.destination = destination;
  located.recalled = recalled;
  return located;
}

/** The exchange, of which is now known what its content holds, and which members of it the place depends on. */
export function withContentFacts(exchange: Located, facts: ContentFacts, members?: Located['members']): Located {
  const read = exchange as Writable<Located>;
  read.contentFacts = facts;
  if (members !== undefined) read.members = members;
  return read;
}

/** The exchange with what was decided about it. */
export function withDecision<P extends Progress>(exchange: P, decision: Decision): P & Pick<Authorized, 'decision'> {
  const decided = exchange as Writable<P & Pick<Authorized, 'decision'>>;
  decided.decision = decision;
  return decided;
}

/** The exchange with leave to dial. */
export function withPermit(exchange: Authorized, permit: Permit, tunnelRule?: Outlook['tunnel']): Permitted {
  const permitted = exchange as Writable<Authorized & { permit: Permit; tunnelRule?: Outlook['tunnel'] }>;
  permitted.permit = permit;
  if (tunnelRule !== undefined) permitted.tunnelRule = tunnelRule;
  return permitted;
}

/** The exchange, of which is now known that a rule holds it. */
export function asHeld(exchange: Authorized): Held {
  const held = exchange as Writable<Authorized & { held: true }>;
  held.held = true;
  return held;
}

/** The exchange that was held, with leave to dial. */
export function withRelease(
  exchange: Held,
  permit: Permit,
  release: Release,
): Permitted & { readonly permit: Permit; readonly release: Release } {
  const released = exchange as unknown as Writable<Authorized & { permit: Permit; release: Release; held?: true }>;
  delete released.held;
  released.permit = permit;
  released.release = release;
  return released;
}

/** The exchange that was to be let go, and is held after all. */
export function withoutRelease(exchange: Permitted & { readonly release: Release }): Held {
  const held = exchange as unknown as Writable<Authorized & { held: true; permit?: Permit; release?: Release }>;
  delete held.permit;
  delete held.release;
  held.held = true;
  return held as unknown as Held;
}

/** The exchange with leave to end its client's TLS here. */
export function withIntercept(exchange: Authorized, intercept: InterceptPermit): Permitted {
  const permitted = exchange as Writable<Authorized & { intercept: InterceptPermit }>;
  permitted.intercept = intercept;
  return permitted;
}

/** The subject as far as it is known: the exchange's own, or the tunnel's it runs in. */
export function subjectOf(progress: Pick<Progress, 'subject' | 'tunnel'>): Subject | undefined {
  return progress.subject ?? progress.tunnel?.subject;
}

/** Where that subject is at home: its records lie there. */
export function homeOf(progress: Pick<Progress, 'subject' | 'tunnel'>): Home | undefined {
  return subjectOf(progress)?.attributes.home;
}
