import type { ActionAttributes, ContentFacts, Mask, RequestMasks } from '../../core/exchange/decision.ts';
import type { Bytes } from '../../core/units.ts';
import { CONTENT } from '../condition/content-condition.ts';
import type { CompiledRule } from '../model.ts';

/** What one rule makes of a request whose content it cannot judge. */
export interface Obstacle {
  readonly code: 'denied_by_rule' | 'content_too_large' | 'unreadable_content';
  /** Completes "Denied by <rules>: …". */
  readonly reason: string;
}

const NOT_KNOWN: Obstacle = { code: 'denied_by_rule', reason: 'what the content holds is not known' };
const TOO_LARGE: Obstacle = { code: 'content_too_large', reason: 'the content is longer than is read' };
const OPAQUE: Obstacle = {
  code: 'unreadable_content',
  reason: 'the content is an image, an archive or an unknown medium, which nobody here reads',
};

/**
 * What stands between a rule that matches and a judgement on the content; undefined where nothing does, or where it keeps
 * nobody: a permit then does not match, and obligations count all the same (contract §4.1.2). What `opaque: deny` says holds
 * for obligations too.
 */
export function obstacleOf(rule: CompiledRule, action: ActionAttributes): Obstacle | undefined {
  if (rule.effect === 'permit' || rule.content === undefined || CONTENT.test(rule, action) !== 'unknown') return undefined;
  const { kind, content } = action;
  if (content?.kind === 'opaque') return rule.opaque === 'deny' ? OPAQUE : undefined;
  if (rule.effect !== undefined) return obstacleTo(rule.effect, content, rule.content.max);
  // It may be what `opaque: deny` is about; for messages of an upgraded connection its masks say so.
  return content === undefined && kind !== 'upgrade' && rule.opaque === 'deny' ? NOT_KNOWN : undefined;
}

function obstacleTo(effect: 'deny' | 'hold', content: ContentFacts | undefined, max: Bytes): Obstacle | undefined {
  if (content?.kind === 'unreadable') return unreadable(content.detail);
  const isTooLarge = content?.kind === 'too-large' || (content?.kind === 'read' && content.length > max);
  if (isTooLarge) return TOO_LARGE;
  // What is not known yet can still be held.
  return effect === 'deny' ? NOT_KNOWN : undefined;
}

/** What stands between content and the masks of one rule. */
export function maskObstacleOf({ masks, opaque }: RequestMasks, { content }: ActionAttributes): Obstacle | undefined {
  if (!masks.some(masksContent)) return undefined;
  if (content?.kind === 'opaque') return opaque === 'deny' ? OPAQUE : undefined;
  if (content?.kind !== 'unreadable' || masks.every(({ unreadable: stance }) => stance === 'pass')) return undefined;
  return unreadable(content.detail);
}

/** Whether a mask is for content at all. */
export function masksContent(mask: Mask): boolean {
  return mask.in.includes('content');
}

function unreadable(detail: string): Obstacle {
  return { code: 'unreadable_content', reason: `the content cannot be read: ${detail}` };
}
