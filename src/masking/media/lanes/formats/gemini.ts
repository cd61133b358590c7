import { itemsOf, member, type JsonDocument, type JsonString, type JsonValue } from '../../json/json-value.ts';
import { isSet, rawOf } from './members.ts';
import type { Delta, PathStep, Reading } from '../reading.ts';

/**
 * Reads an answer of Gemini's streamGenerateContent, bare or wrapped in `response`. Parts are numbered anew in every
 * answer, so that all text of a candidate is one lane and all its thoughts another. Calls of functions come whole.
 *
 * @source https://ai.google.dev/api/generate-content#generatecontentresponse
 */
export function readGemini(document: JsonDocument): Reading | undefined {
  const inner = member(document.root, 'response');
  const [answer, path] = inner?.kind === 'object' ? [inner, ['response']] : [document.root, []];
  const candidates = member(answer, 'candidates');
  if (candidates?.kind !== 'array') return undefined;
  const readings = candidates.items.map((candidate, i) => readCandidate(document, candidate, [...path, 'candidates', i]));
  return {
    deltas: readings.flatMap(({ deltas }) => deltas),
    ends: readings.flatMap(({ ends }) => ends),
    opaque: readings.flatMap(({ opaque }) => opaque),
    probabilities: candidates.items.map((candidate) => member(candidate, 'logprobsResult')).filter(isSet),
    repeated: REPEATED,
  };
}

const REPEATED: ReadonlySet<string> = new Set(['role']);

interface CandidateReading {
  readonly deltas: readonly Delta[];
  readonly ends: readonly string[];
  readonly opaque: readonly JsonString[];
}

function readCandidate(document: JsonDocument, candidate: JsonValue, path: readonly PathStep[]): CandidateReading {
  const scope = `candidate ${rawOf(document, member(candidate, 'index')) || '0'}`;
  const parts = itemsOf(member(member(candidate, 'content'), 'parts'));
  const deltas: Delta[] = [];
  const opaque: JsonString[] = [];
  let isOver = isSet(member(candidate, 'finishReason'));
  for (const [i, part] of parts.entries()) {
    const literal = member(part, 'text');
    const signature = member(part, 'thoughtSignature');
    if (signature?.kind === 'string') opaque.push(signature);
    if (literal?.kind === 'string') {
      const channel = rawOf(document, member(part, 'thought')) === 'true' ? 'thought' : 'text';
      const lane = `${scope} ${channel}`;
      deltas.push({ lane, scope, kind: 'text', literal, path: [...path, 'content', 'parts', i, 'text'], opens: true });
    } else isOver = true;
  }
  return { deltas, ends: isOver ? [scope] : [], opaque };
}
