import type { ActionAttributes, Obligation } from '../../core/exchange/decision.ts';
import { obstacleOf, type Obstacle } from '../content/obstacle.ts';
import { matchesRequest } from '../condition/conditions.ts';
import { and, or, type Tri } from '../tri.ts';
import { matchesPlaces } from '../place/match-places.ts';
import type { PreparedDestination, PreparedRule } from '../target/prepared.ts';
import { coversTarget, matchesPort, type Stance } from '../target/covers-target.ts';
import type { Weighed } from './weigh.ts';

/** The rules that match, by effect; order never matters (contract §4.1.1). */
export interface Matches {
  readonly denies: readonly PreparedRule[];
  readonly holds: readonly PreparedRule[];
  readonly permits: readonly PreparedRule[];
  /** Rules of any effect that want a person asked about this content, because nobody here reads it; they let nothing out. */
  readonly asking: readonly PreparedRule[];
  /** Rules that match, as far as is known, and cannot judge the content; denies among them are not in `denies`. */
  readonly obstructed: readonly Obstructed[];
  /** Permits and holds that certainly match and state a transfer. */
  readonly carriers: readonly PreparedRule[];
  /** What the matching rules require, one list per rule. */
  readonly obligations: readonly (readonly Obligation[])[];
  /** One of the permits leads to a destination that names the host: no `*`, no address. */
  readonly namesHost: boolean;
  /** Destinations with `tls` through which permits and holds certainly match; one may occur twice. */
  readonly tls: readonly PreparedDestination[];
}

/** A rule that cannot judge the content as it would have to. */
export interface Obstructed {
  readonly rule: PreparedRule;
  readonly obstacle: Obstacle;
}

/** Sorts out which rules match. */
export function matchRules(weighed: Weighed): Matches {
  const found = new Found(weighed.request.action);
  let repeated: Map<PreparedRule, Verdict> | undefined;
  for (const { prepared, rules } of weighed.entries) {
    if (rules.length === 0 || !matchesPort(prepared, weighed.target.port)) continue;
    for (const rule of rules) {
      const verdict = verdictOf(rule, prepared, weighed);
      if (verdict.narrow === 'yes' && letsOut(rule)) found.note(rule, prepared);
      if (!rule.repeatable) found.file(rule, verdict);
      else if (verdict !== NO_MATCH) {
        repeated ??= new Map();
        repeated.set(rule, either(repeated.get(rule), verdict));
      }
    }
  }
  if (repeated !== undefined) for (const [rule, verdict] of repeated) found.file(rule, verdict);
  return found;
}

/** How a rule matches as a permit would read it, and as a deny would. A reading that its effect never asks for is `no`. */
interface Verdict {
  readonly narrow: Tri;
  readonly wide: Tri;
}

const NO_MATCH: Verdict = { narrow: 'no', wide: 'no' };
const CERTAIN: Verdict = { narrow: 'yes', wide: 'yes' };

function verdictOf(rule: PreparedRule, prepared: PreparedDestination, weighed: Weighed): Verdict {
  const { effect } = rule;
  if (effect === 'permit' && !isSeenAsAsked(rule, weighed)) return NO_MATCH;
  if (prepared.byHostAlone && !prepared.asksForPlace && rule.conditions.length === 0) return CERTAIN;
  const wide = effect === 'permit' ? 'no' : matchesBesidePort(rule, prepared, weighed, 'wide');
  const grants = rule.grants || (effect === 'hold' && prepared.destination.tls !== undefined);
  const asksNarrow = effect === 'permit' || (effect !== 'deny' && grants && wide !== 'no');
  const narrow = asksNarrow ? matchesBesidePort(rule, prepared, weighed, 'narrow') : 'no';
  return narrow === 'no' && wide === 'no' ? NO_MATCH : { narrow, wide };
}

function either(a: Verdict | undefined, b: Verdict): Verdict {
  return a === undefined ? b : { narrow: or(a.narrow, b.narrow), wide: or(a.wide, b.wide) };
}

function letsOut({ effect }: PreparedRule): boolean {
  return effect === 'permit' || effect === 'hold';
}

/** A rule that wants requests inspected permits no tunnel that is judged as a whole (contract §4.1.3). */
export function isSeenAsAsked({ inspect }: PreparedRule, { request }: Weighed): boolean {
  return !inspect || request.action.visibility !== 'opaque';
}

/** Whether a rule matches through one destination, its port left aside. */
export function matchesBesidePort(
  { rule, conditions }: PreparedRule,
  prepared: PreparedDestination,
  { target, judged, request, nameOnly }: Weighed,
  stance: Stance,
): Tri {
  let covers = coversTarget(prepared, target, stance);
  if (covers === 'unknown' && nameOnly && stance === 'wide') covers = 'no';
  if (covers === 'no') return covers;
  const placed = prepared.asksForPlace ? and(covers, matchesPlaces(prepared, judged, rule, stance)) : covers;
  if (placed === 'no' || conditions.length === 0) return placed;
  return and(placed, matchesRequest(conditions, rule, request.action));
}

class Found implements Matches {
  readonly #action: ActionAttributes;
  readonly denies: PreparedRule[] = [];
  readonly holds: PreparedRule[] = [];
  readonly permits: PreparedRule[] = [];
  readonly asking: PreparedRule[] = [];
  readonly obstructed: Obstructed[] = [];
  readonly carriers: PreparedRule[] = [];
  readonly obligations: (readonly Obligation[])[] = [];
  namesHost = false;
  readonly tls: PreparedDestination[] = [];

  constructor(action: ActionAttributes) {
    this.#action = action;
  }

  /** What the destination adds through which a permit or hold certainly matches. */
  note(rule: PreparedRule, prepared: PreparedDestination): void {
    this.namesHost ||= rule.effect === 'permit' && prepared.hostsAreNamed;
    if (prepared.destination.tls !== undefined) this.tls.push(prepared);
  }

  file(rule: PreparedRule, { narrow, wide }: Verdict): void {
    const { effect, hasTransfer } = rule;
    const matches = effect === 'permit' ? narrow : wide;
    if (matches === 'no') return;
    const judges = this.#noteContent(rule);
    if (effect === 'deny') {
      if (judges) this.denies.push(rule);
      return;
    }
    if (effect === 'hold') this.holds.push(rule);
    if (effect === 'permit' && narrow === 'yes') this.permits.push(rule);
    if (effect !== undefined && narrow === 'yes' && hasTransfer) this.carriers.push(rule);
    const required = narrow === 'yes' ? rule.obligations : rule.restrictions;
    if (required.length > 0) this.obligations.push(required);
  }

  /** Whether nothing about the content keeps a rule that matches from having the effect that it states. */
  #noteContent(rule: PreparedRule): boolean {
    if (rule.holdsOpaque && this.#mayBeOpaque(rule)) {
      if (rule.effect !== 'hold') this.asking.push(rule);
      return false;
    }
    const obstacle = rule.rule.content === undefined ? undefined : obstacleOf(rule.rule, this.#action);
    if (obstacle !== undefined) this.obstructed.push({ rule, obstacle });
    return obstacle === undefined;
  }

  /** Under masks alone it is the obligation that says so, until the content is known; a deny needs no person to be safe. */
  #mayBeOpaque({ rule, effect }: PreparedRule): boolean {
    const { content, mediaType } = this.#action;
    if (content !== undefined) return content.kind === 'opaque';
    return rule.content !== undefined && effect !== 'deny' && mediaType !== 'none';
  }
}
