import type { Bytes } from '../units.ts';
import type { ContentFacts } from './decision.ts';

/**
 * The facts about content that was read to its end. What was looked for and not found is known not to be there; what was not
 * looked for stays unknown, so that a rule which came into force meanwhile cannot take it for absent.
 *
 * @param length bytes that were read, decoded
 * @param entities single entities that were looked for
 * @param counts how often each was found; others may be left out
 */
export function contentRead(length: Bytes, entities: Iterable<string>, counts: ReadonlyMap<string, number>): ContentFacts {
  const findings = new Map<string, number>();
  for (const entity of entities) findings.set(entity, counts.get(entity) ?? 0);
  return { kind: 'read', length, findings };
}
