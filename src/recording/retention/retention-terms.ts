import type { RecordEvent } from '../../core/exchange/record.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Milliseconds } from '../../core/units.ts';

/** How long records are kept: `recordings.retention`, each term as it was given. */
export interface GivenTerms {
  readonly metadata: Milliseconds;
  readonly content?: Milliseconds | undefined;
  readonly admin?: Milliseconds | undefined;
  /** By label of the home. */
  readonly homes: Readonly<{ [home: string]: Partial<HomeTerms> }>;
}

/** What the records of the agents of one home are kept for. */
interface HomeTerms {
  readonly metadata: Milliseconds;
  readonly content: Milliseconds;
}

/** The terms, each of them known. */
export interface RetentionTerms extends HomeTerms {
  readonly admin: Milliseconds;
  readonly homes: ReadonlyMap<string, HomeTerms>;
  readonly shortest: Milliseconds;
  /** What is older than that is over, whatever it is. */
  readonly longest: Milliseconds;
}

/** What kind of record it is, as far as retention asks. */
export type RetentionClass = 'metadata' | 'content' | 'admin';

/**
 * Completes the terms.
 * @param setting what has them: `recordings`
 * @failure a sentence that names the setting: content that outlives the decision about it would be nobody's
 */
export function retentionTerms(
  { metadata, content, admin, homes: given }: GivenTerms,
  setting = 'recordings',
): Result<RetentionTerms, string> {
  const problems = [tooLong('content', content, metadata)];
  const shared = { metadata, content: content ?? metadata };
  const homes = new Map<string, HomeTerms>();
  for (const [home, own] of Object.entries(given)) {
    const term = own.metadata ?? metadata;
    problems.push(tooLong(`homes.${home}.content`, own.content, term));
    // That of all homes bends to what the home says of its metadata; what stands there for the home itself does not.
    homes.set(home, { metadata: term, content: own.content ?? Math.min(shared.content, term) });
  }
  const problem = problems.find((each) => each !== undefined);
  if (problem !== undefined) return fail(`${setting}.retention.${problem}`);
  const terms = [shared, ...homes.values()].flatMap((each) => [each.metadata, each.content]);
  const all = [...terms, admin ?? metadata];
  return ok({ ...shared, admin: admin ?? metadata, homes, shortest: Math.min(...all), longest: Math.max(...all) });
}

function tooLong(name: string, content: Milliseconds | undefined, metadata: Milliseconds): string | undefined {
  if (content === undefined || content <= metadata) return undefined;
  const days = (term: Milliseconds): string => `${term / 86_400_000}d`;
  return `${name}: Found ${days(content)}, expected at most the ${days(metadata)} of its metadata`;
}

/** The class that records of this kind belong to. */
export function retentionClassOf(kind: RecordEvent['kind']): RetentionClass {
  if (kind === 'content') return 'content';
  return kind === 'admin' || kind === 'policy' ? 'admin' : 'metadata';
}

/**
 * How long a record is kept.
 * @param home of its exchange: a label, undefined where nobody was recognised, `unknown` where the decision is out of reach:
 * then it is kept as long as any home would have it
 */
export function keptFor(
  terms: RetentionTerms,
  of: RetentionClass,
  home: string | undefined | { readonly unknown: true },
): Milliseconds {
  if (of === 'admin') return terms.admin;
  if (typeof home === 'object') return Math.max(terms[of], ...[...terms.homes.values()].map((each) => each[of]));
  return (home === undefined ? undefined : terms.homes.get(home))?.[of] ?? terms[of];
}
