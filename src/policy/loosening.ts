import type { CompiledCredential, CompiledDestination, CompiledPolicy, CompiledRule } from './model.ts';
import { canonicalText } from './text/canonical-text.ts';

/**
 * What a new policy allows that the one before did not, as far as its text tells: one line per change, empty when it is the
 * same or only stricter (contract §4.1.9). Syntactic: a change whose effect would have to be proved counts as loosening, so
 * that nothing loose goes unreported.
 */
export function loosenings(before: CompiledPolicy, after: CompiledPolicy): readonly string[] {
  return [
    ...compareAgents(before, after),
    ...compareDestinations(before, after),
    ...compareCredentials(before.credentials, after.credentials),
    ...compareEntities(before.entities, after.entities),
    ...compareRules(before, after),
  ];
}

function compareAgents(before: CompiledPolicy, after: CompiledPolicy): string[] {
  const known = new Map(before.agents.map((agent) => [agent.attributes.agent, agent]));
  return after.agents.flatMap(({ attributes, owners, identify }) => {
    const name = `agent ${attributes.agent}`;
    const old = known.get(attributes.agent);
    if (old === undefined) return [`${name}: added`];
    const changes: string[] = [];
    const { home, mode } = old.attributes;
    const isWider = !home.any && (attributes.home.any || !attributes.home.countries.isSubsetOf(home.countries));
    if (isWider) changes.push(`${name}: home extended from ${home.label} to ${attributes.home.label}`);
    if (mode === 'enforce' && attributes.mode === 'observe') changes.push(`${name}: mode changed from enforce to observe`);
    if (added(old.identify, identify).length > 0) changes.push(`${name}: identify added or changed`);
    // An owner may not approve; whoever is no owner any more may.
    if (added(owners, old.owners).length > 0) changes.push(`${name}: owner removed`);
    return changes;
  });
}

/** What a destination says about itself counts whether or not a rule refers to it. */
const STATEMENTS = ['attest', 'internal', 'frameworks', 'tls'] as const;

function compareDestinations(before: CompiledPolicy, after: CompiledPolicy): string[] {
  const known = new Map(before.destinations.map((destination) => [destination.id, destination]));
  return after.destinations.flatMap((destination) => {
    const old = known.get(destination.id);
    return STATEMENTS.flatMap((key) => {
      if (isEmpty(destination[key])) return [];
      // Moved under other hosts, an unchanged statement is a new one.
      const text = canonicalText([destination[key], targetOf(destination)]);
      const oldText = old === undefined || isEmpty(old[key]) ? undefined : canonicalText([old[key], targetOf(old)]);
      if (text === oldText) return [];
      return [`destination ${destination.id}: ${key} ${oldText === undefined ? 'added' : 'changed'}`];
    });
  });
}

function compareCredentials(before: readonly CompiledCredential[], after: readonly CompiledCredential[]): string[] {
  const known = new Map(before.map((credential) => [credential.id, credential]));
  return after.flatMap((credential) => {
    const { id, for: destinations } = credential;
    const old = known.get(id);
    if (old === undefined) return [`credential ${id}: added`];
    return [
      ...added(old.for, destinations).map((destination) => `credential ${id}: extended to ${destination}`),
      ...(useOf(old) === useOf(credential) ? [] : [`credential ${id}: its use changed`]),
    ];
  });
}

/** Where its secret goes, and into which requests. */
function useOf({ injection, methods, paths, uses, asksForPlaceholder }: CompiledCredential): string {
  return JSON.stringify([
    injection,
    methods && [...methods].sort(),
    paths?.map(({ text }) => text).sort(),
    uses,
    asksForPlaceholder,
  ]);
}

/** An own entity that finds something else masks less than before, as far as its text tells. */
function compareEntities(before: CompiledPolicy['entities'], after: CompiledPolicy['entities']): string[] {
  const known = new Map(before.map((entity) => [entity.id, entity]));
  return after.flatMap((entity) => {
    const old = known.get(entity.id);
    return old === undefined || canonicalText(old) === canonicalText(entity) ? [] : [`entity ${entity.id}: changed`];
  });
}

