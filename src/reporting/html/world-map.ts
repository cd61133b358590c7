import type { CountrySet } from '../../core/place/country-set.ts';
import { FACETS } from '../../core/place/evidence.ts';
import type { FacetLabels } from '../fold/decision-facts.ts';
import type { Report } from '../report.ts';
import { html, NOTHING, type Markup } from './markup.ts';
import { number } from './table.ts';

/** The world as the console draws it (ADR 14). */
export interface Outlines {
  readonly size: { readonly width: number; readonly height: number };
  /** Paths of SVG by country; under the empty name, land that belongs to none. */
  readonly paths: Readonly<Record<string, string>>;
  /** The middle of a country on it; undefined for what is none. */
  middle(country: string): readonly [x: number, y: number] | undefined;
}

/** Exchanges that were, or would have been, entered, processed or stored in one country. */
interface CountryRow {
  readonly country: string;
  carried: number;
  refused: number;
}

export interface MapParts {
  readonly report: Report;
  readonly outlines: Outlines;
  /** The countries that a label may stand for. */
  readonly countries: (label: string) => CountrySet | undefined;
}

/** More circles would hide each other; the words below name as many. */
const MOST_CIRCLES = 60;
const RADIUS = { least: 6, most: 34 } as const;

/** Where data went and where it was refused, as a picture, and the same in words. */
export function worldMap({ report, outlines, countries }: MapParts): Markup {
  const home = new Set(report.jurisdiction.countries);
  const { rows, undrawn } = countryRows(report, countries);
  const shown = rows.slice(0, MOST_CIRCLES);
  const most = Math.max(1, ...shown.map(sizeOf));
  const { width, height } = outlines.size;
  const land = Object.entries(outlines.paths).map(
    ([country, path]) => html`<path d="${path}" class="${home.has(country) ? 'home' : 'land'}" />`,
  );
  const circles = shown.map((row) => circle(row, { most, outlines, isHome: home.has(row.country) }));
  const words = shown.map((row) => wordsOf(row, home.has(row.country)));
  const left = rows.length - shown.length;
  return html`<figure>
      <svg
        viewBox="0 0 ${width} ${height}"
        role="img"
        aria-label="World map of where data went and where it was refused. The list below says the same."
      >
        ${land}${circles}
      </svg>
      <figcaption>
        Tinted: the jurisdiction. Filled circle: data went there (inside or outside). Dashed ring: it was refused. Borders are
        those of Natural Earth, by who is in control.
      </figcaption>
    </figure>
    <ul>
      ${words.map((each) => html`<li>${each}</li>`)}${left > 0 ? html`<li>and ${number(left)} more countries</li>` : NOTHING}${undrawn.map((each) => html`<li>${each}</li>`)}
    </ul>`;
}

function circle({ country, carried, refused }: CountryRow, to: { most: number; outlines: Outlines; isHome: boolean }): Markup {
  const middle = to.outlines.middle(country);
  if (middle === undefined) return NOTHING;
  const [x, y] = middle;
  const radius = (count: number): number =>
    Math.round(RADIUS.least + (RADIUS.most - RADIUS.least) * Math.sqrt(count / to.most));
  const filled =
    carried === 0 ? NOTHING : html`<circle class="${to.isHome ? 'in' : 'out'}" cx="${x}" cy="${y}" r="${radius(carried)}" />`;
  const ring = refused === 0 ? NOTHING : html`<circle class="refused" cx="${x}" cy="${y}" r="${radius(refused) + 3}" />`;
  return html`<g>${filled}${ring}</g>`;
}

const sizeOf = ({ carried, refused }: CountryRow): number => Math.max(carried, refused);

/** By country, the largest first; what cannot be drawn, in words. */
function countryRows(
  { flows, refusals }: Report,
  countries: MapParts['countries'],
): { rows: readonly CountryRow[]; undrawn: readonly string[] } {
  const rows = new Map<string, CountryRow>();
  const labels = new Map<string, CountryRow>();
  const count = (place: FacetLabels, counted: 'carried' | 'refused', exchanges: number): void => {
    for (const label of new Set(FACETS.map((facet) => place[facet]))) {
      const [country, other] = countries(label)?.toArray() ?? [];
      const isOne = country !== undefined && other === undefined;
      const [map, name] = isOne ? [rows, country as string] : [labels, label];
      const row = map.get(name) ?? { country: name, carried: 0, refused: 0 };
      row[counted] += exchanges;
      map.set(name, row);
    }
  };
  for (const { place, exchanges } of flows.items) count(place, 'carried', exchanges);
  for (const { place, exchanges } of refusals.items) count(place, 'refused', exchanges);
  const inOrder = [...rows.values()].sort((a, b) => sizeOf(b) - sizeOf(a) || (a.country < b.country ? -1 : 1));
  const undrawn = [...labels.values()].map(
    ({ country, carried, refused }) => `not drawn, no single country: ${country} (${counted(carried, refused)})`,
  );
  return { rows: inOrder, undrawn };
}

const NAMES = new Intl.DisplayNames(['en'], { type: 'region' });

function wordsOf({ country, carried, refused }: CountryRow, isHome: boolean): string {
  return `${NAMES.of(country) ?? country} (${isHome ? 'inside' : 'outside'}): ${counted(carried, refused)}`;
}

function counted(carried: number, refused: number): string {
  return [...(carried > 0 ? [`${number(carried)} carried`] : []), ...(refused > 0 ? [`${number(refused)} refused`] : [])].join(
    ', ',
  );
}
