import type { ContentFacts } from '../../core/exchange/decision.ts';
import type { CompiledRule, ContentCondition } from '../model.ts';
import { and, known, type Tri } from '../tri.ts';
import type { Condition } from './condition.ts';
import { matchesMediaType } from './media-type-glob.ts';

/**
 * `content` of a rule (contract §4.1.2): whether the content of the request holds one of its entities. No content holds none.
 * Content that is not known yet, cannot be read or is longer than the rule reads may hold anything.
 */
export const CONTENT: Condition = {
  name: 'content',
  applies: ({ content }) => content !== undefined,
  test(rule, { kind, mediaType, content: facts }) {
    if (rule.content === undefined) return 'yes';
    // What an upgraded connection will carry comes after the decision.
    if (kind === 'upgrade') return 'unknown';
    if (mediaType === 'none') return 'no';
    return and(isOfItsTypes(rule, mediaType), facts === undefined ? 'unknown' : holds(rule, rule.content, facts));
  },
  describe(rule, { kind, mediaType, content: facts }) {
    if (kind === 'upgrade') return 'what the messages will hold is not known';
    if (rule.content === undefined || mediaType === 'none') return 'the request has no content';
    if (isOfItsTypes(rule, mediaType) !== 'yes') {
      return `the content is ${mediaType ?? 'of a type not known yet'}, the rule is for ${rule.content.types?.join(', ') ?? ''}`;
    }
    return facts === undefined ? 'what the content holds is not known' : describeFacts(rule.content, facts);
  },
};

/** `types` narrows permits and obligations only: leaving a media type out must not be a way round a deny or a hold. */
function isOfItsTypes({ content, effect }: CompiledRule, mediaType: string | undefined): Tri {
  const types = content?.types;
  if (types === undefined || effect === 'deny' || effect === 'hold') return 'yes';
  return mediaType === undefined ? 'unknown' : known(types.some((glob) => matchesMediaType(glob, mediaType)));
}

function holds(rule: CompiledRule, condition: ContentCondition, facts: ContentFacts): Tri {
  switch (facts.kind) {
    case 'read':
      return facts.length > condition.max ? 'unknown' : holdsAny(condition.entities, facts.findings);
    case 'too-large':
    case 'unreadable':
      return 'unknown';
    case 'opaque':
      return holdsOpaque(rule);
  }
}

function holdsAny(entities: readonly string[], findings: ReadonlyMap<string, number>): Tri {
  let result: Tri = 'no';
  for (const entity of entities) {
    const count = findings.get(entity);
    if (count === undefined) result = 'unknown';
    else if (count > 0) return 'yes';
  }
  return result;
}

/** With `hold` a rule that lets requests out means these as well, only not without a person. */
function holdsOpaque({ opaque, effect }: CompiledRule): Tri {
  if (opaque === 'pass') return 'no';
  return opaque === 'hold' && (effect === 'permit' || effect === 'hold') ? 'yes' : 'unknown';
}

function describeFacts({ entities, max }: ContentCondition, facts: ContentFacts): string {
  switch (facts.kind) {
    case 'read': {
      if (facts.length > max) return describeFacts({ entities, max }, { kind: 'too-large' });
      const missing = entities.filter((entity) => !facts.findings.has(entity));
      return missing.length > 0
        ? `the content was not looked through for ${list(missing)}`
        : `the content holds no ${list(entities)}`;
    }
    case 'too-large':
      return `the content is not read: it is longer than ${max} bytes`;
    case 'unreadable':
      return `the content is not read: ${facts.detail}`;
    case 'opaque':
      return 'the content is not read: it is an image, an archive or an unknown medium';
  }
}

/** Groups are written out in a compiled policy, so there can be many. */
const SHOWN = 5;

function list(entities: readonly string[]): string {
  const more = entities.length - SHOWN;
  return more > 0 ? `${entities.slice(0, SHOWN).join(', ')} and ${more} more` : entities.join(', ');
}
