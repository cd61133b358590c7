import type { ActionAttributes, ContentFacts, DecisionRequest, SubjectAttributes } from '../../core/exchange/decision.ts';
import type { DecisionEvent } from '../../core/exchange/record.ts';
import { ok, type Result } from '../../core/result.ts';
import type { Instant } from '../../core/units.ts';
import { recordedFacts, type SimulationTables } from './recorded-facts.ts';
import type { RecordedTarget } from './recorded-target.ts';
import type { Untold } from './untold.ts';

/** What a decision record does not say by itself. */
export interface RecordedWorld {
  readonly tables: SimulationTables;
  /** What a media type alone tells of content; undefined where it can be read. */
  readonly contentByType: (mediaType: string) => ContentFacts | undefined;
  readonly now: Instant;
}

/**
 * The question that a decision record answers, for the decision point to be asked again. Members that the record does not
 * hold are absent, as they are while an exchange is under way (contract §4.1.2).
 * @param subject as the candidate has it
 * @failure why the question cannot be asked
 */
export function recordedRequest(
  event: DecisionEvent,
  target: RecordedTarget,
  subject: SubjectAttributes,
  { tables, contentByType, now }: RecordedWorld,
): Result<DecisionRequest, Untold> {
  const resource = recordedFacts(event, target, tables);
  if (!resource.ok) return resource;
  const action = actionOf(event, target, contentByType);
  return ok({ subject, action, resource: resource.value, environment: { now } });
}

function actionOf(
  { exchangeKind = 'forward', method, mediaType }: DecisionEvent,
  { scheme, path }: RecordedTarget,
  contentByType: RecordedWorld['contentByType'],
): ActionAttributes {
  if (exchangeKind === 'connect') return { kind: exchangeKind, visibility: 'opaque', scheme };
  const isKnown = mediaType !== undefined && !mediaType.includes('REDACTED_');
  const content = isKnown && mediaType !== 'none' ? contentByType(mediaType) : undefined;
  return {
    kind: exchangeKind,
    visibility: scheme === 'http' ? 'cleartext' : 'inspected',
    scheme,
    ...(method !== undefined && { method }),
    ...(path !== undefined && { path }),
    ...(isKnown && { mediaType }),
    ...(content !== undefined && { content }),
  };
}
