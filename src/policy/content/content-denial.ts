import type { ActionAttributes, Obligation, RequestMasks } from '../../core/exchange/decision.ts';
import type { Denial } from '../decision/denial.ts';
import type { Matches, Obstructed } from '../decision/match-rules.ts';
import type { Weighed } from '../decision/weigh.ts';
import type { PreparedRule } from '../target/prepared.ts';
import { maskObstacleOf, type Obstacle } from './obstacle.ts';

/** A denial with the rules that it rests on. */
export interface ContentDenial {
  readonly denial: Denial;
  readonly rules: readonly PreparedRule[];
}

/** In the order in which codes apply (contract §3). */
const CODES: readonly Obstacle['code'][] = ['denied_by_rule', 'content_too_large', 'unreadable_content'];

/**
 * The denial that content gets which cannot be judged, though a rule that matches wants it judged or masked: fail closed
 * (invariant 7). What a deny rule makes of it is left out where the agent is only observed (contract §4.1.10).
 */
export function contentDenial({ obstructed, obligations }: Matches, { request }: Weighed): ContentDenial | undefined {
  const { subject, action } = request;
  const standing = subject.mode === 'observe' ? obstructed.filter((each) => !isByDeny(each)) : obstructed;
  const byRules = denialFor(standing);
  if (byRules !== undefined || action.content === undefined || action.content.kind === 'read') return byRules;
  return denialUnderMasks(obligations.flat().filter(isRequestMask), action);
}

function denialUnderMasks(masks: readonly RequestMasks[], action: ActionAttributes): ContentDenial | undefined {
  const found = masks.flatMap((mask) => {
    const obstacle = maskObstacleOf(mask, action);
    return obstacle === undefined ? [] : [{ ids: mask.rules, obstacle }];
  });
  const [first] = found;
  if (first === undefined) return undefined;
  const { code, reason } = first.obstacle;
  const ids = found.flatMap((each) => each.ids).sort();
  return { denial: { code, reason: `Masked by ${ids.join(', ')}, but ${reason}` }, rules: [] };
}

/** What {@link contentDenial} leaves out where the agent is only observed. */
export function observedContentDenial({ obstructed }: Matches, { request }: Weighed): Denial | undefined {
  return request.subject.mode === 'observe' ? denialFor(obstructed.filter(isByDeny))?.denial : undefined;
}

function isByDeny({ rule }: Obstructed): boolean {
  return rule.effect === 'deny';
}

function isRequestMask(obligation: Obligation): obligation is RequestMasks {
  return obligation.kind === 'mask' && obligation.direction === 'request';
}

function denialFor(obstructed: readonly Obstructed[]): ContentDenial | undefined {
  if (obstructed.length === 0) return undefined;
  const code = CODES.find((each) => obstructed.some(({ obstacle }) => obstacle.code === each));
  const found = obstructed.filter(({ obstacle }) => obstacle.code === code);
  const [first] = found;
  if (first === undefined) return undefined;
  const ids = found.map(({ rule }) => rule.rule.id).sort();
  const { code: said, reason } = first.obstacle;
  return {
    denial: { code: said, reason: `Denied by ${ids.join(', ')}: ${reason}` },
    rules: found.map(({ rule }) => rule),
  };
}