function compareRules(before: CompiledPolicy, after: CompiledPolicy): string[] {
  const old = new Map(before.rules.map((rule) => [rule.id, rule]));
  const now = new Map(after.rules.map((rule) => [rule.id, rule]));
  const removed = before.rules.filter((rule) => !now.has(rule.id)).flatMap((rule) => describeRemoval(rule));
  const changed = after.rules.flatMap((rule) => {
    const oldRule = old.get(rule.id);
    if (oldRule === undefined) return isOpening(rule) ? [`rule ${rule.id}: ${rule.effect} added`] : [];
    return describeChange(oldRule, before, rule, after);
  });
  return [...removed, ...changed];
}

/** A permit that goes away takes obligations with it, which held for what other rules permit too. */
function describeRemoval(rule: CompiledRule): string[] {
  const lost = rule.effect === 'deny' || rule.effect === 'hold' ? [rule.effect] : obligationsOf(rule);
  // A rule with nothing else still asked for inspection, which wins over every tunnel that is judged whole.
  if (lost.length === 0 && rule.effect === undefined && rule.inspect) lost.push('inspection');
  return lost.length === 0 ? [] : [`rule ${rule.id}: ${lost.join(', ')} removed`];
}

function describeChange(old: CompiledRule, before: CompiledPolicy, rule: CompiledRule, after: CompiledPolicy): string[] {
  const oldParts = partsOf(old, before);
  const parts = partsOf(rule, after);
  const keys = [...new Set([...oldParts.keys(), ...parts.keys()])].filter((key) => oldParts.get(key) !== parts.get(key));
  if (keys.length === 0) return [];
  const isTightened = rule.effect === 'deny' && keys.every((key) => key === 'effect');
  if (isTightened) return [];
  const what = rule.effect ?? 'obligations';
  const from = old.effect === rule.effect ? '' : ` from ${old.effect ?? 'obligations'}`;
  return [`rule ${rule.id}: ${what} changed${from} (${keys.toSorted().join(', ')})`];
}

/** Every part of a rule as text, with the destinations that it refers to in place of their positions. */
function partsOf(rule: CompiledRule, policy: CompiledPolicy): ReadonlyMap<string, string> {
  const to = rule.to === 'any' ? rule.to : rule.to.map((index) => targetOf(policy.destinations[index]!));
  const parts = Object.entries({ ...rule, to }).filter(([key]) => key !== 'id' && key !== 'position');
  return new Map(parts.map(([key, value]) => [key, canonicalText(value)]));
}

/** What a destination covers, wherever it is written. */
function targetOf(destination: CompiledDestination): string {
  const { hosts, addresses, ports, places, except, addressesMode } = destination;
  return canonicalText({ hosts, addresses, ports, places, except, addressesMode });
}

function isOpening(rule: CompiledRule): boolean {
  return rule.effect === 'permit' || rule.effect === 'hold';
}

function obligationsOf(rule: CompiledRule): string[] {
  const { request, response } = rule.masks;
  return [
    ...(request.length + response.length > 0 ? ['mask'] : []),
    ...(rule.limits.length > 0 ? ['limits'] : []),
    ...(rule.recordContent ? ['record'] : []),
    ...(rule.agentCredentials === 'drop' ? ['agent-credentials'] : []),
    ...(rule.headers.remove.length > 0 || Object.keys(rule.headers.set).length > 0 ? ['headers'] : []),
  ];
}

/** The values of `after` that `before` does not hold. */
function added<T>(before: readonly T[], after: readonly T[]): readonly T[] {
  const known = new Set(before.map(canonicalText));
  return after.filter((value) => !known.has(canonicalText(value)));
}

function isEmpty(value: unknown): boolean {
  return value === undefined || (value instanceof Set && value.size === 0);
}
