import { exchangesView, type ExchangeFilter } from '../exchange-filter.ts';
import type { FacetLabels } from '../fold/decision-facts.ts';
import { html, NOTHING, type Markup } from './markup.ts';

const NUMBER = new Intl.NumberFormat('en');

export function number(value: number): string {
  return NUMBER.format(value);
}

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

/** A size with three digits: `1.24 GiB`. */
export function bytes(value: number): string {
  let [size, unit] = [value, 0];
  for (; size >= 1024 && unit < UNITS.length - 1; unit++) size /= 1024;
  return `${unit === 0 ? size : Number(size.toPrecision(3))} ${UNITS[unit]}`;
}

/** One column: its head, and what stands in it. */
export interface Column<R> {
  readonly head: string;
  readonly cell: (row: R) => string | Markup;
  readonly isNumber?: true;
}

/** Makes the links of a report: they lead into the console, whose address it may not know. */
export class Links {
  readonly #base: string;

  constructor(consoleAddress: string) {
    this.#base = consoleAddress;
  }

  /** A figure that leads to what it counts. */
  figure(value: number, filter: ExchangeFilter): Markup {
    return html`<a href="${this.#base}${exchangesView(filter)}">${number(value)}</a>`;
  }
}

export interface TableParts<R> {
  /** What the rows are: the name of the table. */
  readonly caption: string;
  readonly rows: readonly R[];
  readonly columns: readonly Column<R>[];
  /** Stands in the place of a table without rows. */
  readonly none: string;
}

/** A table with its name; the first column names the rows. */
export function table<R>({ caption, rows, columns, none }: TableParts<R>): Markup {
  if (rows.length === 0) return html`<p>${none}</p>`;
  const classOf = ({ isNumber }: Column<R>): string => (isNumber === true ? 'number' : 'text');
  const head = columns.map((column) => html`<th scope="col" class="${classOf(column)}">${column.head}</th>`);
  const body = rows.map((row) => {
    const cells = columns.map((column, index) =>
      index === 0
        ? html`<th scope="row">${column.cell(row)}</th>`
        : html`<td class="${classOf(column)}">${column.cell(row)}</td>`,
    );
    return html`<tr>
      ${cells}
    </tr> `;
  });
  return html`<div class="table" tabindex="0" role="region" aria-label="${caption}">
    <table>
      <caption>
        ${caption}
      </caption>
      <thead>
        <tr>
          ${head}
        </tr>
      </thead>
      <tbody>
        ${body}
      </tbody>
    </table>
  </div>`;
}

interface Others {
  readonly rows: number;
  readonly isAtLeast: boolean;
  readonly exchanges: number;
}

/** What a table leaves out. */
export function othersLine({ rows, isAtLeast, exchanges }: Others): Markup {
  if (exchanges === 0 && rows === 0) return NOTHING;
  return html`<p class="faint">
    Not shown: ${isAtLeast ? 'at least ' : ''}${number(rows)} more rows, with ${number(exchanges)} exchanges.
  </p>`;
}

/** Three places, or one where they are the same. */
export function places({ entry, processing, storage }: FacetLabels): string {
  if (entry === processing && entry === storage) return entry;
  return `entry ${entry}, processing ${processing}, storage ${storage}`;
}
