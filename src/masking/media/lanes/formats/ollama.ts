import { itemsOf, member, type JsonDocument } from '../../json/json-value.ts';
import { rawOf } from './members.ts';
import type { Delta, PathStep, Reading } from '../reading.ts';

/**
 * Reads a line of Ollama's chat or generate. Calls of tools come whole.
 *
 * @source https://github.com/ollama/ollama/blob/main/docs/api.md
 */
export function readOllama(document: JsonDocument): Reading | undefined {
  const done = member(document.root, 'done');
  if (done?.kind !== 'boolean') return undefined;
  const deltas: Delta[] = [];
  for (const path of CHANNELS) {
    const literal = path.reduce((value, name) => member(value, name), document.root as ReturnType<typeof member>);
    if (literal?.kind === 'string') deltas.push({ lane: path.join('.'), scope: SCOPE, kind: 'text', literal, path });
  }
  const isCall = itemsOf(member(member(document.root, 'message'), 'tool_calls')).length > 0;
  const isOver = isCall || rawOf(document, done) === 'true';
  return { deltas, ends: isOver ? 'all' : [], repeated: REPEATED };
}

const REPEATED: ReadonlySet<string> = new Set(['role']);
const SCOPE = 'answer';

const CHANNELS: readonly (readonly (PathStep & string)[])[] = [
  ['message', 'thinking'],
  ['message', 'content'],
  ['thinking'],
  ['response'],
];
