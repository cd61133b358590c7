import { itemsOf, member, type JsonDocument, type JsonString, type JsonValue } from '../../json/json-value.ts';
import { stringOf, rawOf } from './members.ts';
import { NOTHING_REPEATED, type Delta, type Reading } from '../reading.ts';

/**
 * Reads an event of OpenAI's Responses. Events ending in `.delta` carry a piece; those ending in `.done`, and items and
 * responses as a whole, repeat the full text and are filtered by themselves.
 *
 * @source https://platform.openai.com/docs/api-reference/responses-streaming
 */
export function readOpenAiResponses(document: JsonDocument): Reading | undefined {
  const type = stringOf(document, 'type');
  if (type === undefined || !type.startsWith('response.')) return undefined;
  const scope = `output ${rawOf(document, member(document.root, 'output_index'))}`;
  const repeated = NOTHING_REPEATED;
  const literal = member(document.root, 'delta');
  const found = { opaque: sealed(document.root), probabilities: named(document.root, 'logprobs'), repeated };
  if (type.endsWith('.delta') && literal?.kind === 'string' && !AUDIO.has(type)) {
    const parts = ['item_id', 'content_index', 'summary_index'].map((name) => rawOf(document, member(document.root, name)));
    const lane = [scope, type, ...parts].join(' ');
    const kind = type.endsWith('arguments.delta') ? 'json' : 'text';
    const delta: Delta = { lane, scope, kind, literal, path: ['delta'] };
    return { ...found, deltas: [delta], ends: [] };
  }
  if (STREAM_ENDS.has(type)) return { ...found, deltas: [], ends: 'all' };
  return { ...found, deltas: [], ends: type.endsWith('.done') ? [scope] : [] };
}

/** Base64 of sound, no text. */
const AUDIO: ReadonlySet<string> = new Set(['response.audio.delta', 'response.output_audio.delta']);

const STREAM_ENDS: ReadonlySet<string> = new Set([
  'response.completed',
  'response.incomplete',
  'response.failed',
  'response.cancelled',
]);

/** Values of every member of that name. */
function named(value: JsonValue, name: string): JsonValue[] {
  if (value.kind === 'array') return value.items.flatMap((item) => named(item, name));
  if (value.kind !== 'object') return [];
  return [...value.members].flatMap(([key, child]) =>
    key === name && itemsOf(child).length > 0 ? [child] : named(child, name),
  );
}

/** Encrypted reasoning, which the client sends back as it is. */
function sealed(root: JsonValue): JsonString[] {
  const items = [member(root, 'item'), ...itemsOf(member(member(root, 'response'), 'output'))];
  return items.map((item) => member(item, 'encrypted_content')).filter((value) => value?.kind === 'string');
}
