import type { Code, Failure } from '../../core/codes.ts';
import { defectDetail } from '../../core/defect.ts';

/** Carries a {@link Failure} through Node's streams, which end with an error or not at all. */
export class ContentError extends Error {
  override readonly name = 'ContentError';
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.detail);
    this.failure = failure;
  }
}

/**
 * The failure behind the error that a stream of content ended with.
 *
 * @param otherwise code of what none of our stages found: the source broke off
 */
export function contentFailure(error: unknown, otherwise: Code = 'malformed_request'): Failure {
  if (error instanceof ContentError) return error.failure;
  return { code: otherwise, detail: `The content broke off: ${defectDetail(error)}` };
}
