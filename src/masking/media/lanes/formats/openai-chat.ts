import { itemsOf, member, type JsonDocument, type JsonString, type JsonValue } from '../../json/json-value.ts';
import { isSet, rawOf } from './members.ts';
import type { Delta, LaneKind, PathStep, Reading } from '../reading.ts';

/**
 * Reads a chunk of OpenAI's chat completions and of what is modelled on them, and of the older completions. Every string in
 * a `delta` is a lane of its own unless it is known to describe the others, so that channels which vendors add
 * (`reasoning_content`, `reasoning`, `reasoning_details`) are lanes from their first day.
 *
 * @source https://platform.openai.com/docs/api-reference/chat-streaming
 */
export function readOpenAiChat(document: JsonDocument): Reading | undefined {
  const choices = member(document.root, 'choices');
  if (choices?.kind !== 'array') return undefined;
  const deltas: Delta[] = [];
  const ends: string[] = [];
  const opaque: JsonString[] = [];
  const probabilities: JsonValue[] = [];
  for (const [i, choice] of choices.items.entries()) {
    const scope = `choice ${indexOf(document, choice, i)}`;
    const found = new TextWalk(document, scope, opaque);
    found.visit(member(choice, 'delta'), ['choices', i, 'delta']);
    const text = member(choice, 'text');
    if (text?.kind === 'string') found.visit(text, ['choices', i, 'text']);
    deltas.push(...found.deltas);
    if (isSet(member(choice, 'finish_reason'))) ends.push(scope);
    const logprobs = member(choice, 'logprobs');
    if (isSet(logprobs)) probabilities.push(logprobs);
  }
  return { deltas, ends, opaque, probabilities, repeated: REPEATED };
}

const REPEATED: ReadonlySet<string> = new Set(['type']);

/** Members of a delta that describe it. SDKs put them together by their own rules, so no lane may delay them. */
const DESCRIBING: ReadonlySet<string> = new Set([
  'role',
  'id',
  'type',
  'name',
  'format',
  'data',
  'object',
  'call_id',
  'annotations',
  'citations',
  'images',
]);

/** Members with signed or encrypted reasoning. */
const SEALED: ReadonlySet<string> = new Set(['signature', 'encrypted_content']);

class TextWalk {
  readonly deltas: Delta[] = [];
  readonly #document: JsonDocument;
  readonly #scope: string;
  readonly #opaque: JsonString[];

  constructor(document: JsonDocument, scope: string, opaque: JsonString[]) {
    this.#document = document;
    this.#scope = scope;
    this.#opaque = opaque;
  }

  visit(value: JsonValue | undefined, path: readonly PathStep[], lane = this.#scope): void {
    if (value?.kind === 'string') this.#string(value, path, lane);
    for (const [i, item] of itemsOf(value).entries()) {
      this.visit(item, [...path, i], `${lane}[${indexOf(this.#document, item, i)}]`);
    }
    if (value?.kind !== 'object') return;
    for (const [name, child] of value.members) {
      if (!DESCRIBING.has(name)) this.visit(child, [...path, name], `${lane}.${name}`);
    }
  }

  #string(literal: JsonString, path: readonly PathStep[], lane: string): void {
    if (SEALED.has(String(path.at(-1)))) {
      this.#opaque.push(literal);
      return;
    }
    const opens = path.includes('tool_calls') || path.includes('function_call');
    const kind: LaneKind = opens ? 'json' : 'text';
    this.deltas.push({ lane, scope: this.#scope, kind, literal, path, opens });
  }
}

/** The number by which the vendor names a choice or a tool call; its position only where it has none. */
function indexOf(document: JsonDocument, value: JsonValue, position: number): string {
  const index = member(value, 'index');
  return index?.kind === 'number' ? rawOf(document, index) : String(position);
}
