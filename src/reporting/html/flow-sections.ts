import type { Report } from '../report.ts';
import { html, type Markup } from './markup.ts';
import { bytes, type Column, type Links, number, othersLine, places, table } from './table.ts';
import type { ExchangeFilter } from '../exchange-filter.ts';

interface Counted {
  readonly exchanges: number;
  readonly sent: number;
  readonly received: number;
}

type Linked = Counted & { readonly filter: ExchangeFilter };

/** The columns that say how much, of which the first leads to the exchanges. */
function amounts<R extends Linked>(links: Links): Column<R>[] {
  return [
    { head: 'Exchanges', cell: ({ exchanges, filter }) => links.figure(exchanges, filter), isNumber: true },
    { head: 'Sent', cell: ({ sent }) => bytes(sent), isNumber: true },
    { head: 'Received', cell: ({ received }) => bytes(received), isNumber: true },
  ];
}

function times<R extends Linked>(links: Links): Column<R> {
  return { head: 'Exchanges', cell: ({ exchanges, filter }) => links.figure(exchanges, filter), isNumber: true };
}

export function flowSection({ flows }: Report, links: Links): Markup {
  const rows = table({
    caption: 'What was carried, by place and by what the place rests on',
    rows: flows.items,
    columns: [
      { head: 'Place', cell: ({ place }) => places(place) },
      { head: 'Rests on', cell: ({ basis }) => places(basis) },
      { head: 'Inside', cell: ({ isInside }) => (isInside ? 'yes' : html`<span class="outside">no</span>`) },
      ...amounts<Report['flows']['items'][number]>(links),
    ],
    none: 'Nothing was carried.',
  });
  return html`${rows}${othersLine(flows.others)}`;
}

export function transferSection({ transfers }: Report, links: Links): Markup {
  const rows = table({
    caption: 'What was carried out of the home of its agent, by the clause of the policy that permits it',
    rows: transfers.items,
    columns: [
      { head: 'Rule', cell: ({ rule }) => html`<code>${rule}</code>` },
      { head: 'Legal basis', cell: ({ basis }) => basis },
      { head: 'Reference', cell: ({ reference }) => reference ?? 'none stated' },
      { head: 'To', cell: ({ place }) => places(place) },
      ...amounts<Report['transfers']['items'][number]>(links),
    ],
    none: 'No transfer was carried.',
  });
  return html`${rows}${othersLine(transfers.others)}`;
}

export function destinationSection({ destinations }: Report, links: Links): Markup {
  const rows = table({
    caption: 'What was carried, by host',
    rows: destinations.items,
    columns: [
      { head: 'Host', cell: ({ host }) => html`<code>${host}</code>` },
      { head: 'Place', cell: ({ place }) => places(place) },
      ...amounts<Report['destinations']['items'][number]>(links),
    ],
    none: 'Nothing was carried.',
  });
  return html`${rows}${othersLine(destinations.others)}`;
}

export function denialSection({ denials, folded }: Report, links: Links): Markup {
  const each = table({
    caption: 'What was denied, and holds that ended without a permit',
    rows: denials.items,
    columns: [
      { head: 'Code', cell: ({ code }) => html`<code>${code}</code>` },
      { head: 'Host', cell: ({ host }) => html`<code>${host}</code>` },
      times(links),
    ],
    none: 'Nothing was denied.',
  });
  const counted = table({
    caption: 'Denials beyond a rate, which are counted and not recorded one by one',
    rows: folded.items,
    columns: [
      { head: 'Code', cell: ({ code }) => html`<code>${code}</code>` },
      { head: 'Host', cell: ({ host }) => (host === '' ? 'several' : html`<code>${host}</code>`) },
      { head: 'Agent', cell: ({ subject }) => subject ?? 'nobody who was recognised' },
      { head: 'Denials', cell: ({ exchanges }) => number(exchanges), isNumber: true },
    ],
    none: 'No denials were folded into counts.',
  });
  return html`${each}${othersLine(denials.others)}${counted}${othersLine(folded.others)}`;
}

export function findingSection({ findings }: Report, links: Links): Markup {
  return table({
    caption: 'Values that were found and treated as the rules say, by kind',
    rows: findings,
    columns: [
      { head: 'Entity', cell: ({ entity }) => html`<code>${entity}</code>` },
      { head: 'Values', cell: ({ values }) => number(values), isNumber: true },
      { head: 'Exchanges', cell: ({ exchanges, filter }) => links.figure(exchanges, filter), isNumber: true },
    ],
    none: 'Nothing was found where rules looked.',
  });
}

export function doubtSection({ contradictions, openPlaces }: Report, links: Links): Markup {
  const against = table({
    caption: 'Evidence that excludes other evidence',
    rows: contradictions.items,
    columns: [
      { head: 'Statements', cell: ({ statement }) => statement },
      { head: 'Host', cell: ({ host }) => html`<code>${host}</code>` },
      times(links),
    ],
    none: 'No evidence contradicted other evidence.',
  });
  const open = table({
    caption: 'Destinations without a country, whatever was decided',
    rows: openPlaces.items,
    columns: [
      { head: 'Host', cell: ({ host }) => html`<code>${host}</code>` },
      { head: 'Place', cell: ({ place }) => places(place) },
      times(links),
    ],
    none: 'Every destination had a country.',
  });
  return html`${against}${othersLine(contradictions.others)}${open}${othersLine(openPlaces.others)}`;
}
