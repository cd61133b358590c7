import type { Obligation, RequestMasks, ResponseMasks } from '../../core/exchange/decision.ts';

/** What a decision obliges to mask, by direction. */
export interface Masks {
  readonly request?: RequestMasks;
  readonly response?: ResponseMasks;
}

const NONE: Masks = {};

/** The masks among obligations, which are united: at most one for each direction. */
export function masksOf(obligations: readonly Obligation[]): Masks {
  if (obligations.length === 0) return NONE;
  let masks = NONE;
  for (const obligation of obligations) {
    if (obligation.kind !== 'mask') continue;
    masks = obligation.direction === 'request' ? { ...masks, request: obligation } : { ...masks, response: obligation };
  }
  return masks;
}
