import { sha256 } from '@noble/hashes/sha2.js';
import { base64 } from '@scure/base';
import type { Report } from '../report.ts';
import {
  denialSection,
  destinationSection,
  doubtSection,
  findingSection,
  flowSection,
  transferSection,
} from './flow-sections.ts';
import { html, Markup, NOTHING } from './markup.ts';
import { holdSection, policySection, recordSection, tableSection } from './record-sections.ts';
import { STYLE } from './style.ts';
import { bytes, Links, number } from './table.ts';
import { worldMap, type MapParts } from './world-map.ts';

/** What may run or be loaded by the page: its one style, by its hash, and nothing else (CSP Level 3). */
export const REPORT_POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${base64.encode(sha256(Uint8Array.from(STYLE, (character) => character.charCodeAt(0))))}'`,
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

/** Put together here: the hash holds for exactly this text, and white space counts. */
const STYLE_ELEMENT = new Markup(`<style>${STYLE}</style>`);

export interface Rendering extends MapParts {
  /** Where the console is, without a slash at the end; empty where the page is served beside it. */
  readonly consoleAddress: string;
}

interface Section {
  readonly id: string;
  readonly title: string;
  readonly content: Markup;
}

/** The report as one page of HTML that needs no other file, runs nothing, and prints on A4. */
export function renderReport(parts: Rendering): string {
  const { report } = parts;
  const sections = sectionsOf(parts);
  const { id } = report.jurisdiction;
  const title = `Residency report: ${id}`;
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${REPORT_POLICY}" />
        <meta name="viewport" content="width=device-width" />
        <meta name="referrer" content="no-referrer" />
        <title>${title}</title>
        ${STYLE_ELEMENT}
      </head>
      <body>
        <header>
          <h1>${title}</h1>
          <p>From ${report.period.since} until ${report.period.until}. Made at ${report.madeAt} from the records of Cordon.</p>
          <p class="faint">${jurisdictionLine(report)}</p>
          ${standing(report)}
        </header>
        <nav aria-label="Contents">
          <ol>
            ${sections.map((section) => html`<li><a href="#${section.id}">${section.title}</a></li>`)}
          </ol>
        </nav>
        <main>
          ${sections.map(
            (section) =>
              html`<section id="${section.id}" aria-labelledby="${section.id}-title">
                <h2 id="${section.id}-title">${section.title}</h2>
                ${section.content}
              </section> `,
          )}
        </main>
      </body>
    </html> `;
  return page.text;
}

function sectionsOf(parts: Rendering): readonly Section[] {
  const { report } = parts;
  const links = new Links(parts.consoleAddress);
  return [
    { id: 'overview', title: 'In figures', content: overview(report, links) },
    { id: 'map', title: 'Where data went, and where it was refused', content: worldMap(parts) },
    { id: 'flows', title: 'Flows by place and basis', content: flowSection(report, links) },
    { id: 'transfers', title: 'Transfers and their legal basis', content: transferSection(report, links) },
    { id: 'destinations', title: 'Destinations', content: destinationSection(report, links) },
    { id: 'denials', title: 'Denials', content: denialSection(report, links) },
    { id: 'holds', title: 'Holds, and who decided', content: holdSection(report, links) },
    { id: 'findings', title: 'Findings', content: findingSection(report, links) },
    { id: 'doubts', title: 'Contradictions and unknown places', content: doubtSection(report, links) },
    { id: 'policy', title: 'Policies in force', content: policySection(report) },
    { id: 'record', title: 'The record, and where it lies', content: recordSection(report) },
    { id: 'tables', title: 'Tables', content: tableSection(report) },
    { id: 'method', title: 'What this report can and cannot say', content: method(report) },
  ];
}

function jurisdictionLine({ jurisdiction: { id, countries } }: Report): string {
  return `The report is about agents whose home lies in ${id} entirely: ${countries.join(', ')}.`;
}

function standing({ isComplete, totals }: Report): Markup {
  if (isComplete)
    return html`<p class="alert whole">Every chain of the record is whole, and every record of the period was read.</p>`;
  const unreadable = totals.unreadable === 0 ? NOTHING : html` ${number(totals.unreadable)} records could not be understood.`;
  return html`<p class="alert">
    <strong>This report is not complete.</strong>${unreadable} <a href="#record">The state of each chain</a> says what is
    missing.
  </p>`;
}

function overview({ totals, period, notCounted }: Report, links: Links): Markup {
  const { since, until } = period;
  const figures: readonly (readonly [string, string | Markup])[] = [
    ['Exchanges', links.figure(totals.exchanges, { since, until })],
    ['Carried', number(totals.carried)],
    ['Permitted', links.figure(totals.permitted, { since, until, decision: 'permit' })],
    ['Held', links.figure(totals.held, { since, until, decision: 'hold' })],
    ['Denied', links.figure(totals.denied, { since, until, decision: 'deny' })],
    ['Denials folded into counts', number(totals.folded)],
    ['Holds without a permit', number(totals.refusedHolds)],
    ['Permitted, not carried', number(totals.notCarried)],
    ['Without an outcome', number(totals.withoutOutcome)],
    ['Permitted by observation alone', number(totals.wouldDeny)],
    ['Sent', bytes(totals.sent)],
    ['Sent outside', bytes(totals.sentOutside)],
    ['Received', bytes(totals.received)],
    ['Records read', number(totals.records)],
  ];
  return html`<dl>
      ${figures.map(
        ([name, value]) =>
          html`<div>
            <dt>${name}</dt>
            <dd>${value}</dd>
          </div>`,
      )}
    </dl>
    ${leftOut(notCounted)}`;
}

function leftOut(notCounted: Report['notCounted']): Markup {
  if (notCounted === undefined) return NOTHING;
  const { elsewhere, unidentified, unknownHomes } = notCounted;
  const homes = unknownHomes.items.map(({ home, exchanges }) => `${home} (${number(exchanges)})`).join(', ');
  return html`<p class="faint">
    Not counted: ${number(elsewhere)} decisions about agents at home elsewhere or anywhere, ${number(unidentified)} about nobody
    who was recognised${homes === '' ? '' : `, and those about homes that the policy does not know any more: ${homes}`}.
  </p>`;
}

function method({ notes }: Report): Markup {
  return html`<ul>
    ${notes.map((note) => html`<li>${note}</li>`)}
  </ul>`;
}
