import { FACETS, type Facet } from '../../core/place/evidence.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { parseInstant } from '../../core/units.ts';
import { quote } from '../../wire/quote.ts';
import type { Jurisdiction } from '../../core/place/jurisdiction.ts';
import type { CsvRow } from './csv.ts';
import { parseHostTemplate, type HostTemplate } from './host-template.ts';
import { parsePlaceTerm, type PlaceTerm } from './place-term.ts';

/** One statement of a provider about a host name, under a condition perhaps. */
export interface CatalogueRow {
  readonly template: HostTemplate;
  readonly provider: string;
  /** Holds for requests that meet it; a row without one holds when no other row of the pattern does. */
  readonly condition?: Condition;
  /** What is stated; a facet the provider says nothing about is absent. */
  readonly places: { readonly [F in Facet]?: PlaceTerm };
  /** The service handles content elsewhere than it is entered. */
  readonly elsewhere: boolean;
  /** Documented: this name is entered at addresses of any place. */
  readonly servedFromGlobal: boolean;
  /** Written from memory and not checked: proves no place inside anything. */
  readonly draft: boolean;
  readonly date: string;
}

/** `bedrock-model`: the geography of the model reference in the path. `json.<member>`: a member of the JSON content. */
export type Condition =
  | { readonly reads: 'bedrock-model'; readonly value: string }
  | { readonly reads: 'json'; readonly member: string; readonly value: string };

export const CATALOGUE_COLUMNS = [
  'pattern',
  'provider',
  'when',
  'entry',
  'processing',
  'storage',
  'flags',
  'source',
  'date',
  'note',
] as const;

type CatalogueLine = CsvRow<(typeof CATALOGUE_COLUMNS)[number]>;

const FLAGS = ['elsewhere', 'served-from-global', 'draft'] as const;
const CONDITION = /^(?:bedrock-model|json\.([A-Za-z_]{1,64}))=([a-z0-9-]{1,64})$/;

/** The row that a line of `geoip-data/endpoints.csv` states, or what is wrong with it. */
export function parseCatalogueRow(
  row: CatalogueLine,
  jurisdictions: ReadonlyMap<string, Jurisdiction>,
): Result<CatalogueRow, string> {
  const template = parseHostTemplate(row.pattern);
  if (!template.ok) return template;
  if (row.provider === '' || row.source === '') return fail('expected a provider and a source');
  if (row.date.length !== 10 || !parseInstant(row.date).ok) return fail(`found date ${quote(row.date)}, expected YYYY-MM-DD`);

  const places = parsePlaces(row, jurisdictions);
  if (!places.ok) return places;
  const flags = row.flags === '' ? [] : row.flags.split(' ');
  const stranger = flags.find((flag) => !FLAGS.some((known) => known === flag));
  if (stranger !== undefined) return fail(`found flag ${quote(stranger)}, expected ${FLAGS.join(', ')}`);
  const condition = parseCondition(row.when);
  if (!condition.ok) return condition;
  return ok({
    template: template.value,
    provider: row.provider,
    ...(condition.value !== undefined && { condition: condition.value }),
    places: places.value,
    elsewhere: flags.includes('elsewhere'),
    servedFromGlobal: flags.includes('served-from-global'),
    draft: flags.includes('draft'),
    date: row.date,
  });
}

function parsePlaces(
  row: CatalogueLine,
  jurisdictions: ReadonlyMap<string, Jurisdiction>,
): Result<CatalogueRow['places'], string> {
  const places: { [F in Facet]?: PlaceTerm } = {};
  for (const facet of FACETS) {
    const term = parsePlaceTerm(row[facet], jurisdictions);
    if (!term.ok) return fail(`${facet}: ${term.failure}`);
    if (term.value?.kind === 'captured' && !row.pattern.includes('{region}')) {
      return fail(`${facet}: found ${quote(row[facet])}, but the pattern captures no {region}`);
    }
    if (term.value !== undefined) places[facet] = term.value;
  }
  return ok(places);
}

function parseCondition(text: string): Result<Condition | undefined, string> {
  if (text === '') return ok(undefined);
  const match = CONDITION.exec(text);
  if (match === null) return fail(`found condition ${quote(text)}, expected bedrock-model=… or json.<member>=…`);
  const [, member, value] = match;
  return ok(member === undefined ? { reads: 'bedrock-model', value: value! } : { reads: 'json', member, value: value! });
}
