import type { ContentFacts, Decision } from '../../core/exchange/decision.ts';
import type { Given } from '../expectations/expectation.ts';

/**
 * Reads the content of a request that nobody makes, as the gateway reads that of one that is made: by its media type and its
 * fields (`content-encoding`, `content-type` with its charset). For `explain` and for the policy's own tests.
 *
 * @param entities single entities to look for; the facts have a row for each
 * @param mediaType lower-case essence, `application/octet-stream` where nothing names one
 * @param content decoded text
 */
export type ReadContent = (
  entities: readonly string[],
  mediaType: string,
  content: string,
  fields: readonly (readonly [name: string, value: string])[],
) => ContentFacts;

/** What would leave, and what was found on the way. */
export interface Sent {
  /** Target, field lines and content, as they would leave; only searched for texts, so how they are put together is free. */
  readonly sent: string;
  /** By single entity, in all parts that the masks name; without rows for what was not found. */
  readonly findings: Readonly<Record<string, number>>;
}

/**
 * Masks the request of a case as its decision obliges to, without sending it. Never asked about a denial. Of a hold it gives
 * what leaves once a person agrees; a failure where content is of a kind that nobody here reads, or a signature would break.
 */
export type Sender = (given: Given, decision: Decision) => Sent | { readonly failure: string };
