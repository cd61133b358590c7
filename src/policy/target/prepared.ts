import type { Obligation } from '../../core/exchange/decision.ts';
import { FACETS, type Evidence, type Facet } from '../../core/place/evidence.ts';
import type { DestinationId } from '../../core/ids.ts';
import type { Place } from '../../core/place/place.ts';
import type { Instant } from '../../core/units.ts';
import type { CompiledDestination, CompiledRule } from '../model.ts';
import { AddressSet } from './address-set.ts';
import { masksContent } from '../content/obstacle.ts';
import type { Condition } from '../condition/condition.ts';
import { conditionsOf } from '../condition/conditions.ts';
import { obligationsOf, restrictionsOf } from '../decision/obligations.ts';

/** A rule with what every decision would otherwise derive again. */
export interface PreparedRule {
  readonly rule: CompiledRule;
  // Copied out of the rule: a decision then reads one object per rule, not three.
  readonly effect: CompiledRule['effect'];
  readonly inspect: boolean;
  readonly hasTransfer: boolean;
  /** What beside agent, destination and visibility has to hold. */
  readonly conditions: readonly Condition[];
  /** More than one destination can lead to it, so one decision may meet it twice. */
  readonly repeatable: boolean;
  /** What it requires when it certainly matches. */
  readonly obligations: readonly Obligation[];
  /** What it requires when it may match: all but what would hand something out. */
  readonly restrictions: readonly Obligation[];
  /** It lets data leave home or hands something out, which only a certain match may do. */
  readonly grants: boolean;
  /** It judges or masks content, and wants a person asked where that is an image, an archive or an unknown medium. */
  readonly holdsOpaque: boolean;
}

/** A destination of the policy, or the destination that `to: any` stands for. */
export interface PreparedDestination {
  readonly destination: CompiledDestination;
  /** `to: any`: every target on every port. */
  readonly any: boolean;
  /** Its one port; undefined when it has several or all. */
  readonly onlyPort: number | undefined;
  /** Nothing but host and port has to hold. */
  readonly byHostAlone: boolean;
  /** It has hosts, and none of them is `*`: whatever is found by its hosts is found by name. */
  readonly hostsAreNamed: boolean;
  /** It asks for a place, or excepts one. */
  readonly asksForPlace: boolean;
  readonly addresses?: AddressSet;
  readonly exceptAddresses?: AddressSet;
  /** What the operator states about it: `attest`, or the place of `internal`. */
  readonly statements: readonly Statement[];
}

/** An attestation as evidence, with its end. */
export interface Statement {
  readonly evidence: Evidence;
  /** First instant at which it no longer counts; absent: it has no end. */
  readonly until?: Instant;
}

/** Whether a statement still counts. */
export function isInForce({ until }: Statement, now: Instant): boolean {
  return until === undefined || now < until;
}

/** Derives what the decisions need of a rule. */
export function prepareRule(rule: CompiledRule): PreparedRule {
  const obligations = obligationsOf(rule);
  const restrictions = restrictionsOf(rule);
  return {
    rule,
    effect: rule.effect,
    inspect: rule.inspect,
    hasTransfer: rule.transfer !== undefined,
    conditions: conditionsOf(rule),
    repeatable: rule.to !== 'any' && rule.to.length > 1,
    obligations,
    restrictions,
    grants:
      rule.transfer !== undefined || obligations.length !== restrictions.length || Object.keys(rule.headers.set).length > 0,
    holdsOpaque:
      rule.opaque === 'hold' &&
      (rule.content !== undefined || (rule.effect !== 'deny' && rule.masks.request.some(masksContent))),
  };
}

/** Derives what the decisions need of a destination. */
export function prepareDestination(destination: CompiledDestination): PreparedDestination {
  const { addresses, except } = destination;
  return {
    destination,
    any: false,
    onlyPort: destination.ports.length === 1 ? destination.ports[0] : undefined,
    byHostAlone: destination.hosts !== undefined && addresses === undefined && except === undefined,
    hostsAreNamed: destination.hosts?.every(({ kind }) => kind !== 'any') ?? false,
    asksForPlace: destination.places !== undefined || except?.places !== undefined,
    ...(addresses !== undefined && { addresses: new AddressSet(addresses) }),
    ...(except !== undefined && except.addresses.length > 0 && { exceptAddresses: new AddressSet(except.addresses) }),
    statements: statementsOf(destination),
  };
}

/** What `to: any` stands for; it has no name, no place and opens no look-up. */
export function prepareAny(): PreparedDestination {
  return {
    destination: {
      id: 'any' as DestinationId,
      position: { file: '', line: 1, column: 1 },
      ports: [],
      addressesMode: 'all',
      frameworks: new Set(),
    },
    any: true,
    onlyPort: undefined,
    byHostAlone: true,
    hostsAreNamed: false,
    asksForPlace: false,
    statements: NO_STATEMENTS,
  };
}

const NO_STATEMENTS: readonly Statement[] = [];

function statementsOf(destination: CompiledDestination): readonly Statement[] {
  const { attest, internal, id } = destination;
  if (attest === undefined && internal === undefined) return NO_STATEMENTS;
  const statements: Statement[] = [];
  if (attest !== undefined) {
    statements.push({ evidence: attestation(id, attest.place, attest.covers, attest.basis), until: attest.until });
  }
  if (internal !== undefined) {
    statements.push({ evidence: attestation(id, internal.place, FACETS, `internal destination ${id}`) });
  }
  return statements;
}

function attestation(match: string, place: Place, covers: readonly Facet[], source: string): Evidence {
  const places: { [F in Facet]?: Place } = {};
  for (const facet of covers) places[facet] = place;
  return { kind: 'attestation', places, source, match };
}
