import type { AgentDeclaration } from '../../../core/agent.ts';
import { parseCountryCode } from '../../../core/place/country.ts';
import { CountrySet } from '../../../core/place/country-set.ts';
import type { SubjectAttributes } from '../../../core/exchange/decision.ts';
import type { PlaceSet } from '../../../core/place/place.ts';
import type { CompiledDestination, CompiledRule, Transfer, WorldData } from '../../model.ts';
import type { TransferText } from '../../schema/rules.ts';
import type { Spot } from '../../reading/spot.ts';
import type { Scope } from '../scope.ts';
import { readEnd } from '../texts.ts';

/** `transfer` of a rule. */
export function compileTransfer(text: TransferText, spot: Spot, scope: Scope): Transfer {
  const until =
    text.until === undefined
      ? undefined
      : readEnd(text.until, spot.at('until'), scope.now, 'the clause carries nothing any more');
  return {
    to: scope.places.placeSet(text.to, spot.at('to'), { regions: true, open: true }),
    basis: text.basis,
    ...(text.reference !== undefined && { reference: text.reference }),
    ...(until !== undefined && { until }),
  };
}

/** What a rule with a transfer is checked against. */
export interface TransferContext {
  readonly agents: readonly AgentDeclaration[];
  readonly destinations: readonly CompiledDestination[];
  readonly world: WorldData;
}

/** Reports a legal basis that the rule cannot have (contract §4.1.4). */
export function checkTransfer(rule: CompiledRule, transfer: Transfer, spot: Spot, context: TransferContext): void {
  switch (transfer.basis) {
    case 'adequacy':
      for (const { attributes } of context.agents) {
        if (rule.agents === undefined || rule.agents.has(attributes.agent))
          checkAdequacy(transfer.to, attributes, spot, context.world);
      }
      return;
    case 'dpf':
      checkFramework(rule, spot, context);
      return;
    case 'public-data':
      checkPublicData(rule, spot);
      return;
    case 'scc':
    case 'bcr':
    case 'derogation':
    case 'contract':
      return;
  }
}

function checkAdequacy(to: PlaceSet, subject: SubjectAttributes, spot: Spot, world: WorldData): void {
  const { home, agent } = subject;
  if (home.any || home.countries.isEmpty()) return;
  const lists = adequacyLists(home.countries, world);
  const target = countriesOf(to, world);
  const gaps = lists.map(({ name, asOf, countries }) => ({ name, asOf, missing: target.minus(countries).toArray() }));
  const best = gaps.toSorted((a, b) => a.missing.length - b.missing.length)[0];
  const subjectText = `${home.label}, the home of agent "${agent}"`;
  if (best === undefined) {
    spot
      .at('basis')
      .error(`Found adequacy, but no built-in set with an adequacy list holds ${subjectText}`, 'use a basis such as scc');
    return;
  }
  const missing = [...to.open, ...best.missing];
  if (missing.length === 0) return;
  spot
    .at('basis')
    .error(
      `Found adequacy for ${missing.slice(0, 10).join(', ')}, expected only places on the list ${best.name} (as of ${best.asOf}) of ${subjectText}`,
      'use a basis such as scc, or name fewer places',
    );
}

interface AdequacyList {
  readonly name: string;
  readonly asOf: string;
  /** The adequate countries, and those of the set itself, among which nothing is transferred. */
  readonly countries: CountrySet;
}

/** The lists of the built-in sets that hold the whole home; both `eu` and `eea` hold DE. */
function adequacyLists(home: CountrySet, world: WorldData): readonly AdequacyList[] {
  return [...world.jurisdictions.values()].flatMap((set) => {
    const list = set.adequacy === undefined ? undefined : world.jurisdictions.get(set.adequacy);
    if (list === undefined || !home.isSubsetOf(set.countries)) return [];
    return [{ name: list.id, asOf: list.asOf, countries: set.countries.union(list.countries) }];
  });
}

function countriesOf(to: PlaceSet, world: WorldData): CountrySet {
  const codes = [...to.regions].map((region) => parseCountryCode(world.regions.get(region) ?? ''));
  return to.countries.union(CountrySet.of(codes.filter((code) => code !== undefined)));
}

function checkFramework(rule: CompiledRule, spot: Spot, context: TransferContext): void {
  const at = spot.at('basis');
  const hint = 'only an organisation is certified: declare it under destinations with frameworks: [dpf]';
  if (rule.to === 'any') {
    at.error('Found dpf for any destination, expected destinations with frameworks: [dpf]', hint);
    return;
  }
  for (const position of rule.to) {
    const destination = context.destinations[position]!;
    if (destination.frameworks.has('dpf')) continue;
    at.error(`Found dpf for "${destination.id}", expected a destination with frameworks: [dpf]`, hint);
  }
}

const WITHOUT_CONTENT: ReadonlySet<string> = new Set(['GET', 'HEAD']);

function checkPublicData(rule: CompiledRule, spot: Spot): void {
  const others =
    rule.methods === undefined ? 'all methods' : [...rule.methods].filter((method) => !WITHOUT_CONTENT.has(method)).join(', ');
  if (others === '') return;
  spot.at('basis').error(`Found public-data for ${others}, expected GET and HEAD alone`, 'write methods: [GET, HEAD]');
}
