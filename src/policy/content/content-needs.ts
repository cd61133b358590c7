import type { DecisionRequest } from '../../core/exchange/decision.ts';
import type { AddressFacts } from '../../core/place/evidence.ts';
import type { Bytes } from '../../core/units.ts';
import { isFiltering } from '../decision/filter.ts';
import { isSeenAsAsked, matchesBesidePort } from '../decision/match-rules.ts';
import { weigh, type Weighed } from '../decision/weigh.ts';
import type { ContentCondition } from '../model.ts';
import { outlook } from '../outlook.ts';
import { matchesPort } from '../target/covers-target.ts';
import type { PreparedRule } from '../target/prepared.ts';
import type { PreparedPolicy } from '../target-index.ts';

/** How far content is read where no rule says so: the default of `content.max` (contract §4.1.2). */
export const CONTENT_MAX: Bytes = 10 * 1024 ** 2;

/** What has to be known of the content of a request before it can be decided. */
export interface ContentNeeds {
  /** Single entities to look for, sorted; may be none. */
  readonly entities: readonly string[];
  /** Members of JSON content that the place depends on (contract §4.1.5), to be read with `strictJson()`; mostly none. */
  readonly members: readonly string[];
  /** How far to read, decoded; what is longer is `too-large`. */
  readonly max: Bytes;
}

/**
 * What must be read of the content before a decision on this request can be final. Undefined where its content is known, or
 * there is none; where neither a rule that may match nor the place depends on it; and where the request is denied whatever
 * it holds.
 * Until then `decide()` counts the content as unknown, which never permits what reading it would not.
 */
export function contentNeeds(policy: PreparedPolicy, request: DecisionRequest): ContentNeeds | undefined {
  const { kind, mediaType, content } = request.action;
  const members = request.resource.name?.dependsOn?.content ?? NONE;
  if (!policy.asksForContent && members.length === 0) return undefined;
  if (kind === 'connect' || kind === 'upgrade' || mediaType === 'none' || content !== undefined) return undefined;
  const conditions = policy.asksForContent ? conditionsOn(policy, request) : NONE;
  if (conditions.length === 0 && members.length === 0) return undefined;
  if (outlook(policy, request).denial !== undefined) return undefined;
  return {
    entities: [...new Set(conditions.flatMap(({ entities }) => entities))].sort(),
    members,
    max: conditions.length === 0 ? CONTENT_MAX : Math.max(...conditions.map(({ max }) => max)),
  };
}

const NONE: readonly never[] = [];

function conditionsOn(policy: PreparedPolicy, request: DecisionRequest): readonly ContentCondition[] {
  const { addresses } = request.resource;
  const look = (judged: readonly AddressFacts[] | undefined): Weighed =>
    weigh(policy, request, { addresses: judged, nameOnly: false, unresolved: 'all' });
  const whole = look(addresses);
  // Where addresses are filtered, a rule may come to match that does not match all of them.
  const parts = addresses !== undefined && addresses.length > 1 && isFiltering(whole) ? addresses : [];
  return [whole, ...parts.map((facts) => look([facts]))].flatMap(conditionsIn);
}

function conditionsIn(weighed: Weighed): readonly ContentCondition[] {
  return weighed.entries.flatMap(({ prepared, rules }) => {
    if (!matchesPort(prepared, weighed.target.port)) return [];
    return rules.flatMap((rule) => {
      const { content } = rule.rule;
      if (content === undefined || !isSeenAsAsked(rule, weighed)) return [];
      return matchesBesidePort(rule, prepared, weighed, stanceOf(rule)) === 'no' ? [] : [content];
    });
  });
}

function stanceOf({ effect }: PreparedRule): 'narrow' | 'wide' {
  return effect === 'permit' ? 'narrow' : 'wide';
}
