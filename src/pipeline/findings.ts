import type { OutcomeEvent } from '../core/exchange/record.ts';
import type { Progress } from './judging/progress.ts';

/** How often values of each entity were found, by direction; never the values. */
export interface ExchangeFindings {
  readonly request: ReadonlyMap<string, number>;
  readonly response: ReadonlyMap<string, number>;
}

type Counts = ReadonlyMap<string, number>;

const NOTHING: Counts = new Map();

/** Nothing was looked for, or nothing found. */
export const NO_FINDINGS: ExchangeFindings = { request: NOTHING, response: NOTHING };

/**
 * What was found in an exchange. What a condition finds in the content, and a mask finds there once more, is one finding.
 *
 * @param masked what was masked in the request and in the response
 */
export function findingsOf(
  { contentFacts }: Pick<Progress, 'contentFacts'>,
  masked: Counts = NOTHING,
  response: Counts = NOTHING,
): ExchangeFindings {
  if (contentFacts?.kind !== 'read' && masked.size === 0 && response.size === 0) return NO_FINDINGS;
  const request = new Map(masked);
  for (const [entity, count] of contentFacts?.kind === 'read' ? contentFacts.findings : NOTHING) {
    if (count > (request.get(entity) ?? 0)) request.set(entity, count);
  }
  return { request, response };
}

/** Both directions together, as the record tells it. */
export function recordedFindings({ request, response }: ExchangeFindings): OutcomeEvent['findings'] {
  const sums: { [entity: string]: number } = {};
  for (const counts of [request, response]) {
    for (const [entity, count] of counts) sums[entity] = (sums[entity] ?? 0) + count;
  }
  return sums;
}
