import type { ContentFacts, Decision } from '../../core/exchange/decision.ts';
import { quote } from '../../wire/quote.ts';
import type { Sender, Sent } from '../content/content-ports.ts';
import type { Expected, Given } from './expectation.ts';

/** What was decided, and what was known of the content then. */
export interface Decided {
  readonly decision: Decision;
  readonly content: ContentFacts | undefined;
}

const NOTHING: Sent = { sent: '', findings: {} };

/** What differs between what would leave and what was expected of it, one line each; empty when nothing does. */
export function compareSent(expect: Expected, given: Given, decided: Decided, send: Sender): readonly string[] {
  if (expect.sent === undefined && expect.findings === undefined) return [];
  const outcome = decided.decision.effect === 'deny' ? NOTHING : send(given, decided.decision);
  if ('failure' in outcome) return [`Found no request to compare with sent and findings: ${outcome.failure}`];
  return [...compareTexts(expect.sent ?? {}, outcome.sent), ...compareFindings(expect.findings ?? {}, outcome, decided)];
}

function compareTexts({ contains = [], notContains = [] }: NonNullable<Expected['sent']>, sent: string): readonly string[] {
  return [
    ...contains.filter((text) => !sent.includes(text)).map((text) => `Expected sent with ${quote(text)}, found it without`),
    ...notContains.filter((text) => sent.includes(text)).map((text) => `Expected sent without ${quote(text)}, found it within`),
  ];
}

/** Conditions look at the content, masks at all parts that they name: what both find is one finding. */
function compareFindings(
  expected: NonNullable<Expected['findings']>,
  { findings }: Sent,
  { content }: Decided,
): readonly string[] {
  const inContent = content?.kind === 'read' ? content.findings : undefined;
  return Object.entries(expected).flatMap(([entity, count]) => {
    const found = Math.max(inContent?.get(entity) ?? 0, Object.hasOwn(findings, entity) ? (findings[entity] ?? 0) : 0);
    return found === count ? [] : [`Expected findings of ${entity} ${count}, found ${found}`];
  });
}
