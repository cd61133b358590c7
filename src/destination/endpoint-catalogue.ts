import { FACETS, type Facet, type NameFacts } from '../core/place/evidence.ts';
import type { Place } from '../core/place/place.ts';
import { fail, ok, type Result } from '../core/result.ts';
import type { Jurisdiction } from '../core/place/jurisdiction.ts';
import type { RegionTable } from './region-table.ts';
import { bedrockGeography } from './tables/bedrock-model.ts';
import { CATALOGUE_COLUMNS, parseCatalogueRow, type CatalogueRow, type Condition } from './tables/catalogue-row.ts';
import { parseCsv } from './tables/csv.ts';
import { moreSpecificFirst, type HostTemplate } from './tables/host-template.ts';
import type { PlaceTerm } from './tables/place-term.ts';

/** What providers document about their host names: where a name is entered, where content is processed, where it is stored. */
export interface EndpointCatalogue {
  /** Rows, conditional ones included. */
  readonly size: number;
  /**
   * What the most specific row says about a name; undefined when none matches.
   *
   * @param host canonical DNS name
   * @param path path of the request target, raw or canonical; undefined when it is not known (yet)
   * @param content the parsed JSON content; undefined when it is not known (yet), null when there is none
   */
  nameFacts(host: string, path: string | undefined, content: unknown): NameFacts | undefined;
}

/** All rows of one pattern: the one that holds by default, and those that hold under a condition. */
interface Group {
  readonly template: HostTemplate;
  readonly base: CatalogueRow;
  readonly conditional: readonly CatalogueRow[];
  readonly needsPath: boolean;
  /** JSON members that decide. */
  readonly members: readonly string[];
  /** Facets that the rows state differently: not known before what they depend on is. */
  readonly contested: ReadonlySet<Facet>;
}

interface Request {
  readonly region: string;
  readonly path: string | undefined;
  readonly content: unknown;
}

/** The catalogue that `geoip-data/endpoints.csv` states, or every row in it that is wrong. */
export function parseEndpointCatalogue(
  text: string,
  jurisdictions: ReadonlyMap<string, Jurisdiction>,
  regions: RegionTable,
): Result<EndpointCatalogue, readonly string[]> {
  const lines = parseCsv(text, CATALOGUE_COLUMNS);
  if (!lines.ok) return fail([lines.failure]);
  const problems: string[] = [];
  const rows: CatalogueRow[] = [];
  for (const line of lines.value) {
    const row = parseCatalogueRow(line, jurisdictions);
    if (row.ok) rows.push(row.value);
    else problems.push(`line ${line.line}: ${row.failure}`);
  }
  const groups = groupRows(rows);
  if (!groups.ok) problems.push(groups.failure);
  if (!groups.ok || problems.length > 0) return fail(problems);

  const bySuffix = indexBySuffix(groups.value);
  return ok({
    size: rows.length,
    nameFacts(host, path, content) {
      const found = findGroup(bySuffix, host);
      if (found === undefined) return undefined;
      const { group, captures } = found;
      return factsOf(group, { region: captures[0] ?? '', path, content }, (term) => placeOf(term, captures, regions));
    },
  });
}

function groupRows(rows: readonly CatalogueRow[]): Result<readonly Group[], string> {
  const groups: Group[] = [];
  for (const [text, members] of Map.groupBy(rows, (row) => row.template.text)) {
    const [base, second] = members.filter((row) => row.condition === undefined);
    if (base === undefined || second !== undefined) return fail(`${text}: expected exactly one row without a condition`);
    const conditions = members.flatMap(({ condition }) => condition ?? []);
    if (new Set(conditions.map((condition) => JSON.stringify(condition))).size !== conditions.length) {
      return fail(`${text}: found one condition twice`);
    }
    groups.push({
      template: base.template,
      base,
      conditional: members.filter((row) => row.condition !== undefined),
      needsPath: conditions.some(({ reads }) => reads === 'bedrock-model'),
      members: [...new Set(conditions.flatMap((condition) => (condition.reads === 'json' ? [condition.member] : [])))],
      contested: new Set(FACETS.filter((facet) => new Set(members.map((row) => termText(row.places[facet]))).size > 1)),
    });
  }
  return ok(groups);
}

function indexBySuffix(groups: readonly Group[]): ReadonlyMap<string, readonly Group[]> {
  return Map.groupBy(
    groups.toSorted((a, b) => moreSpecificFirst(a.template, b.template)),
    (group) => group.template.suffix,
  );
}

/** Longest literal suffix first, so that the first match is the most specific one. */
function findGroup(
  bySuffix: ReadonlyMap<string, readonly Group[]>,
  host: string,
): { group: Group; captures: readonly string[] } | undefined {
  for (let suffix = host; suffix !== ''; suffix = suffix.slice(suffix.indexOf('.') + 1)) {
    for (const group of bySuffix.get(suffix) ?? []) {
      const captures = group.template.match(host);
      if (captures !== undefined) return { group, captures };
    }
    if (!suffix.includes('.')) return undefined;
  }
  return undefined;
}

function factsOf(group: Group, request: Request, resolve: (term: PlaceTerm) => Place | undefined): NameFacts {
  const dependsOn = unknownInputs(group, request);
  const row = dependsOn === undefined ? chooseRow(group, request) : group.base;
  const places: { [F in Facet]?: Place } = {};
  const claims: string[] = [];
  for (const facet of FACETS) {
    if (dependsOn !== undefined && group.contested.has(facet)) continue;
    const term = row.places[facet];
    const place = term === undefined ? undefined : resolve(term);
    if (place === undefined) continue;
    // A draft may hold data back, never let it pass: it states open places only.
    if (row.draft && place.open === undefined) claims.push(`${facet} ${place.label}`);
    else places[facet] = place;
  }
  const unproved = row.draft ? ` (unverified${claims.length > 0 ? `: ${claims.join(', ')}` : ''})` : '';
  return {
    evidence: {
      kind: 'endpoint-name',
      places,
      source: `catalogue:${row.provider}`,
      date: row.date,
      match: `${group.template.text}${unproved}`,
    },
    servedFromAnywhere: row.servedFromGlobal && !row.draft,
    processesElsewhere: row.elsewhere,
    ...(dependsOn !== undefined && { dependsOn }),
  };
}

/** What the rows of this pattern depend on and the request does not show yet; undefined when everything is known. */
function unknownInputs(group: Group, request: Request): NameFacts['dependsOn'] {
  const path = group.needsPath && request.path === undefined;
  const content = request.content === undefined ? group.members : [];
  return path || content.length > 0 ? { path, content } : undefined;
}

function chooseRow(group: Group, request: Request): CatalogueRow {
  return group.conditional.find(({ condition }) => holds(condition!, request)) ?? group.base;
}

function holds(condition: Condition, request: Request): boolean {
  if (condition.reads === 'bedrock-model') return bedrockGeography(request.path ?? '', request.region) === condition.value;
  const { content } = request;
  if (typeof content !== 'object' || content === null || !Object.hasOwn(content, condition.member)) return false;
  return (content as Readonly<Record<string, unknown>>)[condition.member] === condition.value;
}

function termText(term: PlaceTerm | undefined): string {
  if (term === undefined) return '';
  return term.kind === 'fixed' ? term.place.label : `@${term.provider}`;
}

/** A captured region that has no documented country states nothing: the address has to. */
function placeOf(term: PlaceTerm, captures: readonly string[], regions: RegionTable): Place | undefined {
  if (term.kind === 'fixed') return term.place;
  for (const region of captures) {
    const place = regions.documented(term.provider, region);
    if (place !== undefined) return place;
  }
  return undefined;
}
