import type { DecisionRequest } from '../../core/exchange/decision.ts';
import type { PreparedPolicy } from '../target-index.ts';
import { contentNeeds } from './content-needs.ts';
import type { ReadContent } from './content-ports.ts';

/** Content of a request that nobody makes. */
export interface GivenContent {
  readonly content: string;
  readonly fields: readonly (readonly [name: string, value: string])[];
}

/**
 * The request with what its content tells, read as far as enforcement would read it: where it is denied whatever it holds,
 * nothing is looked for, so that the answer has the same code.
 */
export function withContent(
  policy: PreparedPolicy,
  request: DecisionRequest,
  { content, fields }: GivenContent,
  read: ReadContent,
): DecisionRequest {
  const { action } = request;
  if (action.kind === 'connect' || action.mediaType === undefined || action.mediaType === 'none') return request;
  const needs = contentNeeds(policy, request);
  return { ...request, action: { ...action, content: read(needs?.entities ?? [], action.mediaType, content, fields) } };
}
