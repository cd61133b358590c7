import { matchesBesidePort, isSeenAsAsked } from './match-rules.ts';
import type { PreparedDestination, PreparedRule } from '../target/prepared.ts';
import { matchesPort } from '../target/covers-target.ts';
import type { Weighed } from './weigh.ts';

/** The rules that a request may still match when the rest of it becomes known. */
export interface Prospects {
  /** Denies that match already, whatever else becomes known. */
  readonly certainDenies: readonly PreparedRule[];
  /** Permits and holds that may match, with the destination through which they may. */
  readonly passing: readonly Passing[];
  /** Permits and holds that may match as a permit would read them: they may carry a transfer. */
  readonly candidates: readonly PreparedRule[];
  /** Some rule that may match wants the requests inspected. */
  readonly inspect: boolean;
}

export interface Passing {
  readonly rule: PreparedRule;
  readonly prepared: PreparedDestination;
}

/** Looks ahead: unlike a decision, it counts an unknown for no effect, it only tells what is still possible. */
export function findProspects(weighed: Weighed): Prospects {
  const found: Found = { certainDenies: [], passing: [], candidates: [], inspect: false };
  for (const { prepared, rules } of weighed.entries) {
    if (!matchesPort(prepared, weighed.target.port)) continue;
    for (const rule of rules) {
      if (rule.effect === 'deny') fileDeny(rule, prepared, weighed, found);
      else fileOther(rule, prepared, weighed, found);
    }
  }
  return found;
}

interface Found {
  readonly certainDenies: PreparedRule[];
  readonly passing: Passing[];
  readonly candidates: PreparedRule[];
  inspect: boolean;
}

function fileDeny(rule: PreparedRule, prepared: PreparedDestination, weighed: Weighed, found: Found): void {
  const matches = matchesBesidePort(rule, prepared, weighed, 'wide');
  if (matches === 'no') return;
  if (matches === 'yes') found.certainDenies.push(rule);
  // A deny that only waits for the addresses gains nothing from a look into the tunnel.
  const gains = matches === 'yes' || rule.conditions.length > 0;
  found.inspect ||= rule.inspect && gains;
}

function fileOther(rule: PreparedRule, prepared: PreparedDestination, weighed: Weighed, found: Found): void {
  const { effect, inspect } = rule;
  const narrow = isSeenAsAsked(rule, weighed) ? matchesBesidePort(rule, prepared, weighed, 'narrow') : 'no';
  const matches = effect === 'permit' ? narrow : matchesBesidePort(rule, prepared, weighed, 'wide');
  if (matches === 'no') return;
  found.inspect ||= inspect;
  if (effect === undefined) return;
  found.passing.push({ rule, prepared });
  if (narrow !== 'no') found.candidates.push(rule);
}
