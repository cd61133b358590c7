import type { Report } from '../report.ts';
import { html, NOTHING, type Markup } from './markup.ts';
import { type Links, number, places, table } from './table.ts';

type Hold = Report['holds']['items'][number];

export function holdSection({ holds }: Report, links: Links): Markup {
  const rows = table({
    caption: 'What waited for people, and who decided; newest first',
    rows: holds.items,
    columns: [
      { head: 'Held', cell: ({ heldAt }) => heldAt ?? 'before the period' },
      { head: 'Agent', cell: ({ subject }) => subject ?? 'unknown' },
      { head: 'Host', cell: ({ host }) => html`<code>${host ?? ''}</code>` },
      { head: 'Place', cell: ({ place }) => (place === undefined ? 'not judged in the period' : places(place)) },
      { head: 'Rules', cell: ({ rules }) => html`<code>${rules.join(', ')}</code>` },
      { head: 'Decided', cell: decisionsOf },
      {
        head: 'Let go',
        cell: ({ released, filter }) => (filter ? links.figure(released, filter) : number(released)),
        isNumber: true,
      },
    ],
    none: 'Nothing was held.',
  });
  const others =
    holds.others === 0
      ? NOTHING
      : html`<p class="faint">Not shown: ${holds.isAtLeast ? 'at least ' : ''}${number(holds.others)} more.</p>`;
  return html`<p>
      ${number(holds.asked)} approvals were asked for; people approved ${number(holds.approved)} times and denied
      ${number(holds.denied)} times.
    </p>
    ${rows}${others}`;
}

function decisionsOf({ decisions }: Hold): Markup {
  if (decisions.length === 0) return html`nobody`;
  const rows = decisions.map(({ time, person, role, decision, reason, cameAbout }) => {
    const as = role === undefined ? '' : ` (${role})`;
    const why = reason === undefined ? '' : `: ${reason}`;
    const failed = cameAbout ? '' : ', which did not come about';
    return html`<div>${decision} by ${person}${as}, ${time}${why}${failed}</div>`;
  });
  return html`${rows}`;
}

export function policySection({ policy }: Report): Markup {
  const versions = table({
    caption: 'Policies that decided',
    rows: policy.versions,
    columns: [
      { head: 'Digest', cell: ({ digest }) => html`<code>${digest}</code>` },
      { head: 'First decision', cell: ({ first }) => first },
      { head: 'Last decision', cell: ({ last }) => last },
      { head: 'Decisions', cell: ({ decisions }) => number(decisions), isNumber: true },
    ],
    none: 'No policy decided anything.',
  });
  const changes = table({
    caption: 'Changes of policy and tables in the period',
    rows: policy.changes,
    columns: [
      { head: 'Time', cell: ({ time }) => time },
      { head: 'Change', cell: ({ change }) => change },
      { head: 'Policy', cell: ({ policy: digest }) => html`<code>${digest}</code>` },
      { head: 'Writer', cell: ({ writer }) => html`<code>${writer}</code>` },
      { head: 'What it loosened, or why it was refused', cell: ({ loosened, errors }) => lines([...loosened, ...errors]) },
    ],
    none: 'Nothing changed.',
  });
  const others =
    policy.others === 0 ? NOTHING : html`<p class="faint">Not shown: ${number(policy.others)} earlier changes.</p>`;
  return html`${versions}${changes}${others}`;
}

function lines(texts: readonly string[]): Markup {
  return texts.length === 0 ? html`–` : html`${texts.map((each) => html`<div>${each}</div>`)}`;
}

export function recordSection({ chains, gaps, locations }: Report): Markup {
  const whole = table({
    caption: 'Chains of the record, one per writer, verified from their first record on',
    rows: chains,
    columns: [
      { head: 'Writer', cell: ({ writer }) => html`<code>${writer}</code>` },
      { head: 'State', cell: chainState },
      { head: 'Records', cell: ({ records }) => (records === undefined ? '–' : number(records)), isNumber: true },
      { head: 'Segments', cell: ({ segments }) => (segments === undefined ? '–' : number(segments)), isNumber: true },
      {
        head: 'Signed',
        cell: ({ checkpoint }) =>
          checkpoint === undefined ? 'no checkpoint' : `${checkpoint.time}, up to record ${number(checkpoint.records)}`,
      },
    ],
    none: 'There are no records.',
  });
  const lost = table({
    caption: 'What is missing, as the record itself tells',
    rows: gaps.items,
    columns: [
      { head: 'Time', cell: ({ time }) => time },
      { head: 'Writer', cell: ({ writer }) => html`<code>${writer}</code>` },
      { head: 'Why', cell: ({ reason }) => reason },
      { head: 'Bytes', cell: ({ droppedBytes }) => (droppedBytes === undefined ? '–' : number(droppedBytes)), isNumber: true },
    ],
    none: 'No gaps in the period.',
  });
  const others = gaps.others === 0 ? NOTHING : html`<p class="faint">Not shown: ${number(gaps.others)} earlier gaps.</p>`;
  return html`${whole}${lost}${others}${locationTable(locations)}`;
}

function chainState({ state, reason, unread }: Report['chains'][number]): Markup {
  const why = [reason, unread].filter((each) => each !== undefined).map((each) => html`<div>${each}</div>`);
  return state === 'whole' ? html`whole${why}` : html`<span class="outside">broken</span>${why}`;
}

function locationTable(locations: Report['locations']): Markup {
  return table({
    caption: 'Where state lies, as the settings state it',
    rows: locations,
    columns: [
      { head: 'What', cell: ({ holds }) => holds },
      { head: 'Setting', cell: ({ setting }) => html`<code>${setting}</code>` },
      { head: 'Place', cell: ({ place }) => place },
      {
        head: 'Inside',
        cell: ({ isInside }) =>
          isInside === undefined ? 'unstated' : isInside ? 'yes' : html`<span class="outside">no</span>`,
      },
    ],
    none: 'No settings were at hand.',
  });
}

export function tableSection({ tables, geoTrust }: Report): Markup {
  const trust =
    geoTrust === 'single'
      ? 'geo.trust is single: one GeoIP database may prove that a place is inside.'
      : 'geo.trust is agreeing: GeoIP alone proves only that a place is outside, unless two independent databases agree.';
  const rows = table({
    caption: 'What places are read from, as it stood when the report was made',
    rows: tables,
    columns: [
      { head: 'Table', cell: ({ id }) => html`<code>${id}</code>` },
      { head: 'State', cell: ({ state }) => state },
      { head: 'Date', cell: ({ date }) => date ?? 'of this release' },
      { head: 'Age in days', cell: ({ ageDays }) => (ageDays === undefined ? '–' : number(ageDays)), isNumber: true },
      { head: 'Proves', cell: ({ proves }) => proves },
      { head: 'Source and licence', cell: ({ source, licence }) => `${source}; ${licence}` },
    ],
    none: 'No tables were at hand.',
  });
  return html`<p>${trust}</p>
    ${rows}`;
}
