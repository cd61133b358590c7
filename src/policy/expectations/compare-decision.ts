import type { Decision } from '../../core/exchange/decision.ts';
import { FACETS } from '../../core/place/evidence.ts';
import type { Expected } from './expectation.ts';

/** What differs between a decision and what was expected of it, one line each; empty when nothing does. */
export function compareDecision(expect: Expected, decision: Decision): readonly string[] {
  const problems: string[] = [];
  const differ = (what: string, expected: string | undefined, found: string | undefined): void => {
    if (expected !== undefined && expected !== (found ?? 'none')) {
      problems.push(`Expected ${what} ${expected}, found ${found ?? 'none'}`);
    }
  };
  differ('decision', expect.decision, decision.effect);
  differ('code', expect.code, decision.code);
  differ('rules', list(expect.rules), list(decision.rules));
  differ('transfer', expect.transfer, decision.transfer?.basis);
  for (const facet of FACETS) differ(`${facet} place`, expect.place?.[facet], decision.judgement.places[facet].label);
  differ('obligations', list(expect.obligations), list(decision.obligations.map(({ kind }) => kind)));
  if (problems.length > 0) problems.push(`The decision was: ${decision.reason}`);
  return problems;
}

/** Each once and sorted; `none` for an empty list. */
function list(items: readonly string[] | undefined): string | undefined {
  return items === undefined ? undefined : [...new Set(items)].sort().join(', ') || 'none';
}
