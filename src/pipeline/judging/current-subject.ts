import type { Subject } from '../../core/exchange/exchange.ts';
import type { InForce } from './in-force.ts';

/** The subject with what the policy in force says about its agent; undefined where the agent is no longer in it. */
export function currentSubject(subject: Subject, { subjects }: InForce): Subject | undefined {
  const attributes = subjects.get(subject.attributes.agent);
  if (attributes === undefined || attributes === subject.attributes) return attributes && subject;
  return { ...subject, attributes };
}
