import type { JsonDocument } from '../../json/json-value.ts';
import { readAnthropic } from './anthropic.ts';
import { readGemini } from './gemini.ts';
import { readOllama } from './ollama.ts';
import { readOpenAiChat } from './openai-chat.ts';
import { readOpenAiResponses } from './openai-responses.ts';
import type { Reading } from '../reading.ts';

/** No two formats share the members they are told by. */
const FORMATS: readonly ((document: JsonDocument) => Reading | undefined)[] = [
  readOpenAiChat,
  readAnthropic,
  readOpenAiResponses,
  readGemini,
  readOllama,
];

/** What the event of a language model is made of; undefined where it is of no known format. */
export function recognise(document: JsonDocument): Reading | undefined {
  for (const read of FORMATS) {
    const reading = read(document);
    if (reading !== undefined) return reading;
  }
  return undefined;
}
